using System.Globalization;
using System.Text.RegularExpressions;

namespace Tain.Clients;

/// <summary>One module version of the go command's test data, path and version escaped as in URLs.</summary>
internal sealed record HermeticModule(string EscapedPath, string EscapedVersion, string? Commit);

/// <summary>
/// The module proxy of the go command's own tests (cmd/go/proxy_test.go), which serves
/// cmd/go/testdata/mod and, below other prefixes, faults: <c>404/</c> and any other status,
/// <c>redirect/N/</c>, <c>invalid/</c>.
/// </summary>
internal sealed partial class HermeticProxy : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly int _port = Loopback.FreePort();
    private readonly ChildProcess _process;

    private HermeticProxy()
    {
        var source = Path.Combine(Repository.GoRoot, "src/cmd/go");
        _process = ChildProcess.Start(Repository.GoTests, ["-proxy=127.0.0.1:" + _port.ToString(CultureInfo.InvariantCulture)], source, new Dictionary<string, string>
        {
            ["GOROOT"] = Repository.GoRoot,
            ["HOME"] = _folder.Path,
            ["TMPDIR"] = _folder.Path,
        });
    }

    /// <summary>The proxy's URL, to which a fault's prefix may be added.</summary>
    public string Url => $"http://127.0.0.1:{_port.ToString(CultureInfo.InvariantCulture)}/mod";

    /// <summary>Its checksum database's name and key (cmd/go/proxy_test.go, testSumDBVerifierKey).</summary>
    public const string SumDbName = "localhost.localdev/sumdb";
    public const string SumDbKey = SumDbName + "+00000c67+AcTrnkbUA+TU4heY3hkjiSES/DSQniBqIeQ/YppAUtK6";

    public static async Task<HermeticProxy> StartAsync()
    {
        var proxy = new HermeticProxy();
        await Loopback.WaitForAsync(proxy.Url + "/rsc.io/quote/@v/list", proxy._process, TimeSpan.FromSeconds(20));
        return proxy;
    }

    /// <summary>Every module version that it serves, read from its files' names as it reads them itself.</summary>
    public static IReadOnlyList<HermeticModule> Modules()
    {
        var modules = new List<HermeticModule>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.GoRoot, "src/cmd/go/testdata/mod"), "*.txt").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var split = name.LastIndexOf("_v", StringComparison.Ordinal);
            if (split < 0)
                continue;
            var version = name[(split + 1)..];
            var short12 = PseudoVersion().Match(version);
            var commit = short12.Success ? short12.Groups[1].Value : ShortName().Match(File.ReadAllText(file)) is { Success: true } m ? m.Groups[1].Value : null;
            modules.Add(new(name[..split].Replace('_', '/'), version, commit));
        }
        return modules;
    }

    /// <summary>Its port refuses connections from now on.</summary>
    public ValueTask StopAsync() => _process.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    [GeneratedRegex(@"-\d{14}-([0-9a-f]{12})$")]
    private static partial Regex PseudoVersion();

    [GeneratedRegex(@"""Short"":\s*""([0-9a-f]{7,12})""")]
    private static partial Regex ShortName();
}
