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

/// <summary>What a text is written in, as far as that tells where a value ends and what may stand there.</summary>
internal enum TextSyntax
{
    Shell,

    /// <summary>The file of <c>go env -w</c>: to the line's end, spaces and quotes and all.</summary>
    GoEnv,

    Dotenv,

    Make,

    Docker,

    Groovy,

    /// <summary>JSON and TOML: what is run is in strings.</summary>
    Strings,

    /// <summary>A scalar of YAML's, or another string, within which a shell's text stands.</summary>
    Inside,

    /// <summary>The same between <c>[]</c> or <c>{}</c>, without quotes.</summary>
    InsideFlow,
}
