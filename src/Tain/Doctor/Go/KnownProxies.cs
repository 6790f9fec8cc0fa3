namespace Tain.Doctor.Go;

/// <summary>Proxies and hosts that everyone uses: what is not among them is taken for the company's own.</summary>
internal static class KnownProxies
{
    /// <summary>Public module proxies, by host.</summary>
    private static readonly HashSet<string> Public = new(StringComparer.OrdinalIgnoreCase)
    {
        "proxy.golang.org", "goproxy.io", "proxy.golang.com.cn", "goproxy.cn", "mirrors.sjtug.sjtu.edu.cn", "repo.nju.edu.cn", "mirrors.ustc.edu.cn", "mirrors.tuna.tsinghua.edu.cn", "mirror.sjtu.edu.cn", "goproxy.dev", "mirrors.aliyun.com", "mirrors.cloud.tencent.com", "mirrors.tencent.com", "mirrors.tencentyun.com",
        "repo.huaweicloud.com", "mirrors.huaweicloud.com", "goproxy.baidu.com", "goproxy.bj.bcebos.com", "mirrors.volces.com",
    };

    /// <summary>Public proxies that were shut down, by host.</summary>
    private static readonly HashSet<string> Retired = new(StringComparer.OrdinalIgnoreCase)
    {
        // JFrog's GoCenter ended on 1 May 2021; the Athens project's public instance was an experiment and is gone.
        "gocenter.io", "goproxy.gocenter.io", "athens.azurefd.net", "gonexus.dev",
    };

    /// <summary>Hosts where anyone may have public code: a module there is private only by other evidence.</summary>
    private static readonly HashSet<string> CodeHosts = new(StringComparer.OrdinalIgnoreCase)
    {
        "github.com", "gitlab.com", "bitbucket.org", "gitee.com", "codeberg.org", "git.sr.ht", "dev.azure.com", "ssh.dev.azure.com", "vs-ssh.visualstudio.com", "salsa.debian.org", "gitlab.freedesktop.org", "gitlab.gnome.org", "go.googlesource.com", "git.launchpad.net", "code.gitea.io", "gitea.com",
    };

    /// <summary>Modules that nearly everyone depends on, and nobody's own: a pattern that covers one of them covers too much.</summary>
    public static readonly IReadOnlyList<string> EveryonesModules =
    [
        "github.com/pkg/errors", "golang.org/x/text", "google.golang.org/grpc", "gopkg.in/yaml.v3", "go.uber.org/zap", "k8s.io/api", "gitlab.com/gitlab-org/api/client-go", "bitbucket.org/creachadair/shell", "cloud.google.com/go", "modernc.org/sqlite", "rsc.io/quote",
    ];

    /// <summary>Hosts whose modules are public, whoever asks.</summary>
    private static readonly HashSet<string> PublicHosts = new(StringComparer.OrdinalIgnoreCase)
    {
        "golang.org", "google.golang.org", "gopkg.in", "go.uber.org", "k8s.io", "sigs.k8s.io", "cloud.google.com", "go.opentelemetry.io", "modernc.org", "rsc.io", "honnef.co", "go.etcd.io",
        "go.mongodb.org", "gorm.io", "gocloud.dev", "go.opencensus.io", "cel.dev", "entgo.io", "filippo.io", "mvdan.cc", "gonum.org", "lukechampine.com", "oras.land", "helm.sh", "knative.dev", "istio.io", "nhooyr.io", "dario.cat", "gotest.tools", "gopkg.io", "tailscale.com", "go.temporal.io",
    };

    public static bool IsEveryones(string host) => PublicHosts.Contains(host) || CodeHosts.Contains(host);

    public static bool IsPublic(string host) => Public.Contains(Hosts.WithoutPort(host)) || IsRetired(host);

    public static bool IsRetired(string host) => Retired.Contains(Hosts.WithoutPort(host));

    public static bool IsCodeHost(string host) => CodeHosts.Contains(host);
}
