namespace Tain.Doctor.Npm;

/// <summary>What goes wrong between npm, pnpm, yarn, bun and their registries.</summary>
internal static class NpmChecks
{
    public static void Run(Scene scene)
    {
    }
}
