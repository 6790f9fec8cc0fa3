namespace Tain.Ecosystems.Setup;

/// <summary>How clients are told to reach this server.</summary>
/// <param name="Url">Without a slash at its end; null when only the configuration could know and does not say.</param>
/// <param name="IsThisMachineOnly">It is the loopback address that this server listens on: right for clients beside it.</param>
internal readonly record struct SetupAddress(string? Url, bool IsThisMachineOnly)
{
    // What reverse proxies add. None of them is believed: that one is there is enough.
    private static readonly string[] ProxyHeaders = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via"];

    /// <summary>The same for this request: whoever comes through a proxy is not beside this server.</summary>
    public SetupAddress For(HttpRequest request)
        => IsThisMachineOnly && ProxyHeaders.Any(request.Headers.ContainsKey) ? default : this;
}
