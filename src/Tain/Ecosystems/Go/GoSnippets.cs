using Tain.Ecosystems.Setup;

namespace Tain.Ecosystems.Go;

/// <summary>What a person pastes to bring a go command to this server: one snippet for each place it can be set in.</summary>
internal sealed class GoSnippets(string publicUrl, IReadOnlyList<ClientVariable> variables)
{
    /// <summary>Named on the page of settings; what the examples ask for.</summary>
    public const string Example = "github.com/pkg/errors@v0.9.1";

    /// <summary>The one line for a shell.</summary>
    public string Shell { get; } = $"eval \"$(curl -fsS {Quoting.ShellWord(publicUrl + "/setup/go.sh")})\"";

    /// <summary>The same, for all shells and editors of this user.</summary>
    public string Permanent { get; } = "go env -w " + string.Join(" \\\n  ", variables.Select(v => Quoting.Shell($"{v.Name}={v.Value}")));

    public string PowerShell { get; } = $"irm {Quoting.PowerShellWord(publicUrl + "/setup/go.ps1")} | iex";

    public string Dockerfile { get; } = "ENV " + string.Join(" \\\n    ", variables.Select(v => $"{v.Name}={Quoting.Dockerfile(v.Value)}"));

    /// <summary>A step of a job, before those that use go.</summary>
    public string GitHubActions { get; } = $"- name: Go modules come from Tain\n  run: curl -fsS {Quoting.ShellWord(publicUrl + "/setup/go.env")} >> \"$GITHUB_ENV\"";

    // Without the "false" a server that can't be reached would leave the job to the go command's defaults, past the mirror.
    public string GitLabCi => $"default:\n  before_script:\n    - {Shell.Replace(")\"", " || echo false)\"", StringComparison.Ordinal)}";

    public string Explain { get; } = "curl -fsS " + Quoting.ShellWord($"{publicUrl}/api/v1/explain/go/{Example}");

    /// <summary>By the names that the page calls them.</summary>
    public IReadOnlyDictionary<string, string> PageValues()
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["shell"] = Shell,
            ["permanent"] = Permanent,
            ["powershell"] = PowerShell,
            ["dockerfile"] = Dockerfile,
            ["github"] = GitHubActions,
            ["gitlab"] = GitLabCi,
            ["explain"] = Explain,
            ["scripts"] = publicUrl + "/setup/go.",
        };
        foreach (var variable in variables)
            values[variable.Name] = variable.Value;
        return values;
    }
}
