using Tain.Doctor.Files;
using Tain.Doctor.Fixes;
using Tain.Doctor.Workplaces;

namespace Tain.Doctor.Npm.Settings;

/// <summary>One setting of a package manager. Keys are npm's, whatever file it is from: <c>registry</c>, <c>@scope:registry</c>,
/// <c>strict-ssl</c>, <c>//host/path/:_authToken</c>.</summary>
/// <param name="Start">Where the value stands in the file, quotes not included.</param>
internal sealed record NpmSetting(string Key, string Value, Place Place, int Start = 0, int Length = 0)
{
    public const string Registry = "registry";

    public const string StrictSsl = "strict-ssl";

    /// <summary>Of the variable, where the setting is one's.</summary>
    public Assignment? Assignment { get; init; }

    /// <summary>As the tool of its file writes it: <c>npmScopes</c>, <c>strictSsl</c>.</summary>
    public string WrittenKey { get; init; } = Key;

    /// <summary>Of <c>npm publish</c> and others that install nothing.</summary>
    public bool IsForPublishing { get; init; }

    /// <summary>Whether it stands on a line that has nothing else, and may be removed with it.</summary>
    public bool OwnsLine { get; init; }

    /// <summary>Whether variables or templates stand in it, whose value nobody knows here.</summary>
    public bool IsComputed => Expression.IsIn(Value) || Value.Contains('%', StringComparison.Ordinal);

    public bool IsRegistry => Key == Registry || ScopeOrNull is not null;

    /// <summary><c>@acme</c> of <c>@acme:registry</c>.</summary>
    public string? ScopeOrNull => Key.StartsWith('@') && Key.EndsWith(":registry", StringComparison.Ordinal) ? Key[..^":registry".Length] : null;

    public bool IsCredential => SecretName(Key) is not null;

    public static string? SecretName(string key)
    {
        var name = key[(key.LastIndexOf(':') + 1)..];
        return name is "_authToken" or "_auth" or "_password" ? name : null;
    }

    /// <summary>Another value in the same place; null where no edit can put it there. What one file says may end up in another's shell.</summary>
    public Edit? ChangeOrNull(string value)
        => !RegistryUrl.IsPlain(value) ? null : Assignment is { } assignment ? assignment.ChangeOrNull(value) : Place.File is { } file && Length > 0 ? new(file, Start, Length, value) : null;

    /// <summary>Without the line.</summary>
    public Edit? RemoveOrNull() => OwnsLine && Place is { File: { } file, Line: > 0 } ? Edit.RemoveLine(file, Place.Line) : null;
}
