using Tain.Doctor.Npm.Settings;
using Tain.Doctor.Scopes;

namespace Tain.Doctor.Npm.Checks;

/// <summary>Whether the way to the registry is safe.</summary>
internal static class TransportChecks
{
    private const string NodeTls = "NODE_TLS_REJECT_UNAUTHORIZED";

    public static void Run(NpmScene npm)
    {
        foreach (var setting in npm.AllSettings())
        {
            CheckStrictSsl(npm, setting);
            CheckHttp(npm, setting);
        }
        if (npm.Scene.Machine.VariableOrNull(NodeTls) == "0")
            npm.Scene.Add(new(NpmPitfalls.StrictSslOff, Files.Place.OfVariable(NodeTls), new Fact("setting", NodeTls + "=0")));
        foreach (var assignment in npm.Scene.Scopes.SelectMany(s => s.Of(NodeTls)).Where(a => a.Value == "0"))
            npm.Scene.Add(new(NpmPitfalls.StrictSslOff, assignment.Place, new Fact("setting", NodeTls + "=0")) { Fix = assignment.ChangeOrNull("1") });
    }

    private static void CheckStrictSsl(NpmScene npm, NpmSetting setting)
    {
        if (setting.Key != NpmSetting.StrictSsl || !setting.Value.Equals("false", StringComparison.OrdinalIgnoreCase))
            return;
        npm.Scene.Add(new(NpmPitfalls.StrictSslOff, setting.Place, new Fact("setting", $"{setting.WrittenKey}={setting.Value}"))
        {
            Fix = setting.RemoveOrNull() ?? setting.ChangeOrNull("true"),
        });
    }

    private static void CheckHttp(NpmScene npm, NpmSetting setting)
    {
        if (!setting.IsRegistry || !setting.Value.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || RegistryUrl.HostOrNull(setting.Value) is not { } host || RegistryUrl.IsLoopback(host))
            return;
        // Retired hosts are told of as such.
        if (host.EndsWith("npm.taobao.org", StringComparison.Ordinal) || host.Contains('$', StringComparison.Ordinal) || IsService(npm, setting, host))
            return;
        var shown = RegistryUrl.Show(setting.Value);
        npm.Scene.Add(new(NpmPitfalls.PlainHttp, setting.Place, new Fact("registry", shown), new Fact("https", "https" + shown[4..])));
    }

    /// <summary>A pipeline's service container, or a neighbour in a compose file or cluster: its name has no dot, or is a cluster's.</summary>
    private static bool IsService(NpmScene npm, NpmSetting setting, string host)
        => host == "host.docker.internal" || host.EndsWith(".svc", StringComparison.Ordinal) || host.EndsWith(".svc.cluster.local", StringComparison.Ordinal)
            || (!host.Contains('.', StringComparison.Ordinal) && npm.Scopes.Any(s => s.Scope.Kind is ScopeKind.Pipeline or ScopeKind.Deployment or ScopeKind.Image && s.Settings.Contains(setting)));
}
