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
        var netrc = scene.Machine.VariableOrNull("NETRC") ?? scene.Machine.InHome(".netrc");
        var options = new UpstreamOptions
        {
            ConnectTimeout = deadline,
            ResponseTimeout = deadline,
            StallTimeout = deadline,
            FetchTimeout = deadline,
            Tries = 1,
            IsForOthers = false,
            // What can't be read was named already, and is no reason to stop here.
            Netrc = scene.Files.ReadOrNull(netrc) is { } file && Netrc.TryParse(file.Text, out _, out _) ? netrc : null,
            CaBundle = scene.Machine.VariableOrNull("SSL_CERT_FILE") is { } bundle && File.Exists(bundle) ? bundle : null,
        };
        using var client = new UpstreamClient(options, new SourceHealth(time), time, scene.Machine.Resolve, scene.Machine.VariableOrNull);
        // npm and Docker read no netrc.
        using var bare = new UpstreamClient(options with { Netrc = null }, new SourceHealth(time), time, scene.Machine.Resolve, scene.Machine.VariableOrNull);
        var reports = (await Task.WhenAll(
            new GoProbes(scene, new ProbeClient(client, deadline, time, both.Token)).RunAsync(),
            new RegistryProbes(scene, new ProbeClient(bare, deadline, time, both.Token)).RunAsync())).SelectMany(r => r);
        ct.ThrowIfCancellationRequested();
        return [.. reports.OrderBy(r => r.Latency ?? TimeSpan.MaxValue).ThenBy(r => r.Mirror, StringComparer.Ordinal)];
    }
}
