using Tain.Doctor.Files;

namespace Tain.Doctor.Containers;

internal enum ImageUseKind
{
    /// <summary>What a stage of a Dockerfile is built from.</summary>
    From,

    /// <summary>What a Dockerfile takes files from: <c>COPY --from=</c>, <c>RUN --mount=from=</c>.</summary>
    CopyFrom,

    /// <summary><c># syntax=</c>: what builds.</summary>
    Syntax,

    /// <summary>Where a pipeline's jobs run, the services beside them, and what its scripts run.</summary>
    Pipeline,

    /// <summary>Services of a compose file, and a developer's container.</summary>
    Compose,

    /// <summary>Containers of a Pod.</summary>
    Kubernetes,

    /// <summary>What a chart, an overlay or an operator makes a Pod of: how it may be written is up to them.</summary>
    Value,
}

/// <summary>An image that some file of the repository has pulled.</summary>
internal sealed record ImageUse(ImageReference Image, Place Place, ImageUseKind Kind)
{
    /// <summary>Whether only the name is known: the tag, or the digest, is a variable, or stands somewhere else.</summary>
    public bool IsTagOpen { get; init; }
}
