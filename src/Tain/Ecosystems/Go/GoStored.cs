using Tain.GoModules;
using Tain.Storage;

namespace Tain.Ecosystems.Go;

/// <summary>Keys of stored things read back into addresses, and what stored documents must look like.</summary>
internal static class GoStored
{
    /// <summary>Null for a key that no version of a module can have.</summary>
    public static GoAddress? AddressOrNull(ArtifactKey key)
    {
        GoResource? resource = key.Kind switch
        {
            GoMirror.ModKind => GoResource.Mod,
            GoMirror.ZipKind => GoResource.Zip,
            _ => null,
        };
        return key.Ecosystem == GoMirror.Ecosystem && resource is { } r && ModulePath.TryParse(key.Name, out var module, out _)
            && new GoAddress(module, r, key.Version) is { IsCanonical: true } address ? address : null;
    }

    /// <summary>Null for a key that <see cref="GoMirror.KeyOf"/> does not give.</summary>
    public static GoAddress? AddressOrNull(DocumentKey key)
    {
        if (key.Ecosystem != GoMirror.Ecosystem || !ModulePath.TryParse(key.Name, out var module, out _))
            return null;
        return key.Kind switch
        {
            "list" => new(module, GoResource.List, ""),
            "latest" => new(module, GoResource.Latest, ""),
            ['i', 'n', 'f', 'o', '/', .. { Length: > 0 } version] => new(module, GoResource.Info, version),
            _ => null,
        };
    }

    /// <summary>Why a document may not be what a source sent; null when it may.</summary>
    public static string? ProblemOrNull(Document document)
    {
        if (AddressOrNull(document.Key) is not { } address)
            return $"has a document of the ecosystem {document.Key.Ecosystem} and the kind {document.Key.Kind}, which there is none of";
        return address.Resource is GoResource.List ? GoContent.CheckList(document.Body) : GoContent.CheckInfo(address, document.Body);
    }
}
