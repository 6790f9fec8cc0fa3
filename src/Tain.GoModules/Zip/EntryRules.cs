namespace Tain.GoModules.Zip;

/// <summary>Rules for one file of a zip that hold when it is verified and when it is made (x/mod <c>zip.checkZip</c>).</summary>
internal static class EntryRules
{
    /// <summary>What is wrong with a go.mod there, or null; also null for any other file.</summary>
    public static string? CheckGoMod(string name)
    {
        var slash = name.LastIndexOf('/');
        if (!IsGoMod(name.AsSpan(slash + 1)) || name == "go.mod") return null;
        return slash >= 0 ? "go.mod file not in module root directory" : "go.mod files must have lowercase names";
    }

    /// <summary>Whether a file of that name makes its directory a module, whatever its case.</summary>
    public static bool IsGoMod(ReadOnlySpan<char> name) => name.Equals("go.mod", StringComparison.OrdinalIgnoreCase);

    /// <summary>What is wrong with a file of so many bytes behind others of <paramref name="before"/> bytes in all, or null.
    /// The sizes are those unpacked.</summary>
    public static string? CheckSize(string name, long size, long before)
    {
        if (size < 0 || size > ModuleZip.MaxZipFile - before)
            return $"total uncompressed size of module contents is larger than {ModuleZip.MaxZipFile} bytes, the limit";
        if (name == "go.mod" && size > ModuleZip.MaxGoMod)
            return $"go.mod file is larger than {ModuleZip.MaxGoMod} bytes, the limit";
        if (name == "LICENSE" && size > ModuleZip.MaxLicense)
            return $"LICENSE file is larger than {ModuleZip.MaxLicense} bytes, the limit";
        return null;
    }
}
