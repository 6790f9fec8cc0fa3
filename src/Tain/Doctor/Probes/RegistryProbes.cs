using Tain.Doctor.Containers;
using Tain.Doctor.Files;
using Tain.Doctor.Npm;
using Tain.Upstream;

namespace Tain.Doctor.Probes;

/// <summary>Asks npm registries and image mirrors whether they answer, and how fast. No name of a package or image is sent, and no credentials.</summary>
internal sealed class RegistryProbes(Scene scene, ProbeClient client)
{
    public async Task<IReadOnlyList<MirrorReport>> RunAsync() => await Task.WhenAll(scene.Mirrors.Select(VisitAsync));

    private async Task<MirrorReport> VisitAsync(ConfiguredMirror mirror)
    {
        // "npm ping" asks /-/ping; a registry of images answers /v2/ with 200, or with 401 and where to log in (OCI distribution-spec, "Endpoints").
        var path = mirror.Kind == "npm" ? "-/ping" : "v2/";
        if (!SourceChain.TryParse(mirror.Address, out var chain, out var error) || chain.Links is not [{ Source: { } parsed }])
            return new(Secrets.MaskUrl(mirror.Address), mirror.Kind, null, null, null, error ?? "is no URL");
        var source = parsed with { UserInfo = null };
        var first = await client.GetAsync(source, path, 1 << 20);
        if (!Answers(mirror.Kind, first))
        {
            var isNpm = mirror.Kind == "npm";
            scene.Add(new Finding(isNpm ? NpmPitfalls.RegistryUnreachable : MirrorPitfalls.Unreachable, mirror.Place, new Fact(isNpm ? "registry" : "mirror", source.Name), new Fact("said", first.Said))
            {
                // What the repository's files say need not be for this machine.
                Severity = mirror.Place.File is { } file && Folders.IsBelow(file.Path, scene.Folder) ? Severity.Note : Severity.Error,
            });
            return new(source.Name, mirror.Kind, first.Status is null ? null : first.Elapsed, null, null, first.Said);
        }
        // The first answer paid for the connection.
        var second = await client.GetAsync(source, path, 1 << 20);
        return new(source.Name, mirror.Kind, second.Status is not null && second.Elapsed < first.Elapsed ? second.Elapsed : first.Elapsed, null, null, null);
    }

    /// <summary>A registry that knows no ping, or wants a login, is there all the same; a page for people is none.</summary>
    private static bool Answers(string kind, ProbeAnswer answer)
        => answer.Fault is not FaultKind.Malformed && answer.Status is { } status && (status is 200 or 401 or 403 || (kind == "npm" && status is 404 or 405));
}
