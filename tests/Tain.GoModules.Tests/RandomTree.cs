using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Tain.GoModules.Tests;

/// <summary>A small tree made of whatever names meet a rule, and its forms for Tain and for Go.</summary>
internal sealed class RandomTree
{
    private static readonly string[] s_elements =
    [
        "a", "b", "A", "x.go", "y.go", "X.GO", "vendor", "vendor", "vendor", "Vendor", "modules.txt", "go.mod", "go.mod", "GO.MOD", "Go.Mod", "LICENSE", "license", ".hg_archival.txt",
        "k.go", "\u212a.go", "é", "É", "世", "sub", "sub", "v2",
    ];

    private static readonly string[] s_odd = ["", ".", "..", "con", "bad'", "a:b", "x.", ".git", ".hg", "\ud800", "\ufffd", "\n", "vendor ", "xvendor", "vendorx"];

    private static readonly string[] s_goVersions =
    [
        "", "", "1.9", "1.13", "1.21rc2", "1.23", "1.23.99", "1.24", "1.24", "1.24.0", "1.24.5", "1.24rc1", "1.24.1rc1", "1.25", "1.100", "1.2", "2.0", "10.3", "99999999999999999999.1", "1.99999999999999999999",
    ];

    private static readonly long[] s_sizes =
        [ModuleZip.MaxGoMod, ModuleZip.MaxGoMod + 1, ModuleZip.MaxZipFile, ModuleZip.MaxZipFile + 1, ModuleZip.MaxZipFile - 1, 0, -1, long.MaxValue, 1];

    private static readonly string[] s_contents =
        ["", "x", "package a\n\nfunc F() {}\n", new string('a', 3000), "PK\u0001\u0002PK\u0003\u0004PK\u0005\u0006", "PK\u0007\b0000\u0001\0\0\0\u0001\0\0\0PK\u0001\u0002"];

    public required string GoVersion { get; init; }
    public required string? License { get; init; }
    public required long? LicenseSize { get; init; }
    public required List<(TreeFile File, byte[] Content)> Files { get; init; }

