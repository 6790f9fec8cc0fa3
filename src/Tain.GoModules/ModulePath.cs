using System.Diagnostics.CodeAnalysis;
using Tain.GoModules.Paths;

namespace Tain.GoModules;

/// <summary>
/// A valid module path such as <c>github.com/BurntSushi/toml</c> or <c>gopkg.in/yaml.v3</c>. ASCII only. There is no bound
/// on its length here, as in x/mod; whoever reads it from outside bounds it. Immutable; equal by value.
/// </summary>
public sealed class ModulePath : IEquatable<ModulePath>
{
    private string? _escaped;

    private ModulePath(string value, int prefixLength)
    {
        Value = value;
        Prefix = value[..prefixLength];
        PathMajor = value[prefixLength..];
    }

    /// <summary>The path as people write it.</summary>
    public string Value { get; }

    /// <summary>The path as URLs have it: each upper-case letter as <c>!</c> and its lower-case form (x/mod <c>module.EscapePath</c>).</summary>
    public string Escaped => _escaped ??= Escaping.Escape(Value);

    /// <summary>The path without <see cref="PathMajor"/> (x/mod <c>module.SplitPathVersion</c>).</summary>
    public string Prefix { get; }

    /// <summary>The major version at the end with its separator: <c>/v2</c>; for gopkg.in <c>.v1</c> or <c>.v1-unstable</c>;
    /// empty when there is none (x/mod <c>module.SplitPathVersion</c>).</summary>
    public string PathMajor { get; }

    /// <summary>Parses the plain form (x/mod <c>module.CheckPath</c>). <paramref name="error"/> names the path and the rule.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ModulePath? path, [NotNullWhen(false)] out string? error)
    {
        path = null;
        var rule = Check(text, out var prefixLength);
        error = rule == null ? null : $"malformed module path {Text.Quote(text)}: {rule}";
        if (rule == null) path = new ModulePath(text, prefixLength);
        return rule == null;
    }

    /// <summary>Parses the form that URLs have (x/mod <c>module.UnescapePath</c>). Strict: an upper-case letter, a <c>!</c>
    /// before anything but a lower-case letter, or anything beyond ASCII is refused.</summary>
    public static bool TryUnescape(string escaped, [NotNullWhen(true)] out ModulePath? path, [NotNullWhen(false)] out string? error)
    {
        path = null;
        if (!Escaping.TryUnescape(escaped, out var plain))
        {
            error = $"invalid escaped module path {Text.Quote(escaped)}";
            return false;
        }
        if (!TryParse(plain, out path, out error))
        {
            error = $"invalid escaped module path {Text.Quote(escaped)}: {error}";
            return false;
        }
        if (ReferenceEquals(plain, escaped)) path._escaped = escaped;
        return true;
    }

    /// <summary>What is wrong with a package's import path, or null (x/mod <c>module.CheckImportPath</c>).</summary>
    public static string? CheckImportPath(string path) =>
        PathRules.Check(path, PathKind.Import) is { } rule ? $"malformed import path {Text.Quote(path)}: {rule}" : null;

    /// <summary>What is wrong with the slash-separated path of a file in a module, or null (x/mod <c>module.CheckFilePath</c>).</summary>
    public static string? CheckFilePath(string path) =>
        PathRules.Check(path, PathKind.File) is { } rule ? $"malformed file path {Text.Quote(path)}: {rule}" : null;

    /// <summary>Splits any path, legal or not, before its major version: <c>/v2</c>, for gopkg.in <c>.v2</c> or <c>.v2-unstable</c>
    /// (x/mod <c>module.SplitPathVersion</c>). False when what looks like a major version is an illegal one.</summary>
    public static bool TrySplitVersion(string path, out string prefix, out string pathMajor)
    {
        var legal = TrySplitMajor(path, out var length);
        prefix = path[..length];
        pathMajor = path[length..];
        return legal;
    }

    private static string? Check(string text, out int prefixLength)
    {
        prefixLength = text.Length;
        if (PathRules.Check(text, PathKind.Module) is { } rule) return rule;

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? text.AsSpan() : text.AsSpan(0, slash);
        if (first.IndexOf('.') < 0) return "missing dot in first path element";
        foreach (var c in first)
            if (c is not ('-' or '.' or (>= '0' and <= '9') or (>= 'a' and <= 'z')))
                return $"invalid char {Text.Quote([c])} in first path element";
        return TrySplitMajor(text, out prefixLength) ? null : "invalid version";
    }

    /// <summary>Finds where the major version begins (x/mod <c>module.SplitPathVersion</c>). False when what looks like one is illegal.</summary>
    internal static bool TrySplitMajor(string path, out int prefixLength)
    {
        prefixLength = path.Length;
        if (path.StartsWith("gopkg.in/", StringComparison.Ordinal))
        {
            var end = path.EndsWith("-unstable", StringComparison.Ordinal) ? path.Length - "-unstable".Length : path.Length;
            var digits = path.AsSpan(0, end).TrimEnd("0123456789").Length;
            // Nothing may follow ".v" but a number without leading zero; ".v0" is one.
            if (digits <= 1 || path[digits - 1] != 'v' || path[digits - 2] != '.') return false;
            if (digits == path.Length) return false;
            if (path[digits] == '0' && path.Length != digits + 1) return false;
            prefixLength = digits - 2;
            return true;
        }

        var start = path.AsSpan().TrimEnd("0123456789.").Length;
        if (start <= 1 || start == path.Length || path[start - 1] != 'v' || path[start - 2] != '/') return true;
        var number = path.AsSpan(start);
        if (number.Contains('.') || number[0] == '0' || number is "1") return false;
        prefixLength = start - 2;
        return true;
    }

    /// <inheritdoc />
    public override string ToString() => Value;

    /// <inheritdoc />
    public bool Equals(ModulePath? other) => other is not null && Value == other.Value;

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as ModulePath);

    /// <inheritdoc />
    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    public static bool operator ==(ModulePath? left, ModulePath? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(ModulePath? left, ModulePath? right) => !(left == right);
}
