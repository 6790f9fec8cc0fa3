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

    /// <summary>Where a pipeline's jobs run, and the services beside them.</summary>
    Pipeline,

    Compose,

    Kubernetes,
}

/// <summary>An image that some file of the repository has pulled.</summary>
internal sealed record ImageUse(ImageReference Image, Place Place, ImageUseKind Kind);
