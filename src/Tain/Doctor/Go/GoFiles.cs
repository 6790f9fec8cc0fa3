namespace Tain.Doctor.Go;

/// <summary>The files that the go command reads, and those that say which one runs.</summary>
internal static class GoFiles
{
    public static bool IsWanted(string name) => name is "go.mod" or "go.sum" or "go.work" or ".go-version" or ".tool-versions";

    /// <summary>Whether what a folder's module or workspace needs lies beside it: then the go command fetches nothing (go.dev/ref/mod, "Vendoring").</summary>
    public static bool IsVendored(string folder) => File.Exists(Path.Join(folder, "vendor/modules.txt"));
}
