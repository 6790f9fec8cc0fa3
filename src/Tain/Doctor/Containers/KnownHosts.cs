namespace Tain.Doctor.Containers;

/// <summary>What is known of registries and mirrors by their names alone.</summary>
internal static class KnownHosts
{
    /// <summary>Public registries that no setting for Docker Hub reaches.</summary>
    private static readonly HashSet<string> PublicRegistries = new(StringComparer.OrdinalIgnoreCase)
    {
        "ghcr.io", "quay.io", "gcr.io", "k8s.gcr.io", "registry.k8s.io", "mcr.microsoft.com", "public.ecr.aws", "nvcr.io", "docker.elastic.co",
        "registry.gitlab.com", "lscr.io", "cgr.dev", "registry.access.redhat.com", "registry.redhat.io", "registry.fedoraproject.org", "container-registry.oracle.com",
    };

    /// <summary>Registries where anybody may have an account, and push below a name of their own.</summary>
    private static readonly HashSet<string> OpenRegistries = new(StringComparer.OrdinalIgnoreCase) { "docker.io", "quay.io", "ghcr.io", "registry.gitlab.com" };

    /// <summary>Mirrors of Docker Hub that anybody may use.</summary>
    private static readonly HashSet<string> PublicMirrors = new(StringComparer.OrdinalIgnoreCase) { "mirror.gcr.io", "public.ecr.aws" };

    /// <summary>Names of Docker Hub's servers, which are not the name that its images have.</summary>
    private static readonly HashSet<string> HubServers = new(StringComparer.OrdinalIgnoreCase) { "registry-1.docker.io", "index.docker.io", "registry.hub.docker.com", "hub.docker.com", "registry.docker.io" };

    /// <summary>Mirrors whose owners ended or closed them. Only those whose owners said so; that a mirror is slow or behind is no reason.</summary>
    private static readonly Dictionary<string, string> Retired = new(StringComparer.OrdinalIgnoreCase)
    {
        // Timed out since spring 2019; Docker took it out of its documentation: docker/docs#8793, docker/docs#9316.
        ["registry.docker-cn.com"] = "docker/docs#8793",
        // 403 from outside the campus since August 2022, "没有恢复的计划" (no plans to bring it back): ustclug/mirrorrequest#361, ustclug/mirrorhelp#214.
        ["docker.mirrors.ustc.edu.cn"] = "ustclug/mirrorrequest#361",
        // "We have discontinued the docker hub mirror service": sjtug/mirror-requests#369 (July 2024).
        ["docker.mirrors.sjtug.sjtu.edu.cn"] = "sjtug/mirror-requests#369",
        // Ended on 30 May 2020: docker-practice/docker-registry-cn-mirror-test#3.
        ["reg-mirror.qiniu.com"] = "docker-practice/docker-registry-cn-mirror-test#3",
        // Since April 2020 "*.azk8s.cn is only allowed for Azure China IPs": Azure/container-service-for-azure-china#58, #61. (mcr.azk8s.cn is open.)
        ["dockerhub.azk8s.cn"] = "Azure/container-service-for-azure-china#58",
        ["gcr.azk8s.cn"] = "Azure/container-service-for-azure-china#58",
        ["k8sgcr.azk8s.cn"] = "Azure/container-service-for-azure-china#58",
        ["quay.azk8s.cn"] = "Azure/container-service-for-azure-china#58",
    };

    /// <summary>Where it was said that the host is a mirror no more; null when it may be one.</summary>
    public static string? RetiredOrNull(string host)
    {
        host = Hosts.WithoutPort(host);
        if (Retired.TryGetValue(host, out var source))
            return source;
        // Since 2 July 2024 for machines in Alibaba's own cloud only (others get 403), and no longer brought up to date: the notice in its help pages.
        return host.EndsWith(".mirror.aliyuncs.com", StringComparison.OrdinalIgnoreCase) ? "help.aliyun.com/zh/acr/product-overview/product-change-acr-mirror-accelerator-function-adjustment-announcement" : null;
    }

    public static bool IsPublicRegistry(string host) => PublicRegistries.Contains(host) || host.EndsWith(".gcr.io", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether an image's name leads to a public registry.</summary>
    public static bool IsPublicImage(string image) => image.Split('/') is not [var host, _, ..] || !host.AsSpan().ContainsAny('.', ':') || IsPublicRegistry(host) || IsOpenToAll(host) || IsHubServer(host);

    public static bool IsOpenToAll(string host) => OpenRegistries.Contains(host);

    public static bool IsHubServer(string host) => HubServers.Contains(host);

    /// <summary>Whether a mirror of <paramref name="registry"/> is the registry itself, or open to the world.</summary>
    public static bool IsPublicSource(string host, string registry)
        => host.Equals(registry, StringComparison.OrdinalIgnoreCase) || host.Equals(ImageReference.DockerHub, StringComparison.OrdinalIgnoreCase) || IsHubServer(host) || PublicMirrors.Contains(host) || IsPublicRegistry(host);

    /// <summary>Names of what has images of this machine only: podman's own, ko's, and the registries that kind, k3d and their like start.</summary>
    public static bool IsOwn(string host)
        => Hosts.IsHere(host) || Hosts.WithoutPort(host) is "kind.local" or "ko.local" or "dev.local" or "kind-registry" || (host.StartsWith("k3d-", StringComparison.Ordinal) && !host.Contains('.', StringComparison.Ordinal));

    /// <summary>The host and port of <c>https://host:1/path</c>, and of the same without a scheme.</summary>
    public static string HostOf(string address)
    {
        var start = address.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? scheme + 3 : 0;
        var end = address.AsSpan(start).IndexOfAny('/', '?', '#') is >= 0 and var stop ? start + stop : address.Length;
        var authority = address[start..end];
        return authority[(authority.LastIndexOf('@') + 1)..];
    }

    /// <summary>An address as people may see it: no user, no query.</summary>
    public static string Show(string address)
    {
        var end = address.AsSpan().IndexOfAny('?', '#') is >= 0 and var stop ? stop : address.Length;
        return Upstream.Secrets.MaskUrl(address[..end] + (end < address.Length ? "?…" : ""));
    }
}
