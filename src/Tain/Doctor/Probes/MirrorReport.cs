namespace Tain.Doctor.Probes;

/// <summary>How far away a server is, by the time of an answer on a connection that is open.</summary>
internal enum NetworkClass
{
    /// <summary>Below 10 ms: this building, or this data centre.</summary>
    Local,

    /// <summary>Below 80 ms: this part of the world.</summary>
    Regional,

    /// <summary>80 ms and more: another continent, or a poor line.</summary>
    Intercontinental,
}

/// <summary>What asking one mirror came to.</summary>
/// <param name="Mirror">Its address, without credentials.</param>
/// <param name="Kind"><c>go</c>, <c>npm</c> or <c>oci</c>.</param>
/// <param name="Latency">The shortest time of a whole answer; null when there was none.</param>
/// <param name="Fetched">What was fetched through it, such as <c>github.com/pkg/errors@v0.9.1</c>; null when nothing was.</param>
/// <param name="FetchTime">How long that took, go.mod and zip.</param>
/// <param name="Said">What went wrong, in its own or the network's words; null when nothing did.</param>
internal sealed record MirrorReport(string Mirror, string Kind, TimeSpan? Latency, string? Fetched, TimeSpan? FetchTime, string? Said)
{
    public NetworkClass? Class => Latency is { } latency ? latency.TotalMilliseconds switch { < 10 => NetworkClass.Local, < 80 => NetworkClass.Regional, _ => NetworkClass.Intercontinental } : null;
}