    /// <summary>A tree of names and sizes, whatever they are.</summary>
    public static RandomTree Next(Random random)
    {
        var files = Make(random, s_odd, 25, random.Next(1, 10));
        if (random.Next(20) == 0)
        {
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                var i = random.Next(files.Count);
                files[i] = (files[i].File with { Size = s_sizes[random.Next(s_sizes.Length)] }, []);
            }
        }
        return new RandomTree { GoVersion = Pick(random, s_goVersions), License = null, LicenseSize = random.Next(4) == 0 ? s_sizes[random.Next(s_sizes.Length)] : null, Files = files };
    }

    /// <summary>A tree that is likely to make a zip, with its content.</summary>
    public static RandomTree NextWithContent(Random random)
    {
        var version = Pick(random, s_goVersions);
        var files = Make(random, [], 1000, random.Next(6));
        for (var i = 0; i < files.Count; i++)
        {
            var (file, content) = files[i];
            if (file.Name == "go.mod") content = Encoding.UTF8.GetBytes("module example.com/m\n" + (version.Length > 0 ? $"go {version}\n" : ""));
            else if (random.Next(200) == 0) random.NextBytes(content = new byte[random.Next(400_000)]);
            else content = Encoding.UTF8.GetBytes(Pick(random, s_contents));
            files[i] = (file with { Size = content.Length }, content);
        }
        var license = random.Next(2) == 0 ? "as you like" : null;
        return new RandomTree { GoVersion = version, License = license, LicenseSize = license?.Length, Files = files };
    }

    private static List<(TreeFile File, byte[] Content)> Make(Random random, string[] odd, int oddity, int count)
    {
        var files = new List<(TreeFile File, byte[] Content)>();
        if (random.Next(3) > 0) files.Add((new TreeFile("go.mod", 10, TreeFileKind.Regular), []));
        for (; count > 0; count--)
        {
            var elements = Enumerable.Range(0, random.Next(1, 5)).Select(_ => odd.Length > 0 && random.Next(oddity) == 0 ? Pick(random, odd) : Pick(random, s_elements));
            var name = string.Join('/', elements);
            // What lies beside or below another makes the rules meet.
            if (files.Count > 0 && random.Next(3) == 0)
            {
                var other = files[random.Next(files.Count)].File.Name;
                name = random.Next(4) switch
                {
                    0 => other[..(other.LastIndexOf('/') + 1)] + name,
                    1 when odd.Length > 0 => other,
                    2 => other.ToUpperInvariant() + "/" + name,
                    _ => other[..random.Next(other.Length + 1)] + name,
                };
            }
            files.Add((new TreeFile(name, random.Next(100), random.Next(10) switch { 0 => TreeFileKind.Symlink, 1 => TreeFileKind.Other, _ => TreeFileKind.Regular }), []));
        }
        return files;
    }

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];

    public ModuleTree Check(ModulePath path, string version) => ModuleTree.Check(Files.Select(f => f.File), path, version, GoVersion, LicenseSize);

    /// <summary>The zip that Tain makes of it.</summary>
    public async Task<byte[]> MakeZipAsync(ModuleTree tree, ModulePath path, string version)
    {
        var zip = new MemoryStream();
        await using var writer = new ModuleZipWriter(zip, path, version);
        var token = TestContext.Current.CancellationToken;
        foreach (var (file, content) in Files)
            if (file.Kind == TreeFileKind.Regular && tree.Contains(file.Name))
                await writer.AddAsync(file.Name, new MemoryStream(content), token);
        if (tree.NeedsLicense && License != null) await writer.AddAsync("LICENSE", new MemoryStream(Encoding.UTF8.GetBytes(License)), token);
        await writer.FinishAsync(token);
        return zip.ToArray();
    }

    /// <summary>The question 'T' of oracle/tree.go.</summary>
    public byte[] AskCheck() => Pack([Bytes(GoVersion), Bytes(LicenseSize?.ToString(CultureInfo.InvariantCulture) ?? ""),
        .. Files.SelectMany(f => new[] { Mutator.ToBytes(f.File.Name), Kind(f.File), Bytes(f.File.Size.ToString(CultureInfo.InvariantCulture)) })]);

    /// <summary>The question 'C' of oracle/tree.go.</summary>
    public byte[] AskCreate(string path, string version) => Pack([Bytes(path), Bytes(version), Bytes(License ?? ""),
        .. Files.SelectMany(f => new[] { Mutator.ToBytes(f.File.Name), Kind(f.File), f.Content })]);

    /// <summary>What Tain says, in the form of Go's answer.</summary>
    public static byte[] Answer(ModuleTree tree)
    {
        var submodules = tree.Omitted.Where(o => o.Reason == "not a regular file").Select(o => o.Name);
        return Pack([
            .. tree.Valid.Select(f => Mutator.ToBytes("V" + f.Name)),
            .. tree.Omitted.Where(o => o.Reason != "not a regular file").SelectMany(o => new[] { Mutator.ToBytes("O" + o.Name), Bytes(Reason(o.Reason)) }),
            .. submodules.Select(name => Mutator.ToBytes("S" + name)),
            .. tree.Invalid.SelectMany(o => new[] { Mutator.ToBytes("I" + o.Name), Bytes(Reason(o.Reason)) }),
            .. tree.Error?.StartsWith("module source tree is too large", StringComparison.Ordinal) == true ? new[] { Bytes("too large") } : [],
        ]);
    }

    /// <summary>The reason up to its first detail; what names a size is said in other words in Go.</summary>
    private static string Reason(string reason) => reason.Split(" file has ") is [var name, _]
        ? name + " file too large"
        : reason.Split('"', ':', '(')[0].Trim();

    private static byte[] Kind(TreeFile file) => [file.Kind switch { TreeFileKind.Regular => (byte)'r', TreeFileKind.Symlink => (byte)'l', _ => (byte)'o' }];

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Pack(byte[][] fields)
    {
        var packed = new byte[fields.Sum(f => 4 + f.Length)];
        var at = 0;
        foreach (var field in fields)
        {
            BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(at), field.Length);
            field.CopyTo(packed, at + 4);
            at += 4 + field.Length;
        }
        return packed;
    }
}
