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
    public static void AddInsecure(Scene scene, Place place, string setting, string host)
    {
        if (KnownHosts.IsLoopback(host))
            return;
        // All of the internet, rather than one registry.
        var isAll = host is "0.0.0.0/0" or "::/0" or "0.0.0.0/1" or "128.0.0.0/1" or "*";
        scene.Add(new(MirrorPitfalls.Insecure, place, new Fact("setting", setting), new Fact("host", KnownHosts.Show(host))) { Severity = isAll ? Severity.Error : Severity.Warning });
    }

    /// <summary>The name that images have, where a server's was written; null when it is one.</summary>
    public static string? RightNameOrNull(string name) => KnownHosts.IsHubServer(KnownHosts.HostOf(name)) ? ImageReference.DockerHub : null;

    public static void AddWrongName(Scene scene, Place place, string name)
    {
        if (RightNameOrNull(name) is { } right)
            scene.Add(new(MirrorPitfalls.WrongName, place, new Fact("name", KnownHosts.Show(name)), new Fact("right", right)));
    }
}
