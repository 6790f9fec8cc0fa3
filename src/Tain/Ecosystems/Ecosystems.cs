using Tain.Ecosystems.Go;
using Tain.Ecosystems.Go.Direct;
using Tain.Ecosystems.Setup;
using Tain.Http;

namespace Tain.Ecosystems;

/// <summary>The explicit list of what this server speaks: a URL prefix each.</summary>
internal sealed class Ecosystems(GoEndpoints go, GoExplain goExplain, GoResolve goResolve, GoAlarms goAlarms, PushHooks goHooks, SetupPages setup)
{
    private const string GoPrefix = "/go/";
    private const string ExplainPrefix = "/api/v1/explain/go/";
    private const string ResolvePath = "/api/v1/go/resolve";
    private const string AlarmsPath = "/api/v1/alarms";
    private const string HooksPrefix = "/api/v1/hooks/";

    /// <summary>True for the paths that take a POST with a body.</summary>
    public static bool MayPost(RawTarget target) => target.Path.StartsWith(HooksPrefix, StringComparison.Ordinal);

    /// <summary>The ecosystem's answer, or null when none has this path.</summary>
    public Task? HandleOrNull(HttpContext context, RawTarget target)
    {
        if (target.Path.StartsWith(GoPrefix, StringComparison.Ordinal))
            return go.HandleAsync(context, target);
        if (target.Path.StartsWith(ExplainPrefix, StringComparison.Ordinal))
            return goExplain.HandleAsync(context, target.Path[ExplainPrefix.Length..]);
        if (target.Path == ResolvePath)
            return goResolve.HandleAsync(context, target);
        if (target.Path == AlarmsPath)
            return goAlarms.HandleAsync(context, target);
        if (target.Path.StartsWith(HooksPrefix, StringComparison.Ordinal))
            return goHooks.HandleAsync(context, target.Path[HooksPrefix.Length..]);
        if (SetupPages.Has(target.Path))
            return setup.HandleAsync(context, target);
        return null;
    }
}
