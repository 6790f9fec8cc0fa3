using System.Diagnostics.CodeAnalysis;

namespace Tain.GoModules;

/// <summary>
/// A go.work that was read (x/mod <c>modfile.WorkFile</c>). Immutable. Paths and versions are as x/mod leaves them. Bytes
/// that are no UTF-8 become U+FFFD. Its grammar and its costs are those of a <see cref="GoModFile"/>.
/// </summary>
public sealed class GoWorkFile
{
    internal GoWorkFile()
    {
    }

    /// <summary>The version of the go directive, such as <c>1.21</c> or <c>1.21.0</c>; null when there is none.</summary>
    public string? GoVersion { get; internal init; }

    /// <summary>The name of the toolchain directive, such as <c>go1.21.0</c> or <c>default</c>; null when there is none.</summary>
    public string? Toolchain { get; internal init; }

    /// <summary>The folders of the use directives in the file's order, as they are written: with <c>/</c>, relative to the
    /// file's own or absolute.</summary>
    public required IReadOnlyList<string> Use { get; init; }

    /// <summary>The replace directives in the file's order. They go before those of the modules in use.</summary>
    public required IReadOnlyList<GoModReplacement> Replace { get; init; }

    /// <summary>The godebug directives in the file's order.</summary>
    public required IReadOnlyList<GoModDebugSetting> Godebug { get; init; }

    /// <summary>Reads a go.work (x/mod <c>modfile.ParseWork</c> without a version fixer). <paramref name="error"/> is one
    /// line, <c>go.work:LINE: rule</c>, of the first error; one of syntax goes before all others.</summary>
    public static bool TryParse(ReadOnlySpan<byte> content, [NotNullWhen(true)] out GoWorkFile? file, [NotNullWhen(false)] out string? error) =>
        new GoModReader(content, GoModDialect.Workspace).TryReadWork(out file, out error);
}
