using System.Collections;
using Tain.Ecosystems.Go;
using Tain.Ecosystems.Go.Direct;
using Tain.GoModules;
using Tain.Upstream;

namespace Tain.Config;

/// <summary>A value that somebody wrote for a setting.</summary>
/// <param name="Where">The file and line, the variable or the flag.</param>
internal sealed record GivenValue(Setting Setting, string Text, string Where);

/// <param name="Text">In the setting's syntax, secrets masked.</param>
/// <param name="Origin">Where it comes from: <see cref="GivenValue.Where"/>, or <c>default</c>.</param>
internal sealed record EffectiveValue(Setting Setting, string Text, string Origin);

/// <summary>Where settings come from, apart from the file.</summary>
/// <param name="Flags">Each flag's setting and value.</param>
/// <param name="File">What <c>--config</c> says.</param>
/// <param name="Problems">What was wrong with the command line.</param>
internal sealed record ConfigInput(
    IReadOnlyList<GivenValue> Flags,
    string? File,
    IReadOnlyDictionary<string, string> Environment,
    string WorkingDirectory,
    IReadOnlyList<string> Problems)
{
    public static IReadOnlyDictionary<string, string> ProcessEnvironment()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in System.Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        return variables;
    }
}

/// <summary>The effective configuration, or all that is wrong with it: flag over variable over file over default.</summary>
/// <param name="Options">Null when there are problems.</param>
/// <param name="Problems">Each on one line: where, key, value, what is allowed, remedy. No secrets.</param>
internal sealed record Configuration(TainOptions? Options, IReadOnlyList<EffectiveValue> Values, IReadOnlyList<string> Problems)
{
    public const string DefaultFile = "tain.yaml";
    public const string FileFlag = "--config";
    public const string FileVariable = "TAIN_CONFIG";
    private const string VariablePrefix = "TAIN_";

    public static Configuration Load(ConfigInput input)
    {
        var problems = new List<string>();
        var options = new TainOptions();
        var origins = new Dictionary<Setting, GivenValue>();
        // :: The order is the precedence: what comes later overrides.
        ReadFile(input, Give, problems);
        ReadVariables(input.Environment, Give, problems);
        foreach (var flag in input.Flags)
            Give(flag);
        problems.AddRange(input.Problems);

        if (problems.Count == 0)
        {
            options = MergeSources(options, origins, problems);
            CheckTransports(options.Go, origins, problems);
        }
        if (problems.Count > 0)
            return new Configuration(null, [], problems);

        var values = Settings.All.Select(s => new EffectiveValue(s, s.Format(options), origins.TryGetValue(s, out var g) ? g.Where : "default")).ToList();
        return new Configuration(options with { Warnings = WarningsOf(options) }, values, []);

        // Each value is checked, also one that another overrides: it would stop the start on the day the other is removed.
        void Give(GivenValue value)
        {
            if (value.Setting.TryApply(ref options, value.Text, out var error))
                origins[value.Setting] = value;
            else
                problems.Add(Problem(value, error));
        }
    }

    /// <summary>A list tells of each of its entries. 4000 characters.</summary>
    private const int MaxError = 4000;

    private static string Problem(GivenValue value, string error)
    {
        var setting = value.Setting;
        var remedy = setting.Default.Length == 0 ? "remove it for none" : $"remove it for the default, {setting.Default}";
        return $"{value.Where}: {setting.Key}: '{ConfigText.Shown(setting.Mask(value.Text))}' {Secrets.OneLine(ConfigText.Mask(error), MaxError)}; {remedy}";
    }

    private static void ReadFile(ConfigInput input, Action<GivenValue> give, List<string> problems)
    {
        var name = input.File ?? input.Environment.GetValueOrDefault(FileVariable);
        if (name is null)
        {
            var path = Path.Combine(input.WorkingDirectory, DefaultFile);
            if (File.Exists(path))
                ConfigFile.Read(path, DefaultFile, give, problems);
        }
        else if (name.Length == 0)
        {
            problems.Add($"{(input.File is null ? FileVariable : FileFlag)}: is empty: give the path of a file, or remove it for ./{DefaultFile} if there is one");
        }
        else
        {
            ConfigFile.Read(Path.Combine(input.WorkingDirectory, name), ConfigText.Shown(name), give, problems);
        }
    }

