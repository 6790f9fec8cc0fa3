using Tain.Doctor.Go;
using Tain.GoModules;

namespace Tain.Doctor.Probes;

/// <summary>A module version that mirrors are asked for.</summary>
/// <param name="ZipHash">What go.sum says; null when nobody said anything.</param>
internal sealed record GoSample(ModulePath Path, string Version, string? ZipHash, string? ModHash)
{
    /// <summary>Small, old, in every proxy; its hashes are those of sum.golang.org.</summary>
    public static readonly GoSample Default = new(Parse("github.com/pkg/errors"), "v0.9.1", "h1:FEBLx1zS214owpjy7qsBeixbURkuhQAwrK5UwLGTwt4=", "h1:bwawxfHBFNV+L2hUp1rHADufV3IMtnDRdf1r5NINEl0=");

    public string Name => $"{Path.Value}@{Version}";

    /// <summary>What the repository requires, and may be asked of a public server: surely nobody's own (see <see cref="PrivateModules.IsSurelyPublic"/>).</summary>
    public static IReadOnlyList<GoSample> PublicOf(GoView go)
    {
        var samples = new List<GoSample>();
        foreach (var module in go.Modules)
        {
            var sum = module.Sum is { } file ? GoSum.Read(file) : null;
            foreach (var requirement in module.Requirements.OrderBy(r => r.Indirect).Where(r => go.Private.IsSurelyPublic(r.Path)))
            {
                if (ModulePath.TryParse(requirement.Path, out var path, out _) && ModuleVersion.Check(path, requirement.Version, out _) && !samples.Exists(s => s.Path == path && s.Version == requirement.Version))
                    samples.Add(new(path, requirement.Version, Hash(requirement.Version), Hash(requirement.Version + "/go.mod")));
                string? Hash(string version) => sum is { Problem: null } && sum.Lines.TryGetValue((requirement.Path, version), out var line) ? line.Hash : null;
            }
        }
        return samples;
    }

    private static ModulePath Parse(string text) => ModulePath.TryParse(text, out var path, out var error) ? path : throw new FormatException(error);
}
