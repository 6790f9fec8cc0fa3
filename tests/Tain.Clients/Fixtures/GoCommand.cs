using Tain.GitHosting;

namespace Tain.Clients;

/// <summary>What a run of the go command, or of a program built with it, came to.</summary>
internal sealed record GoResult(string Command, int ExitCode, string Output)
{
    /// <summary>This result, if it is a success; otherwise the test fails with all that was printed.</summary>
    public GoResult Succeeded()
    {
        Assert.True(ExitCode == 0, $"{Command} exited {ExitCode}:\n{Output}");
        return this;
    }

    public GoResult Failed()
    {
        Assert.True(ExitCode != 0, $"{Command} should have failed:\n{Output}");
        return this;
    }
}

/// <summary>
/// The real go command as a developer on a clean machine has it: an empty module cache, no
/// configuration, one GOPROXY and no way around it. Only the build cache is shared, as it keeps
/// results of compiling, never modules.
/// </summary>
internal sealed class GoCommand : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, string> _environment;

    /// <param name="proxy">The value of GOPROXY.</param>
    /// <param name="sumDb">The value of GOSUMDB.</param>
    public GoCommand(string proxy, string sumDb = "off") => _environment = new()
    {
        ["PATH"] = $"{Path.GetDirectoryName(Repository.Go)}:/usr/bin:/bin",
        ["HOME"] = _folder["home"],
        ["GOPATH"] = _folder["gopath"],
        ["GOMODCACHE"] = ModuleCache,
        ["GOCACHE"] = Directory.CreateDirectory(Path.Combine(Repository.Kept, "gocache")).FullName,
        ["GOTMPDIR"] = _folder["tmp"],
        ["GOENV"] = "off",
        // -trimpath: what was compiled does not depend on where the module cache is.
        ["GOFLAGS"] = "-modcacherw -trimpath",
        ["GOPROXY"] = proxy,
        ["GOSUMDB"] = sumDb,
        ["GOTOOLCHAIN"] = "local",
        ["GOVCS"] = "*:off",
        ["GOWORK"] = "off",
        ["GOTELEMETRY"] = "off",
        ["CGO_ENABLED"] = "0",
    };

    /// <summary>One that asks the repositories themselves, those of <paramref name="server"/>, and no proxy.</summary>
    public static GoCommand Direct(GitServer server)
    {
        var go = new GoCommand("direct");
        go._environment["GOVCS"] = "*:all";
        go._environment["GOFLAGS"] = "-modcacherw -mod=mod";
        go._environment["GIT_CONFIG_NOSYSTEM"] = "1";
        foreach (var (name, value) in server.Environment)
            go._environment[name] = value;
        return go;
    }

    /// <summary>One that checks everything against this checksum database; null is its own default.</summary>
    public static GoCommand Checking(string proxy, string? sumDb)
    {
        var go = new GoCommand(proxy);
        if (sumDb is null)
            go._environment.Remove("GOSUMDB");
        else
            go._environment["GOSUMDB"] = sumDb;
        return go;
    }

    /// <summary>Where the go command runs, and the main module lies.</summary>
    public string Folder => _folder["module"];

    public string ModuleCache => _folder["modcache"];

    /// <summary>Empties the module cache: the next command downloads again.</summary>
    public void Forget() => Directory.Delete(ModuleCache, recursive: true);

    public Task<GoResult> RunAsync(params string[] arguments) => RunProgramAsync(Repository.Go, arguments);

    /// <summary>Runs another program in the same folder and environment, such as the one just built.</summary>
    public async Task<GoResult> RunProgramAsync(string program, params string[] arguments)
    {
        await using var process = ChildProcess.Start(program, arguments, Folder, _environment);
        var code = await process.WaitAsync(Limit);
        return new($"{Path.GetFileName(program)} {string.Join(' ', arguments)}", code, process.Output);
    }

    public void Write(string name, string content) => File.WriteAllText(Path.Combine(Folder, name), content);

    public string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    public void Dispose() => _folder.Dispose();
}
