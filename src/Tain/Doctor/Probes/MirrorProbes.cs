namespace Tain.Doctor.Probes;

/// <summary>Asks the mirrors that are configured, all at once, and nobody else.</summary>
internal static class MirrorProbes
{
    public static Task<IReadOnlyList<MirrorReport>> RunAsync(Scene scene, TimeSpan deadline, TimeProvider time, CancellationToken ct)
        => Task.FromResult<IReadOnlyList<MirrorReport>>([]);
}
