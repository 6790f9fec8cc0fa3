namespace Tain.Doctor.Go;

/// <summary>The files that the go command reads.</summary>
internal static class GoFiles
{
    /// <summary>Whether what a folder's module or workspace needs lies beside it: then the go command fetches nothing (go.dev/ref/mod, "Vendoring").</summary>
    public static bool IsVendored(string folder) => File.Exists(Path.Join(folder, "vendor/modules.txt"));
}
