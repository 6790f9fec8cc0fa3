using System.Reflection;
using System.Runtime.InteropServices;

namespace Tain.Commands;

/// <summary><c>tain version</c>.</summary>
internal static class VersionCommand
{
    /// <summary>As built: the version, a plus sign and the commit.</summary>
    public static string Version { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static int Run()
    {
        Console.WriteLine($"tain {Version} ({RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier})");
        return ExitCode.Ok;
    }
}
