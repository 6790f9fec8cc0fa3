namespace Tain.Doctor.Workplaces;

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
