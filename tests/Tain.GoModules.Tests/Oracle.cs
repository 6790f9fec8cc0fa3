using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Tain.GoModules.Tests;

/// <summary>What the tests need of Go: where it lies, and x/mod's sources.</summary>
internal static class GoTools
{
    public static string Root { get; } = FindRoot();

    public static string XMod { get; } = Require(Path.Combine(Root, "out", "tools", "x-mod"));

    /// <summary>Go's own sources, tests included.</summary>
    public static string GoSource { get; } = Require(Path.Combine(Root, "out", "tools", "go", "src"));

    /// <summary>x/mod as the go command has it: newer than <see cref="XMod"/>, but without tests.</summary>
    public static string VendoredXMod { get; } = Require(Path.Combine(GoSource, "cmd", "vendor", "golang.org", "x", "mod"));

    public static string Go { get; } = Require(Path.Combine(Root, "out", "tools", "go", "bin", "go"));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder != null && !File.Exists(Path.Combine(folder.FullName, "Tain.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the tests have to run from below the folder of Tain.slnx");
    }

    private static string Require(string path) =>
        Path.Exists(path) ? path : throw new InvalidOperationException($"{path} is missing: run tests/tools/install");
}

/// <summary>Go's own code in a process beside the tests (the test project's oracle/main.go), asked in batches.</summary>
internal sealed class Oracle : IDisposable
{
    private static readonly Lazy<string> s_program = new(Build);

    private readonly Process _process;

    public Oracle() => _process = Process.Start(new ProcessStartInfo(s_program.Value)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    private static string Build()
    {
        // More than one test project compiles this file, each with an oracle of its own.
        var sources = Path.Combine(GoTools.Root, "tests", typeof(Oracle).Assembly.GetName().Name!, "oracle");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Directory.GetFiles(sources, "*.go").Order(StringComparer.Ordinal)) hash.AppendData(File.ReadAllBytes(file));
        hash.AppendData(File.ReadAllBytes(Path.Combine(GoTools.VendoredXMod, "modfile", "rule.go")));
        var folder = Path.Combine(GoTools.Root, "out", "oracle");
        var program = Path.Combine(folder, "oracle-" + Convert.ToHexStringLower(hash.GetHashAndReset())[..12]);
        if (File.Exists(program)) return program;

        // The old way of GOPATH: no modules, so nothing is asked of any network. Copies, for two reasons: what is internal
        // to Go can be imported from another place only, and go build follows no link into GOROOT.
        var gopath = program + ".gopath";
        Copy(GoTools.VendoredXMod, "*.go", Path.Combine(gopath, "src", "golang.org", "x", "mod"));
        Copy(Path.Combine(GoTools.GoSource, "internal", "gover"), "gover.go", Path.Combine(gopath, "src", "goroot", "gover"));
        Copy(Path.Combine(GoTools.GoSource, "cmd", "go", "internal", "gover"), "gomod.go", Path.Combine(gopath, "src", "goroot", "gomod"));
        var built = $"{program}.{Environment.ProcessId}";
        var start = new ProcessStartInfo(GoTools.Go, ["build", "-o", built, "."])
        {
            WorkingDirectory = sources,
            RedirectStandardError = true,
            Environment =
            {
                ["GO111MODULE"] = "off", ["GOPATH"] = gopath, ["GOCACHE"] = Path.Combine(folder, "cache"),
                ["GOENV"] = "off", ["GOFLAGS"] = "", ["GOTOOLCHAIN"] = "local", ["CGO_ENABLED"] = "0",
                ["GOROOT"] = Path.Combine(GoTools.Root, "out", "tools", "go"),
            },
        };
        using var go = Process.Start(start)!;
        var errors = go.StandardError.ReadToEnd();
        go.WaitForExit();
        if (go.ExitCode != 0) throw new InvalidOperationException($"go build of {sources} failed:\n{errors}");
        File.Move(built, program, overwrite: true);
        return program;
    }

    private static void Copy(string from, string pattern, string to)
    {
        foreach (var file in Directory.GetFiles(from, pattern, SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
        }
    }

    /// <summary>Asks one question of many inputs; <paramref name="fields"/> has all their fields in a row.</summary>
    public byte[][] Ask(char question, IReadOnlyList<byte[]> fields, int answers)
    {
        var frame = new byte[5 + fields.Sum(f => 4 + f.Length)];
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length - 4);
        frame[4] = (byte)question;
        var at = 5;
        foreach (var field in fields)
        {
            BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(at), field.Length);
            field.CopyTo(frame, at + 4);
            at += 4 + field.Length;
        }
        var input = _process.StandardInput.BaseStream;
        input.Write(frame);
        input.Flush();

        var output = _process.StandardOutput.BaseStream;
        var head = new byte[4];
        output.ReadExactly(head);
        var reply = new byte[BinaryPrimitives.ReadInt32LittleEndian(head)];
        output.ReadExactly(reply);
        var all = new byte[answers][];
        at = 0;
        for (var i = 0; i < answers; i++)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(reply.AsSpan(at));
            all[i] = reply[(at + 4)..(at + 4 + length)];
            at += 4 + length;
        }
        Assert.Equal(reply.Length, at);
        return all;
    }

    /// <summary>A zip as Go's own writer makes it.</summary>
    public byte[] MakeZip(params (string Name, byte[] Content)[] files)
    {
        var packed = new MemoryStream();
        using var writer = new BinaryWriter(packed);
        foreach (var (name, content) in files)
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            writer.Write(bytes.Length);
            writer.Write(bytes);
            writer.Write(content.Length);
            writer.Write(content);
        }
        return Ask('c', [packed.ToArray()], 1)[0];
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(10_000)) _process.Kill();
        _process.Dispose();
    }
}
