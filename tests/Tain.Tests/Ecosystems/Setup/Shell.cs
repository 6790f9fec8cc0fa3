using System.Diagnostics;

namespace Tain.Tests.Ecosystems.Setup;

/// <summary>A real shell with nothing in its environment but a PATH.</summary>
internal static class Shell
{
    /// <param name="script">What <c>-c</c> gets.</param>
    /// <param name="arguments"><c>$1</c> and so on.</param>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(string shell, string script, params string[] arguments)
    {
        var start = new ProcessStartInfo(shell, ["-c", script, "sh", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }
}
