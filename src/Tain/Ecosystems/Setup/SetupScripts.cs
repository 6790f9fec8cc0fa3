using System.Text;

namespace Tain.Ecosystems.Setup;

/// <summary>A client's variables as files that it takes in whole.</summary>
internal static class SetupScripts
{
    /// <summary>Why there are no settings, and the remedy: one line without a single quote, for every language.</summary>
    public const string NoUrl = "tain: this server has no public-url, so it does not know how its clients reach it: set public-url in tain.yaml, such as https://tain.corp.example, and start it again";

    /// <summary>POSIX sh, for <c>eval "$(curl …)"</c>. The comment stands last: without the quotes eval gets one line, all of which a comment at its beginning would hide.</summary>
    public static string Sh(SetupAddress server, IReadOnlyList<ClientVariable> variables)
        => Lines(variables.Select(v => $"export {v.Name}={Quoting.Shell(v.Value)}").Append(About(server)));

    /// <summary>PowerShell, for <c>irm … | iex</c>.</summary>
    public static string PowerShell(SetupAddress server, IReadOnlyList<ClientVariable> variables)
        => Lines(variables.Select(v => $"$env:{v.Name} = {Quoting.PowerShell(v.Value)}").Prepend(About(server)));

    /// <summary>NAME=VALUE, for <c>docker run --env-file</c> and the dotenv reports of CI: these take each line as it is, so there are no quotes, and GitLab refuses comments.</summary>
    public static string Env(IReadOnlyList<ClientVariable> variables) => Lines(variables.Select(v => $"{v.Name}={v.Value}"));

    /// <summary>Fails whoever evaluates it: empty, it would leave the client where it was and say that all is well. On one line, for the reason above.</summary>
    public static string FailingSh { get; } = $"echo {Quoting.Shell(NoUrl)} >&2; false\n";

    public static string FailingPowerShell { get; } = $"throw {Quoting.PowerShell(NoUrl)}\n";

    private static string About(SetupAddress server)
        => $"# Tain: what the go command needs to get its modules from {server.Url}" + (server.IsThisMachineOnly ? ", on this machine only: public-url is not set in tain.yaml" : "");

    private static string Lines(IEnumerable<string> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
            text.Append(line).Append('\n');
        return text.ToString();
    }
}
