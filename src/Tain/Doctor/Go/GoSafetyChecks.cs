using System.Text.RegularExpressions;
using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;
using Tain.Ecosystems.Go.SumDb;

namespace Tain.Doctor.Go;

/// <summary>Settings that switch protection off, and secrets where others read them.</summary>
internal static partial class GoSafetyChecks
{
    private static readonly System.Buffers.SearchValues<char> HostEnds = System.Buffers.SearchValues.Create(" \t\r\n/,|:;\"'?#");

    public static void Run(Scene scene, Workplace workplace)
    {
        foreach (var assignment in workplace.Assignments.Select(a => a.Known).Where(a => a.Value.Length > 0))
        {
            switch (assignment.Name)
            {
                case "GOSUMDB" when assignment.Value == "off":
                    scene.Add(new Finding(GoPitfalls.SumDbOff, assignment.Place, new Fact("name", "GOSUMDB"), new Fact("value", "off"), new Fact("meant", "sum.golang.org")) { Fix = assignment.ChangeOrNull("sum.golang.org"), IsSelfEvident = true });
                    break;
                case "GOSUMDB" when !assignment.IsComputed && !SumDbOptions.TryParse(assignment.Value, out _, out var why):
                    scene.Add(new Finding(GoPitfalls.SumDbInvalid, assignment.Place, new Fact("value", GoProxyChecks.Shown(assignment.Value)), new Fact("why", WithoutSecret(assignment.Value, why))));
                    break;
                // What can match no module switches nothing off.
                case "GOINSECURE" when !assignment.IsComputed && GoPatternList.Parse(assignment.Value).Any(p => p.Problem is not PatternProblem.MatchesNothing):
                    scene.Add(new Finding(GoPitfalls.Insecure, assignment.Place, new Fact("value", GoProxyChecks.Shown(assignment.Value)))
                    {
                        Severity = GoPatternList.Parse(assignment.Value).Any(p => p.Problem is PatternProblem.TooWide) ? Severity.Error : Severity.Warning,
                        Fix = RemovalOrNull(assignment),
                        IsSelfEvident = true,
                    });
                    break;
                case "GOFLAGS" when InsecureFlag().IsMatch(assignment.Value):
                    scene.Add(new Finding(GoPitfalls.FlagInsecure, assignment.Place, new Fact("name", "GOFLAGS")) { Fix = FlagRemovalOrNull(assignment), IsSelfEvident = true });
                    break;
                case "GO111MODULE" when assignment.Value == "off":
                    // For one command of a script "off" may be what it needs.
                    scene.Add(new Finding(GoPitfalls.ModulesOff, assignment.Place) { Fix = workplace.Kind is WorkplaceKind.Machine ? assignment.ChangeOrNull("on") : null, IsSelfEvident = true });
                    break;
                default:
                    break;
            }
            if (assignment.Name is "GOPROXY" or "GOSUMDB")
                CheckCredentials(scene, workplace.Kind, assignment.Name, assignment.Value, Credentials.FindInValue(assignment.Value), assignment.Place);
        }
        if (workplace.File is not { } file)
            return;
        foreach (var place in WorkplaceReader.Commands(workplace, InsecureGet().Matches(file.Text).Select(m => m.Index)).Order())
            scene.Add(new Finding(GoPitfalls.FlagInsecure, file.At(place), new Fact("name", "go get")));
        // git's rewrites are where tokens are put most: git config --global url."https://oauth2:TOKEN@gitlab…".insteadOf …
        foreach (Match match in Rewrite().Matches(file.Text))
        {
            if (!IsComment(file, match.Index))
                CheckCredentials(scene, workplace.Kind, "git", match.Value, file.At(match.Index));
        }
    }

    /// <summary>Why a value is refused, which may quote a part of a password: then what the value without it would be refused for.</summary>
    private static string WithoutSecret(string value, string why)
        => Credentials.FindInValue(value).Count == 0 ? why : SumDbOptions.TryParse(Credentials.MaskValue(value), out _, out var masked) ? "has credentials that a URL can't hold" : masked;

    /// <summary>Tokens that git rewrites URLs to: a note, since the file is its user's own, and only what git runs with it shows them.</summary>
    public static void RunGit(Scene scene)
    {
        foreach (var file in GitSettings.Read(scene.Machine, scene.Files))
        {
            foreach (Match match in UrlSection().Matches(file.Text))
                CheckCredentials(scene, WorkplaceKind.Machine, "git", match.Value, file.At(match.Index), Severity.Note);
        }
        foreach (var (name, value) in scene.Machine.Environment.Where(v => v.Key.StartsWith("GIT_CONFIG_KEY_", StringComparison.Ordinal) && v.Value.StartsWith("url.", StringComparison.OrdinalIgnoreCase)))
            CheckCredentials(scene, WorkplaceKind.Machine, name, value, Place.OfVariable(name));
    }

