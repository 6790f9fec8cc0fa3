using Tain.Doctor.Files;

namespace Tain.Doctor.Containers;

/// <summary>A name that some file has where an image belongs.</summary>
internal sealed record NamedImage(string? Name, Place Place, ImageUseKind Kind)
{
    /// <summary>Whether the tag stands somewhere else: in a chart's <c>appVersion</c>, or in a manifest below an overlay.</summary>
    public bool IsTagOpen { get; init; }
}
