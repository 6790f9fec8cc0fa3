using System.Net;
using System.Net.Security;

namespace Tain.Upstream;

/// <summary>The connection pools. Three, never mixed: to configured sources, trusted at any address because an administrator named
/// them; to where redirects lead, dialled at public addresses only; and to where redirects lead when an outgoing proxy dials.</summary>
internal sealed class Transport : IDisposable
{
    /// <summary>Idle connections are kept for this long, so that the next cold request pays no handshake: a developer's pause for thought.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(5);

    /// <summary>For hosts that what we fetch names: there is no end of them, and each idle connection is a file descriptor. 90 s.</summary>
    public static readonly TimeSpan StrangerIdleTimeout = TimeSpan.FromSeconds(90);

    /// <summary>A connection is not used for longer than this, so that a change in DNS is noticed.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(15);

    /// <summary>HTTP/2 pings after this much silence, and gives the connection up when no answer comes within <see cref="PingTimeout"/>.</summary>
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(10);

    /// <summary>HTTP/2 lets a stream send this much unacknowledged, in bytes: at 100 ms round trip 4 MiB allow 40 MB/s from the first
    /// round trip on, where the default of 64 KiB begins with 0.6 MB/s.</summary>
    private const int StreamWindow = 4 << 20;

    /// <summary>What is left of an unread body is read so that the connection can be used again, up to this many bytes.</summary>
    private const int MaxDrain = 64 << 10;

    /// <summary>Response headers in KiB; real ones are below 8.</summary>
    private const int MaxHeadersKiB = 64;

    private readonly ServerTrust trust;
    private readonly EnvironmentProxy? proxy;
    private readonly Dialer anywhere;
    private readonly Dialer outside;
    private readonly HttpMessageInvoker sources;
    private readonly HttpMessageInvoker strangers;
    private readonly HttpMessageInvoker strangersByProxy;

    /// <param name="resolve">The resolver; replaced in tests.</param>
    /// <param name="variable">The environment; replaced in tests.</param>
    public Transport(UpstreamOptions options, Func<string, CancellationToken, Task<IPAddress[]>> resolve, Func<string, string?> variable)
    {
        trust = new ServerTrust(options.CaBundle);
        var environment = new EnvironmentProxy(variable);
        proxy = environment.IsNone ? null : environment;
        anywhere = new Dialer(resolve, publicOnly: false, []);
        outside = new Dialer(resolve, publicOnly: true, options.PrivateNetworks);
        sources = Pool(options, anywhere, proxy, IdleTimeout);
        strangers = Pool(options, outside, null, StrangerIdleTimeout);
        strangersByProxy = Pool(options, anywhere, proxy, StrangerIdleTimeout);
    }

    /// <summary>To a configured source's own origin.</summary>
    public HttpMessageInvoker ForSource => sources;

    /// <summary>To where a redirect leads.</summary>
    public HttpMessageInvoker ForStranger(Uri uri) => proxy?.GetProxy(uri) is null ? strangers : strangersByProxy;

    /// <summary>For whoever dials by itself.</summary>
    public Dialer DialerFor(bool isTrusted) => isTrusted ? anywhere : outside;

    public void Dispose()
    {
        sources.Dispose();
        strangers.Dispose();
        strangersByProxy.Dispose();
        trust.Dispose();
    }

    private HttpMessageInvoker Pool(UpstreamOptions options, Dialer dialer, EnvironmentProxy? through, TimeSpan idleTimeout) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseProxy = through is not null,
        Proxy = through,
        Credentials = null,
        PreAuthenticate = false,
        ConnectCallback = dialer.ConnectAsync,
        ConnectTimeout = options.ConnectTimeout,
        MaxConnectionsPerServer = options.Connections,
        EnableMultipleHttp2Connections = true,
        InitialHttp2StreamWindowSize = StreamWindow,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
        KeepAlivePingDelay = PingDelay,
        KeepAlivePingTimeout = PingTimeout,
        PooledConnectionIdleTimeout = idleTimeout,
        PooledConnectionLifetime = ConnectionLifetime,
        MaxResponseHeadersLength = MaxHeadersKiB,
        MaxResponseDrainSize = MaxDrain,
        ResponseDrainTimeout = TimeSpan.FromSeconds(1),
        // Nothing goes out that the other side need not know.
        ActivityHeadersPropagator = null,
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = trust.Validate },
    });
}