    private static void ReadVariables(IReadOnlyDictionary<string, string> environment, Action<GivenValue> give, List<string> problems)
    {
        var settings = Settings.All.ToDictionary(s => s.Variable, StringComparer.Ordinal);
        foreach (var (name, text) in environment.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(VariablePrefix, StringComparison.Ordinal) || name == FileVariable)
                continue;
            if (settings.TryGetValue(name, out var setting))
                give(new GivenValue(setting, text, name));
            else if (!IsOfKubernetes(name, text, environment))
                problems.Add($"{ConfigText.Shown(name)}: unknown variable; {ConfigText.Suggest(name, s => s.Variable, "variables that begin with TAIN_ are settings of tain: remove it, or see tain serve --help for all")}");
        }
    }

    // In a pod beside a Service named "tain" or "tain-…", Kubernetes sets TAIN_SERVICE_HOST, TAIN_PORT=tcp://…, TAIN_PORT_8080_TCP_ADDR …
    private static bool IsOfKubernetes(string name, string text, IReadOnlyDictionary<string, string> environment) =>
        environment.ContainsKey("KUBERNETES_SERVICE_HOST")
        && (name.EndsWith("_SERVICE_HOST", StringComparison.Ordinal)
            || name.EndsWith("_SERVICE_PORT", StringComparison.Ordinal)
            || name.Contains("_SERVICE_PORT_", StringComparison.Ordinal)
            || (name.EndsWith("_PORT", StringComparison.Ordinal) && text.Contains("://", StringComparison.Ordinal))
            || (name.Contains("_PORT_", StringComparison.Ordinal)
                && (name.EndsWith("_TCP", StringComparison.Ordinal) || name.Contains("_TCP_", StringComparison.Ordinal)
                    || name.EndsWith("_UDP", StringComparison.Ordinal) || name.Contains("_UDP_", StringComparison.Ordinal))));

    private static TainOptions MergeSources(TainOptions options, Dictionary<Setting, GivenValue> origins, List<string> problems)
    {
        var go = options.Go;
        if (options.GoSources.Count == 0)
            return options;
        var byName = options.GoSources.ToDictionary(s => s.Name, StringComparer.Ordinal);
        var known = go.Routes.Select(r => r.Chain).Prepend(go.Upstream).SelectMany(c => c.Links).Select(l => l.Source?.Name).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var given = origins[Settings.FindOrNull("go.sources")!];
        foreach (var setting in options.GoSources.Where(s => !known.Contains(s.Name)))
        {
            problems.Add(Problem(given, $"names {setting.Name}, which is in no chain: "
                + (ConfigText.NearestOrNull(setting.Name, known) is { } near ? $"did you mean {near}?" : "add it to go.upstream or go.routes, or remove the entry")));
        }
        return options with
        {
            Go = go with
            {
                Upstream = Merge(go.Upstream),
                Routes = [.. go.Routes.Select(r => r with { Chain = Merge(r.Chain) })],
            },
        };

        SourceChain Merge(SourceChain chain) => chain.Select(source => byName.TryGetValue(source.Name, out var setting) ? setting.Apply(source) : source);
    }

    private static void CheckTransports(GoOptions go, Dictionary<Setting, GivenValue> origins, List<string> problems)
    {
        var uses = go.Direct.Repositories.Select(r => (Key: "go.repositories", r.Url))
            .Concat(go.Git.InsteadOf.Select(r => (Key: "go.git.instead-of", Url: ScpSyntax.ToUrl(r.Replacement))));
        foreach (var (key, url) in uses)
        {
            var scheme = url[..url.IndexOf("://", StringComparison.Ordinal)];
            if (!go.Git.Transports.Contains(scheme))
                problems.Add(Problem(origins[Settings.FindOrNull(key)!], $"leads to {url} by {scheme}, which is not in go.git.transports ({string.Join(',', go.Git.Transports)}): add it there, or write another URL"));
        }
    }

    private static List<string> WarningsOf(TainOptions options)
    {
        var warnings = new List<string>();
        var go = options.Go;
        foreach (var pattern in go.PrivateText.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            // Patterns cannot be compared in general; what is found is a route that has this very pattern, or that matches it read as a path.
            var route = go.Routes.FirstOrDefault(r => r.PatternText.Split(',').Contains(pattern) || r.Patterns.Matches(pattern));
            var chain = route?.Chain ?? go.Upstream;
            if (!chain.Links.Any(l => l.Kind == LinkKind.Direct || l.Source is { Private: true }))
            {
                warnings.Add($"go.private: what '{pattern}' matches can come from nowhere: {(route is null ? "go.upstream" : "its route")} ({chain}) has no private source and no direct. "
                    + "Mark a source private in go.sources, or route the pattern to one");
            }
        }
        foreach (var host in go.Git.Hosts.Select(h => h.Host.Split(':')[0]).Distinct().Where(host => !MayHavePrivate(go.PrivateText, host)))
            warnings.Add($"go.git.hosts: {host} has credentials, but go.private matches nothing there: what they open counts as public, so its names go to public sources and into lists. Add {host} to go.private");
        warnings.AddRange(SecretFiles(options).Select(f => SecretFile.WarningOrNull(f.Key, f.Path, f.IsSshKey)).OfType<string>());
        foreach (var scheme in go.Git.Transports.Where(t => t is "http" or "git"))
            warnings.Add($"go.git.transports: {scheme} is neither encrypted nor does it prove who answers: remove it where you can");
        if (go.Git.MaxFetch > go.Git.Disk)
            warnings.Add($"go.git.max-fetch: {Size.Format(go.Git.MaxFetch)} is more than go.git.disk, {Size.Format(go.Git.Disk)}: what one fetch may bring could not be kept");
        foreach (var (name, url) in go.Routes.Select(r => r.Chain).Prepend(go.Upstream).SelectMany(c => c.Links)
            .Where(l => l.Source is { Private: true }).Select(l => (l.Source!.Name, l.Source.BaseUrl)).Distinct())
        {
            if (url.Scheme == "http" && !url.IsLoopback)
                warnings.Add($"go.sources: private names travel to {name} in the clear: use https");
        }
        return warnings;
    }

    // No module's path begins with a host without a dot, or in brackets.
    private static bool MayHavePrivate(string patterns, string host) =>
        !host.Contains('.', StringComparison.Ordinal) || patterns.Split(',').Any(p => ModulePatterns.TryParse(p.Split('/')[0], out var first, out _) && first.Matches(host));

    private static IEnumerable<(string Key, string Path, bool IsSshKey)> SecretFiles(TainOptions options)
    {
        if (options.Upstream.Netrc is { } netrc)
            yield return ("upstream.netrc", netrc, false);
        if (options.Go.Direct.HookSecretFile is { } secret)
            yield return ("go.hook-secret-file", secret, false);
        foreach (var host in options.Go.Git.Hosts)
        {
            if ((host.TokenFile ?? host.AppKey ?? host.SshKey) is { } path)
                yield return ("go.git.hosts", path, host.SshKey is not null);
        }
    }
}
