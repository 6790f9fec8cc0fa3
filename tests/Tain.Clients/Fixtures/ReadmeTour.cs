using System.Globalization;
using System.Text;

namespace Tain.Clients;

/// <summary>
/// The commands of a README: its fenced blocks tagged <c>sh tour</c>, in order, as one script. The
/// only change to their text is the port, since 8080 may be taken on the machine that tests.
/// </summary>
internal static class ReadmeTour
{
    private const string DefaultAddress = "127.0.0.1:8080";

    /// <summary>The blocks' text; fails when there is none.</summary>
    public static string Script(string readme)
    {
        var script = new StringBuilder();
        var inside = false;
        foreach (var line in readme.Split('\n'))
        {
            if (inside && line.TrimEnd() == "```")
                inside = false;
            else if (inside)
                script.Append(line).Append('\n');
            else
                inside = line.TrimEnd() == "```sh tour";
        }
        Assert.False(inside, "the README's last tour block is not closed");
        Assert.True(script.Length > 0, "the README has no block that begins with ```sh tour");
        return script.ToString();
    }

    /// <summary>Runs the script in <paramref name="folder"/> with <paramref name="upstream"/> for the public proxy; it must succeed at each command.</summary>
    public static async Task<string> RunAsync(string script, string folder, string upstream, TimeSpan limit)
    {
        using var home = new TempFolder();
        var address = "127.0.0.1:" + Loopback.FreePort().ToString(CultureInfo.InvariantCulture);
        var ownHome = Environment.GetEnvironmentVariable("HOME") ?? "/";
        await using var shell = ChildProcess.Start(
            "/bin/bash",
            ["-euxo", "pipefail", "-c", "trap 'kill $(jobs -p) 2>/dev/null || true; wait || true' EXIT\n" + script.Replace(DefaultAddress, address, StringComparison.Ordinal)],
            folder,
            new Dictionary<string, string>
            {
                ["PATH"] = $"{Path.GetDirectoryName(Repository.Go)}:{Environment.GetEnvironmentVariable("PATH")}",
                ["HOME"] = home.Path,
                ["NUGET_PACKAGES"] = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(ownHome, ".nuget/packages"),
                ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
                ["MSBUILDDISABLENODEREUSE"] = "1",
                ["GOCACHE"] = Directory.CreateDirectory(Path.Combine(Repository.Kept, "gocache")).FullName,
                ["GOFLAGS"] = "-modcacherw",
                ["GOSUMDB"] = "off",
                ["GOTOOLCHAIN"] = "local",
                ["TAIN_LISTEN"] = address,
                ["TAIN_GO_UPSTREAM"] = upstream,
                ["TAIN_GO_SUMDB"] = "off",
            });
        var code = await shell.WaitAsync(limit);
        Assert.True(code == 0, $"the tour ended with {code}:\n{shell.Output}");
        return shell.Output;
    }
}
