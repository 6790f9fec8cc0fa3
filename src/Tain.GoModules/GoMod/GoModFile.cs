using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Tain.GoModules;

/// <summary>
/// A go.mod that was read (x/mod <c>modfile.File</c>). Immutable. Paths and versions are as x/mod leaves them: unquoted,
/// versions canonical, but paths not checked (parse them into a <see cref="Tain.GoModules.ModulePath"/>). Bytes that are no
/// UTF-8 become U+FFFD. Reading takes time in proportion to the content, and memory up to some thirty times its length:
/// whoever reads content of others bounds it, to 16 MiB as the go command does (docs/go-protocol.md, 25).
/// </summary>
public sealed class GoModFile
{
    internal GoModFile()
    {
    }

    /// <summary>The path of the module directive; null when there is none.</summary>
    public string? ModulePath { get; internal init; }

    /// <summary>What the module directive's comment says behind <c>Deprecated:</c>; empty when the module is not deprecated.</summary>
    public string Deprecated { get; internal init; } = "";

    /// <summary>The version of the go directive, such as <c>1.21</c> or <c>1.21.0</c>; null when there is none.</summary>
    public string? GoVersion { get; internal init; }

    /// <summary>The name of the toolchain directive, such as <c>go1.21.0</c> or <c>default</c>; null when there is none or the reading is lax.</summary>
    public string? Toolchain { get; internal init; }

    /// <summary>The require directives in the file's order, repeated ones included.</summary>
    public required IReadOnlyList<GoModRequirement> Require { get; init; }

    /// <summary>The exclude directives in the file's order; empty when the reading is lax.</summary>
    public required IReadOnlyList<GoModExclusion> Exclude { get; init; }

    /// <summary>The replace directives in the file's order; empty when the reading is lax.</summary>
    public required IReadOnlyList<GoModReplacement> Replace { get; init; }

    /// <summary>The retract directives in the file's order.</summary>
    public required IReadOnlyList<GoModRetraction> Retract { get; init; }

    /// <summary>The packages of the tool directives (since Go 1.24); empty when the reading is lax.</summary>
    public required IReadOnlyList<string> Tool { get; init; }

    /// <summary>The folders of the ignore directives (since Go 1.25).</summary>
    public required IReadOnlyList<string> Ignore { get; init; }

    /// <summary>The godebug directives in the file's order; empty when the reading is lax.</summary>
    public required IReadOnlyList<GoModDebugSetting> Godebug { get; init; }

    /// <summary>Reads a main module's go.mod: what is unknown is an error (x/mod <c>modfile.Parse</c> without a version
    /// fixer). <paramref name="error"/> is one line, <c>go.mod:LINE: rule</c>, of the first error; one of syntax goes before
    /// all others.</summary>
    public static bool TryParse(ReadOnlySpan<byte> content, [NotNullWhen(true)] out GoModFile? file, [NotNullWhen(false)] out string? error) =>
        new GoModReader(content, GoModDialect.Main).TryRead(out file, out error);

    /// <summary>Reads a dependency's go.mod as the go command does (x/mod <c>modfile.ParseLax</c>): of its directives only
    /// module, go, require, retract and ignore count, and the others are passed over, so that newer ones do no harm. A go
    /// version may have more behind it, and a retraction that is not understood is left out.</summary>
    public static bool TryParseLax(ReadOnlySpan<byte> content, [NotNullWhen(true)] out GoModFile? file, [NotNullWhen(false)] out string? error) =>
        new GoModReader(content, GoModDialect.Dependency).TryRead(out file, out error);

    /// <summary>The path of the first line that reads <c>module PATH</c>, whatever the rest is; empty when there is none or
    /// its quotes are wrong (x/mod <c>modfile.ModulePath</c>). The path is not checked.</summary>
    public static string ModulePathOf(ReadOnlySpan<byte> content)
    {
        foreach (var range in content.Split((byte)'\n'))
        {
            var line = content[range];
            if (line.IndexOf("//"u8) is >= 0 and var comment) line = line[..comment];
            line = GoText.Trim(line);
            if (!line.StartsWith("module"u8)) continue;
            line = line["module".Length..];
            var path = GoText.Trim(line);
            if (path.IsEmpty || path.Length == line.Length) continue;
            if (path[0] is not ((byte)'"' or (byte)'`')) return Encoding.UTF8.GetString(path);
            return GoText.TryUnquote(path, out var unquoted) ? unquoted : "";
        }
        return "";
    }

    /// <summary>What the first line that begins with <c>go</c> says, empty when there is none: a cheap look at the go
    /// directive, which need not be a version (cmd/go <c>gover.GoModLookup</c>).</summary>
    public static string GoVersionOf(ReadOnlySpan<byte> content)
    {
        foreach (var range in content.Split((byte)'\n'))
        {
            var line = GoText.Trim(content[range]);
            if (!line.StartsWith("go "u8) && !line.StartsWith("go\t"u8)) continue;
            line = line["go".Length..];
            if (line.IndexOf("//"u8) is >= 0 and var comment) line = line[..comment];
            return Encoding.UTF8.GetString(GoText.Trim(line));
        }
        return "";
    }

    /// <summary>The text as one word of a go.mod: as it is, or quoted where it must be (x/mod <c>modfile.AutoQuote</c>).</summary>
    public static string Quote(string text) => GoText.MustQuote(text) ? GoText.Quote(text) : text;

    /// <summary>What stands for the go.mod of a module that has none: the go command makes the same, and the checksum
    /// database has its hash (docs/go-protocol.md, 21).</summary>
    public static byte[] Missing(ModulePath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Encoding.UTF8.GetBytes($"module {Quote(path.Value)}\n");
    }
}
