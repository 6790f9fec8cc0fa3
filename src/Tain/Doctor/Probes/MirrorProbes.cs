using Tain.Doctor.Files;
using Tain.Upstream;

namespace Tain.Doctor.Probes;

/// <summary>Asks the mirrors that are configured, all at once, and nobody else. Nothing is asked twice, nothing after the deadline.</summary>
internal static class MirrorProbes
{
    /// <param name="deadline">For all of it together.</param>
    /// <returns>The fastest first; those that did not answer last.</returns>
    public static async Task<IReadOnlyList<MirrorReport>> RunAsync(Scene scene, TimeSpan deadline, TimeProvider time, CancellationToken ct)
    {
        using var end = new CancellationTokenSource(deadline, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(end.Token, ct);
        try
        {
            var options = OptionsFor(scene, deadline);
            using var client = new UpstreamClient(options, new SourceHealth(time), time, scene.Machine.Resolve, scene.Machine.VariableOrNull);
            // npm and Docker read no netrc, and nobody's credentials are for what only a repository names.
            using var without = new UpstreamClient(options with { Netrc = null }, new SourceHealth(time), time, scene.Machine.Resolve, scene.Machine.VariableOrNull);
            var (asking, bare) = (new ProbeClient(client, deadline, time, both.Token), new ProbeClient(without, deadline, time, both.Token));
            var reports = (await Task.WhenAll(new GoProbes(scene, asking, bare).RunAsync(), new RegistryProbes(scene, bare).RunAsync())).SelectMany(r => r);
            ct.ThrowIfCancellationRequested();
            return [.. reports.OrderBy(r => r.Latency ?? TimeSpan.MaxValue).ThenBy(r => r.Mirror, StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or ArgumentException or System.Security.Cryptography.CryptographicException)
        {
            // What the environment says of the network (HTTPS_PROXY, SSL_CERT_FILE) makes no sense: nobody can be asked.
            scene.Files.PassOver(new TextFile("/", "HTTP_PROXY, HTTPS_PROXY, SSL_CERT_FILE", ""), new($"no mirror was asked: {FileReader.WithoutQuotes(e.Message)}", $"未询问任何镜像：{FileReader.WithoutQuotes(e.Message)}"));
            return [];
        }
    }

    private static UpstreamOptions OptionsFor(Scene scene, TimeSpan deadline)
    {
        var netrc = scene.Machine.VariableOrNull("NETRC") ?? scene.Machine.InHome(".netrc");
        // One deadline decides: two that end together would be told now so, now so.
        var never = deadline + TimeSpan.FromMinutes(1);
        return new()
        {
            ConnectTimeout = never,
            ResponseTimeout = never,
            StallTimeout = never,
            FetchTimeout = never,
            Tries = 1,
            IsForOthers = false,
            // What can't be read was named already, and is no reason to stop here.
            Netrc = scene.Files.ReadOrNull(netrc) is { } file && Netrc.TryParse(file.Text, out _, out _) ? netrc : null,
            // A device has no length, and is not read.
            CaBundle = scene.Machine.VariableOrNull("SSL_CERT_FILE") is { } bundle && new FileInfo(bundle) is { Exists: true, Length: > 0 and < MaxBundle } ? bundle : null,
        };
    }

    /// <summary>A bundle of roots has some 200 KB. Bytes.</summary>
    private const long MaxBundle = 16 << 20;
}
