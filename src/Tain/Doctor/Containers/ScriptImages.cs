using System.Text.RegularExpressions;
using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;
using YamlDotNet.Core;

namespace Tain.Doctor.Containers;

/// <summary>The images that the scripts of pipelines pull by themselves: <c>docker run</c>, <c>podman pull</c>.</summary>
internal static partial class ScriptImages
{
    private static readonly HashSet<string> Keys = new(StringComparer.Ordinal) { "run", "script", "before_script", "after_script", "command", "commands", "bash", "inlineScript", "install", "before_install" };

    /// <summary>Options of both tools without a value. All others may have one: then nothing is said about what follows.</summary>
    private static readonly HashSet<string> Switches = new(StringComparer.Ordinal)
    {
        "--rm", "--detach", "--interactive", "--tty", "--init", "--privileged", "--read-only", "--quiet", "--publish-all", "--no-healthcheck", "--oom-kill-disable", "--all-tags", "--replace", "--rmi", "--no-hosts", "--env-host",
    };

    private static readonly HashSet<string> WithValue = new(StringComparer.Ordinal)
    {
        "--add-host", "--annotation", "--arch", "--attach", "--authfile", "--cap-add", "--cap-drop", "--cgroupns", "--cidfile", "--cpu-shares", "--cpus", "--cpuset-cpus", "--creds", "--device", "--dns", "--entrypoint", "--env", "--env-file", "--expose", "--gpus", "--group-add",
        "--health-cmd", "--health-interval", "--health-retries", "--health-start-period", "--health-timeout", "--hostname", "--ip", "--ipc", "--isolation", "--label", "--label-file", "--link", "--log-driver", "--log-opt", "--mac-address", "--memory", "--memory-swap", "--mount", "--name",
        "--net", "--network", "--network-alias", "--os", "--pid", "--pids-limit", "--platform", "--pod", "--publish", "--restart", "--runtime", "--secret", "--security-opt", "--shm-size", "--stop-signal", "--stop-timeout", "--storage-opt", "--sysctl", "--tmpfs", "--ulimit", "--user",
        "--userns", "--uts", "--variant", "--volume", "--volume-driver", "--volumes-from", "--workdir",
    };

    /// <summary>Places that podman pulls from which are no registries.</summary>
    private static readonly string[] Transports = ["docker-archive:", "oci-archive:", "oci:", "dir:", "docker-daemon:", "containers-storage:"];

    public static IEnumerable<NamedImage> Find(Workplace workplace, TextFile file)
    {
        if (!file.Text.Contains("docker", StringComparison.Ordinal) && !file.Text.Contains("podman", StringComparison.Ordinal))
            return [];
        return from script in workplace.Documents.Count > 0 ? OfYaml(workplace) : OfJenkins(file)
               from command in ShellScript.Commands(script.Text)
               let name = ImageOrNull(command.Words)
               where name is not null
               select new NamedImage(name, file.AtLine(script.IsByLine ? script.Line + command.Line - 1 : script.Line), ImageUseKind.Pipeline);
    }

    /// <summary>Scripts, the line of each one's first, and whether its lines are the file's.</summary>
    private static IEnumerable<(string Text, int Line, bool IsByLine)> OfYaml(Workplace workplace)
        => from document in workplace.Documents
           from scalar in YamlFile.Scalars(document.RootNode)
           where Keys.Contains(scalar.Key) && scalar.Node.Value is not null
           let isLiteral = scalar.Node.Style is ScalarStyle.Literal
           select (scalar.Node.Value!, (int)scalar.Node.Start.Line + (isLiteral ? 1 : 0), isLiteral);

    /// <summary>The strings behind <c>sh</c>.</summary>
    private static IEnumerable<(string Text, int Line, bool IsByLine)> OfJenkins(TextFile file)
    {
        var behind = 0;
        foreach (Match match in JenkinsShell().Matches(file.Text))
        {
            var (start, quote) = (match.Index + match.Length, match.Groups["q"].Value);
            var line = file.At(match.Index).Line;
            if (match.Index < behind || file.Line(line).TrimStart() is ['/', '/', ..] or ['*', ..])
                continue;
            // One of three quotes may go over lines; without an end it is no Groovy.
            var limit = quote.Length == 1 && file.Text.IndexOf('\n', start) is >= 0 and var newline ? newline : file.Text.Length;
            var end = file.Text.IndexOf(quote, start, limit - start, StringComparison.Ordinal);
            if (end < 0 && quote.Length == 3)
                yield break;
            if (end < 0)
                continue;
            behind = end;
            yield return (file.Text[start..end], line, true);
        }
    }

    /// <summary>What a command pulls; null when it pulls nothing, or something that can't be told.</summary>
    internal static string? ImageOrNull(IReadOnlyList<string> words)
    {
        var at = 0;
        while (at < words.Count && (words[at] is "sudo" or "exec" or "time" or "env" or "if" or "then" or "else" or "do" or "while" or "until" or "!" or "{" or "command" || words[at].StartsWith('-') || IsSetting(words[at])))
            at++;
        if (at >= words.Count || words[at] is not ("docker" or "podman" or "nerdctl"))
            return null;
        at++;
        if (at < words.Count && words[at] is "image" or "container")
            at++;
        if (at >= words.Count || words[at] is not ("run" or "pull"))
            return null;
        for (at++; at < words.Count; at++)
        {
            var word = words[at];
            if (!word.StartsWith('-'))
                return Transports.Any(t => word.StartsWith(t, StringComparison.Ordinal)) ? null : word.StartsWith("docker://", StringComparison.Ordinal) ? word["docker://".Length..] : word;
            // What is never pulled is there already.
            if (word.StartsWith("--pull", StringComparison.Ordinal) && (word.EndsWith("=never", StringComparison.Ordinal) || words.ElementAtOrDefault(at + 1) == "never"))
                return null;
            if (word is "--pull" && words.ElementAtOrDefault(at + 1) is "always" or "missing" or "newer")
                at++;
            else if (word.Contains('=', StringComparison.Ordinal) && word.StartsWith("--", StringComparison.Ordinal) || Switches.Contains(word))
                continue;
            else if (WithValue.Contains(word))
                at++;
            else if (word.StartsWith("--", StringComparison.Ordinal) || OfShort(word) is not { } takesNext)
                return null;
            else if (takesNext)
                at++;
        }
        return null;
    }

    private static bool IsSetting(string word) => word.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals && word.AsSpan(0, equals).IndexOfAnyExcept(NameCharacters) < 0;

    private static readonly System.Buffers.SearchValues<char> NameCharacters = System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    /// <summary>Whether the value of <c>-p</c> or <c>-itv</c> is the next word; null for a letter that nobody knows.</summary>
    private static bool? OfShort(string word)
    {
        for (var i = 1; i < word.Length; i++)
        {
            if ("evpwuhmlc".Contains(word[i], StringComparison.Ordinal))
                return i == word.Length - 1;
            if (!"ditPq".Contains(word[i], StringComparison.Ordinal))
                return null;
        }
        return false;
    }

    [GeneratedRegex("""\bsh\b[\s(]{0,20}(?:script[ \t]{0,20}:[ \t]{0,20})?(?<q>'''|\"\"\"|'|\")""", RegexOptions.CultureInvariant)]
    private static partial Regex JenkinsShell();
}
