using System.Text.Json;
using Tain.Doctor.Files;

namespace Tain.Doctor.Npm.Lockfiles;

/// <summary>bun.lock: <c>"name": ["name@version", "registry", { … }, "integrity"]</c>, with an empty registry for the default one (bun.sh/reference/bun/BunLockFile).</summary>
internal static class BunLock
{
    public static IReadOnlyList<LockEntry>? ReadOrNull(TextFile file, FileReader files)
    {
        if (JsonFile.ParseOrNull(file, files) is not { } root)
            return null;
        var entries = new List<LockEntry>();
        foreach (var (_, keyStart, value) in root["packages"]?.Children ?? [])
        {
            // All that is not from a registry has fewer elements.
            if (value.Kind is not JsonTokenType.StartArray || value.Children is not [{ Value.StringOrNull: { } ident }, { Value.StringOrNull: { } registry }, { Value.Kind: JsonTokenType.StartObject }, { Value: { Kind: JsonTokenType.String } integrity }])
                continue;
            var at = ident.Length > 1 ? ident.IndexOf('@', 1) : -1;
            entries.Add(new(at > 0 ? ident[..at] : ident, registry.Length > 0 ? registry : null, true, integrity.Text is { Length: > 0 }, keyStart));
        }
        return entries;
    }
}
