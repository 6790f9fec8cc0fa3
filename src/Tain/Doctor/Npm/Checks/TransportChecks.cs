using Tain.Doctor.Npm.Settings;
using Tain.Doctor.Workplaces;

namespace Tain.Doctor.Npm.Checks;

/// <summary>Whether the way to the registry is safe.</summary>
internal static class TransportChecks
{
    private const string NodeTls = "NODE_TLS_REJECT_UNAUTHORIZED";

    // npm 11, pnpm 10, yarn 1 and yarn 4 go by a setting of their own, and are not moved by the variable.
    private static readonly Words Node = new("install scripts, corepack and whatever else Node runs there", "安装脚本、corepack 以及那里由 Node 运行的其他程序");
    private static readonly Words PackageManager = new("the package manager", "包管理器");

    private const string NodeVariable = "NODE_EXTRA_CA_CERTS=/path/to/ca.pem";
    private static readonly Words NodeAuthority = new(NodeVariable, NodeVariable);
    private static readonly Words NpmAuthority = new(NodeVariable + ", or in .npmrc cafile=/path/to/ca.pem", NodeVariable + "，或在 .npmrc 中写 cafile=/path/to/ca.pem");
    // yarn 2 and later reads no .npmrc (yarnpkg.com/configuration/yarnrc).
    private static readonly Words YarnAuthority = new(NodeVariable + ", or in .yarnrc.yml httpsCaFilePath: /path/to/ca.pem", NodeVariable + "，或在 .yarnrc.yml 中写 httpsCaFilePath: /path/to/ca.pem");

    public static void Run(NpmScene npm)
    {
        foreach (var setting in npm.AllSettings())
        {
            CheckStrictSsl(npm, setting);
            CheckHttp(npm, setting);
        }
        var profiles = npm.Machine.Profiles.Where(a => a is { Name: NodeTls, Value: "0" }).ToList();
        if (npm.Scene.Machine.VariableOrNull(NodeTls) == "0" && profiles is [])
            npm.Scene.Add(new(NpmPitfalls.StrictSslOff, Files.Place.OfVariable(NodeTls), new Fact("setting", NodeTls + "=0"), new Fact("whose", Node), new Fact("authority", NodeAuthority)));
        foreach (var assignment in npm.Scene.Workplaces.SelectMany(s => s.Of(NodeTls)).Where(a => a.Value == "0").Concat(profiles))
            npm.Scene.Add(new(NpmPitfalls.StrictSslOff, assignment.Place, new Fact("setting", NodeTls + "=0"), new Fact("whose", Node), new Fact("authority", NodeAuthority)) { Fix = assignment.ChangeOrNull("1"), IsSelfEvident = true });
    }

    private static void CheckStrictSsl(NpmScene npm, NpmSetting setting)
    {
        if (setting.Key != NpmSetting.StrictSsl || !setting.Value.Equals("false", StringComparison.OrdinalIgnoreCase))
            return;
        npm.Scene.Add(new(NpmPitfalls.StrictSslOff, setting.Place, new Fact("setting", setting.WrittenKey.StartsWith("--no-", StringComparison.Ordinal) ? setting.WrittenKey : $"{setting.WrittenKey}={setting.Value}"), new Fact("whose", PackageManager),
            new Fact("authority", setting.WrittenKey is "enableStrictSsl" or "YARN_ENABLE_STRICT_SSL" ? YarnAuthority : NpmAuthority))
        {
            Fix = setting.RemoveOrNull() ?? setting.ChangeOrNull("true"),
            IsSelfEvident = true,
        });
    }

    private static void CheckHttp(NpmScene npm, NpmSetting setting)
    {
        if (!setting.IsRegistry || !setting.Value.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || RegistryUrl.HostOrNull(setting.Value) is not { } host || Hosts.IsHere(host))
            return;
        // Retired hosts are told of as such.
        if (host.EndsWith("npm.taobao.org", StringComparison.Ordinal) || host.Contains('$', StringComparison.Ordinal) || IsService(npm, setting, host))
            return;
        var shown = RegistryUrl.Show(setting.Value);
        npm.Scene.Add(new(NpmPitfalls.PlainHttp, setting.Place, new Fact("registry", shown), new Fact("https", "https" + shown[4..])));
    }

    /// <summary>A pipeline's service container, or a neighbour in a compose file or cluster: its name has no dot, or is a cluster's.</summary>
    private static bool IsService(NpmScene npm, NpmSetting setting, string host)
        => host.EndsWith(".svc", StringComparison.Ordinal) || host.EndsWith(".svc.cluster.local", StringComparison.Ordinal)
            || (!host.Contains('.', StringComparison.Ordinal) && npm.Workplaces.Any(s => s.Workplace.Kind is WorkplaceKind.Pipeline or WorkplaceKind.Deployment or WorkplaceKind.Image && s.Settings.Contains(setting)));
}
