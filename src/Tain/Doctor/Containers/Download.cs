using Tain.Doctor.Workplaces;

namespace Tain.Doctor.Containers;

/// <summary>A command that downloads what a project depends on.</summary>
/// <param name="Files">What it reads, to be copied before all else.</param>
/// <param name="Cache">Where it keeps what it has downloaded.</param>
internal sealed record Download(string Tool, string Files, string Cache)
{
    private static readonly Download Go = new("go", "go.mod go.sum", "/go/pkg/mod");
    private static readonly Download Npm = new("npm", "package.json package-lock.json", "/root/.npm") { Settings = [".npmrc"] };
    private static readonly Download Yarn = new("yarn", "package.json yarn.lock", "/usr/local/share/.cache/yarn") { Settings = [".npmrc", ".yarnrc", ".yarnrc.yml"] };
    private static readonly Download Pnpm = new("pnpm", "package.json pnpm-lock.yaml", "/root/.local/share/pnpm/store") { Settings = [".npmrc", "pnpm-workspace.yaml"] };
    private static readonly Download Bun = new("bun", "package.json bun.lock", "/root/.bun/install/cache") { Settings = [".npmrc", "bunfig.toml"] };
    private static readonly Download Pip = new("pip", "requirements.txt", "/root/.cache/pip");
    private static readonly Download Poetry = new("poetry", "pyproject.toml poetry.lock", "/root/.cache/pypoetry");
    private static readonly Download Uv = new("uv", "pyproject.toml uv.lock", "/root/.cache/uv");
    private static readonly Download Bundler = new("bundle", "Gemfile Gemfile.lock", "/usr/local/bundle/cache");
    private static readonly Download Composer = new("composer", "composer.json composer.lock", "/root/.composer/cache");
    private static readonly Download Maven = new("mvn", "pom.xml", "/root/.m2");
    private static readonly Download Cargo = new("cargo", "Cargo.toml Cargo.lock", "/usr/local/cargo/registry");
    private static readonly Download DotNet = new("dotnet", "*.csproj", "/root/.nuget/packages");

    /// <summary>Files beside package.json that name registries: without them a private scope is asked of the public one.</summary>
    public IReadOnlyList<string> Settings { get; private init; } = [];

    /// <summary>Settings of the environment with which a tool asks nobody.</summary>
    private static readonly (string Setting, Download Of)[] Offline =
    [
        ("GOPROXY=off", Go), ("npm_config_offline=true", Npm), ("npm_config_offline=true", Pnpm), ("YARN_ENABLE_NETWORK=false", Yarn), ("YARN_ENABLE_NETWORK=0", Yarn), ("PIP_NO_INDEX=1", Pip), ("PIP_NO_INDEX=true", Pip),
        ("UV_OFFLINE=1", Uv), ("UV_OFFLINE=true", Uv), ("COMPOSER_DISABLE_NETWORK=1", Composer), ("CARGO_NET_OFFLINE=true", Cargo),
    ];

    /// <summary>What an ENV has ask nobody.</summary>
    public static IEnumerable<Download> NeverAsked(DockerInstruction env)
        => NeverAsked(env.Words is [{ Text: var name }, { Text: var value }] && !name.Contains('=', StringComparison.Ordinal) ? [$"{name}={value}"] : env.Words.Select(w => w.Text));

    private static IEnumerable<Download> NeverAsked(IEnumerable<string> settings)
        => from setting in settings
           let plain = setting.Replace("\"", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal)
           from offline in Offline
           where plain.Equals(offline.Setting, StringComparison.OrdinalIgnoreCase)
           select offline.Of;

    /// <summary>An option with which a tool takes what is there, or fails.</summary>
    private static bool IsOffline(string[] words) => words.Any(w => w == "--offline" || (words[0], w) is ("bundle", "--local") or ("pip" or "pip3", "--no-index") or ("yarn", "--immutable-cache") or ("mvn" or "./mvnw", "-o"));

    /// <summary>The downloads of a RUN, each with its command in short: never the text itself, which may hold a token.</summary>
    public static IEnumerable<(Download Of, string Command)> In(DockerInstruction run)
    {
        if (run.FlagOrNull("--network")?.Text == "none")
            yield break;
        var exported = new HashSet<Download>();
        foreach (var (words, settings) in ShellCommands.WithSettings(run))
        {
            var never = NeverAsked(settings).ToList();
            if (words.Length == 0)
                exported.UnionWith(never);
            if (words.Length == 0 || IsOffline(words))
                continue;
            var arguments = ShellCommands.Arguments(words).ToList();
            var first = arguments.FirstOrDefault() ?? "";
            // "npm install express" and "npm install -g yarn" install a tool, and read no list.
            var isWhole = arguments.Count == 1 && !words.Contains("-g") && !words.Contains("--global");
            (Download?, string) found = (words[0], first) switch
            {
                ("go", "mod") when arguments.ElementAtOrDefault(1) == "download" => (Go, "go mod download"),
                ("npm", "ci" or "install" or "i") when isWhole => (Npm, $"npm {first}"),
                ("yarn", "") when !words.Contains("--version") => (Yarn, "yarn"),
                ("yarn", "install") => (Yarn, "yarn install"),
                ("pnpm", "install" or "i") when isWhole => (Pnpm, "pnpm install"),
                ("pnpm", "fetch") => (Pnpm, "pnpm fetch"),
                ("bun", "install") => (Bun, "bun install"),
                ("pip" or "pip3", "install") when words.Any(w => w is "-r" or "--requirement" || w.StartsWith("-r", StringComparison.Ordinal)) => (Pip, "pip install -r"),
                ("poetry", "install") => (Poetry, "poetry install"),
                ("uv", "sync") => (Uv, "uv sync"),
                ("bundle", "install") => (Bundler, "bundle install"),
                ("composer", "install") => (Composer, "composer install"),
                ("mvn" or "./mvnw", _) when arguments.Exists(a => a.StartsWith("dependency:", StringComparison.Ordinal)) => (Maven, "mvn dependency:go-offline"),
                ("cargo", "fetch") => (Cargo, "cargo fetch"),
                ("dotnet", "restore") => (DotNet, "dotnet restore"),
                _ => (null, ""),
            };
            if (found.Item1 is { } download && !never.Contains(download) && !exported.Contains(download))
                yield return (download, found.Item2);
        }
    }
}