    private static void CheckCredentials(Scene scene, WorkplaceKind kind, string name, string text, Place place, Severity severity = Severity.Error)
        => CheckCredentials(scene, kind, name, text, Credentials.Find(text), place, severity);

    private static void CheckCredentials(Scene scene, WorkplaceKind kind, string name, string text, IReadOnlyList<Credentials> credentials, Place place, Severity severity = Severity.Error)
    {
        foreach (var found in credentials)
        {
            var (user, password) = text[found.Start..found.End].Split(':', 2) is [var before, var behind] ? (before, behind) : (text[found.Start..found.End], "");
            if (password.Length == 0 && Token().IsMatch(user))
                password = user;
            if (password.Length == 0 || password.Contains('$', StringComparison.Ordinal) || password.Contains("{{", StringComparison.Ordinal))
                continue;
            var host = text.AsSpan(found.End + 1);
            host = host[..(host.IndexOfAny(HostEnds) is >= 0 and var end ? end : host.Length)];
            scene.Add(new Finding(GoPitfalls.CredentialsInUrl, place, new("name", name), new Fact("host", host.ToString()), new Fact("advice", WhereToPut(kind, host.ToString()))) { Severity = severity });
        }
    }

    /// <summary>Where the new password belongs: nobody's ~/.netrc is in a pipeline or in an image.</summary>
    private static Words WhereToPut(WorkplaceKind kind, string host) => kind switch
    {
        WorkplaceKind.Pipeline => new($"Keep the new one as a masked variable of the pipeline (GitLab has CI_JOB_TOKEN), and have the job write it into ~/.netrc: machine {host} login NAME password $VARIABLE",
            $"新密码存为流水线的保密变量（GitLab 自带 CI_JOB_TOKEN），由任务写入 ~/.netrc：machine {host} login 用户名 password $变量"),
        WorkplaceKind.Image => new($"Hand a netrc with the new one (machine {host} login NAME password TOKEN) to the build by RUN --mount=type=secret,id=netrc,target=/root/.netrc",
            $"把写有新密码的 netrc（machine {host} login 用户名 password 令牌）作为 secret 交给构建：RUN --mount=type=secret,id=netrc,target=/root/.netrc"),
        WorkplaceKind.Deployment => new($"Mount a netrc with the new one (machine {host} login NAME password TOKEN) from a secret of Kubernetes or compose.",
            $"把写有新密码的 netrc（machine {host} login 用户名 password 令牌）存为 Kubernetes 或 compose 的 secret 并挂载。"),
        _ => new($"Put the new one into ~/.netrc: machine {host} login NAME password TOKEN", $"新密码写入 ~/.netrc：machine {host} login 用户名 password 令牌"),
    };

    private static bool IsComment(TextFile file, int at) => file.Line(file.At(at).Line).TrimStart() is ['#', ..] or ['/', '/', ..];

    /// <summary>A setting of the go command's own file goes with its line; elsewhere a person decides what remains.</summary>
    private static Fixes.Edit? RemovalOrNull(Assignment assignment)
        => assignment is { WholeLine: true, Place.File: { } file } ? Fixes.Edit.RemoveLine(file, assignment.Place.Line) : null;

    private static Fixes.Edit? FlagRemovalOrNull(Assignment assignment)
    {
        var rest = InsecureFlag().Replace(assignment.Value, "").Trim();
        return rest.Length > 0 ? assignment.ChangeOrNull(rest) : RemovalOrNull(assignment);
    }

    [GeneratedRegex(@"(?<!\S)--?insecure(=true)?(?!\S)\s*")]
    private static partial Regex InsecureFlag();

    [GeneratedRegex(@"\bgo\s+get\s[^\r\n;&|]{0,400}?(?<!\S)--?insecure\b")]
    private static partial Regex InsecureGet();

    // git config --global url."…"    git -c url."…"    ENV GIT_CONFIG_KEY_0=url.…
    [GeneratedRegex("""(?:\bgit\s[^\r\n]{0,200}?|\bGIT_CONFIG_KEY_\d+["']?\s*[=:]?\s*["']?)\burl\.["']?https?://[^\s"']{1,500}""")]
    private static partial Regex Rewrite();

    [GeneratedRegex("""^[ \t]*\[[ \t]*url\s+"https?://[^"\r\n]{1,500}"\s*\]""", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex UrlSection();

    [GeneratedRegex(@"^(?:gh[opsur]_|github_pat_|gl(?:pat|ptt|dt|rt|cbt)-|npm_)[^\s/:@,|]{10,300}$")]
    private static partial Regex Token();
}
