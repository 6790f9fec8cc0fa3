namespace Tain.Doctor.Probes;

/// <summary>What a distance is called, and the settings that suit it.</summary>
internal static class NetworkText
{
    public static Words Name(NetworkClass distance) => distance switch
    {
        NetworkClass.Local => new("local", "本地网络"),
        NetworkClass.Regional => new("regional", "区域内"),
        _ => new("intercontinental", "跨洲网络"),
    };

    /// <summary>Null where the tools' defaults suit. The go command has no retries at all (golang/go#28194), npm two of 10 s
    /// (docs.npmjs.com, "fetch-retries"), Docker five (max-download-attempts).</summary>
    public static Words? AdviceOrNull(string kind, NetworkClass distance) => (kind, distance) switch
    {
        (_, NetworkClass.Local) => null,
        ("go", NetworkClass.Regional) => new("go: it does not retry; put a mirror near you that does (Tain: upstream.tries=4, which is its default)", "go：go 命令自身不重试；请在近处部署会重试的镜像（Tain 默认 upstream.tries=4）"),
        ("go", _) => new("go: it does not retry, and each module costs several round trips; run a mirror on this side of the line, with upstream.tries=6 and upstream.response-timeout=60s", "go：go 命令自身不重试，每个模块要往返多次；请在线路的这一侧部署镜像，并设置 upstream.tries=6、upstream.response-timeout=60s"),
        ("npm", NetworkClass.Regional) => new("npm: fetch-retries=3", "npm：fetch-retries=3"),
        ("npm", _) => new("npm: fetch-retries=5, fetch-retry-mintimeout=20000, fetch-timeout=600000, maxsockets=8", "npm：fetch-retries=5、fetch-retry-mintimeout=20000、fetch-timeout=600000、maxsockets=8"),
        ("oci", NetworkClass.Regional) => null,
        (_, _) => new("Docker: max-download-attempts=10 and max-concurrent-downloads=6 in daemon.json", "Docker：在 daemon.json 中设置 max-download-attempts=10、max-concurrent-downloads=6"),
    };
}
