using System.Buffers;

namespace Tain.Ecosystems.Go.Git;

/// <summary>What git may ask of the gateway: the smart protocol's two requests for reading (gitprotocol-http) and the files of the dumb one.
/// Writing (git-receive-pack) and whatever else is nothing.</summary>
/// <param name="Id">The passage.</param>
/// <param name="Path">What follows the repository's URL, with its slash and its query; made of what was checked here.</param>
internal sealed record GatewayRequest(string Id, GatewayRequestKind Kind, string Path)
{
    public const string SmartRefs = "/info/refs?service=git-upload-pack";

    public const string UploadPack = "/git-upload-pack";

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    /// <summary>Characters of a request's target; a dumb request for a pack of a SHA-256 repository is below 200.</summary>
    private const int MaxTarget = 512;

    /// <summary>Reads <c>/ID/NAME/…</c> as it came over the wire: nothing is decoded, so nothing has two spellings.</summary>
    public static GatewayRequest? ParseOrNull(string method, string target)
    {
        if (target.Length > MaxTarget || target.Length == 0 || target[0] != '/')
            return null;
        var name = target.IndexOf('/', 1);
        var rest = name < 0 ? -1 : target.IndexOf('/', name + 1);
        if (rest < 0)
            return null;
        var (id, path) = (target[1..name], target[rest..]);
        GatewayRequestKind? kind = (method, path) switch
        {
            ("GET", SmartRefs or "/info/refs") => GatewayRequestKind.Refs,
            ("POST", UploadPack) => GatewayRequestKind.Fetch,
            ("GET", _) when IsFile(path) => GatewayRequestKind.File,
            _ => null,
        };
        return kind is { } known ? new GatewayRequest(id, known, path) : null;
    }

    /// <summary>Alternates are left out: they would lead git to wherever the server says.</summary>
    private static bool IsFile(string path)
    {
        const string objects = "/objects/";
        const string pack = "/objects/pack/pack-";
        if (path is "/HEAD" or "/objects/info/packs")
            return true;
        if (path.StartsWith(pack, StringComparison.Ordinal))
        {
            var dot = path.IndexOf('.', StringComparison.Ordinal);
            return dot > 0 && path[dot..] is ".pack" or ".idx" && IsHash(path.AsSpan(pack.Length, dot - pack.Length));
        }

        return path.StartsWith(objects, StringComparison.Ordinal) && path.Length > objects.Length + 3 && path[objects.Length + 2] == '/'
            && IsHash(string.Concat(path.AsSpan(objects.Length, 2), path.AsSpan(objects.Length + 3)));
    }

    private static bool IsHash(ReadOnlySpan<char> text) => text.Length is 40 or 64 && !text.ContainsAnyExcept(Hex);
}

internal enum GatewayRequestKind
{
    /// <summary>The list of refs, or version 2's capabilities: who answers it has the repository.</summary>
    Refs,
    /// <summary>A question of the smart protocol.</summary>
    Fetch,
    /// <summary>A file of the dumb protocol; most that git asks for need not be there.</summary>
    File,
}
