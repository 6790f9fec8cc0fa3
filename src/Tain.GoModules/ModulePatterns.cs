using System.Diagnostics.CodeAnalysis;

namespace Tain.GoModules;

/// <summary>A GOPRIVATE list.</summary>
public sealed class ModulePatterns
{
    public static ModulePatterns None { get; } = new();

    public static bool TryParse(string commaList, [NotNullWhen(true)] out ModulePatterns? patterns, [NotNullWhen(false)] out string? error) => throw new NotImplementedException();

    public bool Matches(string path) => throw new NotImplementedException();
}
