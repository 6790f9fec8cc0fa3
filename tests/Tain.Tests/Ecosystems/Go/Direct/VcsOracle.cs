using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Tain.Tests.Ecosystems.Go.Direct;

/// <summary>The go command's own discovery (cmd/go/internal/vcs) in a process beside the tests: its sources with oracle/*.go laid over them.</summary>
internal sealed class VcsOracle : IDisposable
{
    private static readonly Lazy<string> Program = new(Build);

    private readonly Process process = Process.Start(new ProcessStartInfo(Program.Value) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    public static string Root { get; } = FindRoot();

    public static string GoRoot { get; } = Path.Combine(Root, "out", "tools", "go");

    public static string Source(string name) => File.ReadAllText(Path.Combine(GoRoot, "src", "cmd", "go", "internal", "vcs", name));

    /// <summary>Asks one question of many inputs; one answer for each, or as many as there are when none is given.</summary>
    public List<byte[]> Ask(char question, IReadOnlyList<byte[]> inputs)
    {
        var frame = new MemoryStream();
        using var writer = new BinaryWriter(frame);
        writer.Write(1 + inputs.Sum(i => 4 + i.Length));
        writer.Write((byte)question);
        foreach (var input in inputs)
        {
            writer.Write(input.Length);
            writer.Write(input);
        }
        process.StandardInput.BaseStream.Write(frame.ToArray());
        process.StandardInput.BaseStream.Flush();

        var head = new byte[4];
        process.StandardOutput.BaseStream.ReadExactly(head);
        var reply = new byte[BinaryPrimitives.ReadInt32LittleEndian(head)];
        process.StandardOutput.BaseStream.ReadExactly(reply);
        var answers = new List<byte[]>();
        for (var at = 0; at < reply.Length; at += 4 + answers[^1].Length)
            answers.Add(reply.AsSpan(at + 4, BinaryPrimitives.ReadInt32LittleEndian(reply.AsSpan(at))).ToArray());
        return answers;
    }

    public List<string> Ask(char question, IEnumerable<string> inputs) => [.. Ask(question, [.. inputs.Select(Encoding.UTF8.GetBytes)]).Select(Encoding.UTF8.GetString)];

    public void Dispose()
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(10_000))
            process.Kill();
        process.Dispose();
    }

    private static string Build()
    {
        var go = Path.Combine(GoRoot, "bin", "go");
        if (!File.Exists(go))
            throw new InvalidOperationException($"{go} is missing: run tests/tools/install");
        var ours = Path.Combine(Root, "tests", "Tain.Tests", "Ecosystems", "Go", "Direct", "oracle");
        var theirs = Path.Combine(GoRoot, "src", "cmd", "go", "internal");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Directory.GetFiles(ours, "*.go").Order(StringComparer.Ordinal).Append(Path.Combine(theirs, "vcs", "vcs.go")))
            hash.AppendData(File.ReadAllBytes(file));
        var folder = Path.Combine(Root, "out", "oracle");
        var program = Path.Combine(folder, "vcs-" + Convert.ToHexStringLower(hash.GetHashAndReset())[..12]);
        if (File.Exists(program))
            return program;

        Directory.CreateDirectory(folder);
        var overlay = $"{program}.{Environment.ProcessId}.json";
        var replace = new Dictionary<string, string>
        {
            [Path.Combine(theirs, "vcs", "vcs_oracle.go")] = Path.Combine(ours, "vcs_oracle.go"),
            // Its table is a variable of the package's tests.
            [Path.Combine(theirs, "vcs", "discovery_table.go")] = Path.Combine(theirs, "vcs", "discovery_test.go"),
            [Path.Combine(theirs, "vcsoracle", "main.go")] = Path.Combine(ours, "main.go"),
        };
        File.WriteAllText(overlay, JsonSerializer.Serialize(new { Replace = replace }));
        var built = $"{program}.{Environment.ProcessId}";
        var start = new ProcessStartInfo(go, ["build", "-overlay", overlay, "-o", built, "./go/internal/vcsoracle"])
        {
            WorkingDirectory = Path.Combine(GoRoot, "src", "cmd"),
            RedirectStandardError = true,
            Environment =
            {
                ["GOROOT"] = GoRoot, ["GOPATH"] = Path.Combine(folder, "gopath"), ["GOCACHE"] = Path.Combine(folder, "cache"), ["GO111MODULE"] = "",
                ["GOENV"] = "off", ["GOFLAGS"] = "", ["GOTOOLCHAIN"] = "local", ["GOPROXY"] = "off", ["CGO_ENABLED"] = "0",
            },
        };
        using var build = Process.Start(start)!;
        var errors = build.StandardError.ReadToEnd();
        build.WaitForExit();
        File.Delete(overlay);
        if (build.ExitCode != 0)
            throw new InvalidOperationException($"go build of {ours} failed:\n{errors}");
        File.Move(built, program, overwrite: true);
        return program;
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Tain.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("no Tain.slnx above the tests");
        return folder;
    }
}
