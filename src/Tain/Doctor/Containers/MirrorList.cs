using System.Net;
using Tain.Doctor.Files;
using Tain.Doctor.Fixes;

namespace Tain.Doctor.Containers;

/// <summary>A mirror in some tool's list, in the order in which it is asked.</summary>
internal sealed record Mirror(string Address, Place Place)
{
    public string Host { get; } = KnownHosts.HostOf(Address);

    /// <summary>Whether the tool asks it in the plain way: no settings of its own for certificates, and https where no scheme is written.</summary>
    public bool IsPlain { get; init; } = true;

    /// <summary>What <c>/v2/</c> is below: a path without a scheme, or behind <c>/v2/</c>, is of images' names.</summary>
    public string Root
    {
        get
        {
            var scheme = Address.IndexOf("://", StringComparison.Ordinal);
            if (scheme < 0)
                return "https://" + Host;
            var path = Address.IndexOf('/', scheme + 3);
            return path > 0 && Address.AsSpan(path).StartsWith("/v2/") ? Address[..path] : Address;
        }
    }
}

/// <summary>What can be wrong with a list of mirrors in any tool.</summary>
internal static class MirrorList
{
    /// <param name="registry">Whose mirrors they are; empty for all registries'.</param>
    /// <param name="withoutRetired">The edit that takes out the ones that are no more.</param>
    public static void Check(Scene scene, string registry, IReadOnlyList<Mirror> mirrors, Edit? withoutRetired = null)
    {
        for (var i = 0; i < mirrors.Count; i++)
        {
            var mirror = mirrors[i];
            if (mirror.IsPlain)
                scene.AddMirror("oci", mirror.Root, mirror.Place);
            if (mirror.Address.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
                AddInsecure(scene, mirror.Place, "http://", mirror.Host);
            if (KnownHosts.RetiredOrNull(mirror.Host) is { } source)
            {
                scene.Add(new(MirrorPitfalls.Retired, mirror.Place, new Fact("host", mirror.Host), new Fact("source", source)) { Fix = withoutRetired, IsSelfEvident = true });
                continue;
            }
            if (!KnownHosts.IsPublicSource(mirror.Host, registry))
                continue;
            if (mirrors.Skip(i + 1).FirstOrDefault(m => !KnownHosts.IsPublicSource(m.Host, registry) && KnownHosts.RetiredOrNull(m.Host) is null) is { } own)
                scene.Add(new(MirrorPitfalls.Order, mirror.Place, new Fact("public", mirror.Host), new Fact("mirror", own.Host)));
        }
    }

    /// <summary>Says that nobody's identity is checked, unless all happens on this machine.</summary>
    /// <param name="host">A host, one with an image's path behind it, or a range of addresses.</param>
    public static void AddInsecure(Scene scene, Place place, string setting, string host)
    {
        if (Hosts.IsHere(host))
            return;
        // Of a range nobody has the certificate.
        var isRange = host.Contains('*', StringComparison.Ordinal) || (host.Contains('/', StringComparison.Ordinal) && IPNetwork.TryParse(host, out _));
        host = KnownHosts.Show(isRange ? host : KnownHosts.HostOf(host));
        // All of the internet, rather than one registry.
        var isAll = host is "0.0.0.0/0" or "::/0" or "0.0.0.0/1" or "128.0.0.0/1" or "*";
        var cure = isRange
            ? new Words($"Take {host} out of it, or name the one registry that is meant in its place; with a certificate that one needs no entry either.",
                $"从中删除 {host}，或改为只写真正需要的那一个仓库；给它配上证书后，连这一项也不需要。")
            : new Words($"Give {host} a certificate, put its authority where the tool looks (such as /etc/docker/certs.d/{host}/ca.crt, or ca = in hosts.toml), and take {setting} out.",
                $"为 {host} 配置证书，把 CA 放到工具会查找的位置（如 /etc/docker/certs.d/{host}/ca.crt，或 hosts.toml 中的 ca =），然后删除 {setting}。");
        scene.Add(new(MirrorPitfalls.Insecure, place, new Fact("setting", setting), new Fact("host", host), new Fact("cure", cure)) { Severity = isAll ? Severity.Error : Severity.Warning });
    }

    /// <summary>The name that images have, where a server's was written; null when it is one.</summary>
    public static string? RightNameOrNull(string name) => KnownHosts.IsHubServer(KnownHosts.HostOf(name)) ? ImageReference.DockerHub : null;

    public static void AddWrongName(Scene scene, Place place, string name)
    {
        if (RightNameOrNull(name) is { } right)
            scene.Add(new(MirrorPitfalls.WrongName, place, new Fact("name", KnownHosts.Show(name)), new Fact("right", right)));
    }
}
