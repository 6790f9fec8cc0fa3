using Tain.Ecosystems.Go;
using Tain.Http;

namespace Tain.Ecosystems;

/// <summary>The explicit list of what this server speaks: a URL prefix each.</summary>
internal sealed class Ecosystems(GoEndpoints go, GoExplain goExplain)
{
    private const string GoPrefix = "/go/";
    private const string ExplainPrefix = "/api/v1/explain/go/";

    /// <summary>The ecosystem's answer, or null when none has this path.</summary>
    public Task? HandleOrNull(HttpContext context, RawTarget target)
    {
        if (target.Path.StartsWith(GoPrefix, StringComparison.Ordinal))
            return go.HandleAsync(context, target);
        if (target.Path.StartsWith(ExplainPrefix, StringComparison.Ordinal))
            return goExplain.HandleAsync(context, target.Path[ExplainPrefix.Length..]);
        return null;
    }
}
