namespace Tain.Doctor.Workplaces;

/// <summary>What a value's place allows to stand there.</summary>
internal enum Spot
{
    /// <summary>It is no file's, or nobody knows what another value would do there.</summary>
    Fixed,

    /// <summary>All up to its end is the value: a string's quotation mark, or a line's end.</summary>
    Delimited,

    /// <summary>A word that ends at a space, and whose quotes would be part of it: make, <c>.env</c>, a Dockerfile's ENV and ARG.</summary>
    Verbatim,

    /// <summary>A word of a shell, which takes quotes.</summary>
    Word,

    /// <summary>A word of a shell in a recipe of make's: it takes no quotes here, since make and the shell read them differently.</summary>
    Bare,

    /// <summary>A YAML scalar without quotes.</summary>
    YamlValue,

    /// <summary>The rest of one: <c>- GOPROXY=…</c>.</summary>
    YamlRest,

    /// <summary>Without quotes between <c>[]</c> or <c>{}</c>: a comma ends it.</summary>
    YamlFlow,

    /// <summary>Inside a string of another language, where quotes end that.</summary>
    Inside,
}
