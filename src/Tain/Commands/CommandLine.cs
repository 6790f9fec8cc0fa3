using System.CommandLine;
using System.CommandLine.Parsing;
using Tain.Config;

namespace Tain.Commands;

/// <summary>What was asked for on the command line.</summary>
/// <param name="Command">The command's name; <c>help</c> when help was asked for or no command was given; empty when none can be told.</param>
/// <param name="Topic">The command that help is wanted for; null for all.</param>
/// <param name="Problems">What is wrong with the line itself, in words; unknown flags of commands with settings are in <paramref name="Settings"/> instead.</param>
internal sealed record CommandLine(string Command, string? Topic, ConfigInput Settings, IReadOnlyList<string> Problems)
{
    /// <summary>The word that the command is about; null where none was given.</summary>
    public string? Argument { get; init; }

    /// <summary>The command's own flags that were given, with their values; a switch has none.</summary>
    private Dictionary<string, IReadOnlyList<string>> Flags { get; init; } = [];

    public bool Json => Has("--json");

    public bool Has(string flag) => Flags.ContainsKey(Known(flag));

    public string? ValueOrNull(string flag) => Flags.GetValueOrDefault(Known(flag)) is [var value, ..] ? value : null;

    public IReadOnlyList<string> Values(string flag) => Flags.GetValueOrDefault(Known(flag)) ?? [];

    // A flag that no command has is a slip of ours, not a switch that was not given.
    private static string Known(string flag) => CommandTable.All.Any(c => c.Flags.Any(f => f.Name == flag)) ? flag : throw new ArgumentException($"no command takes {flag}", nameof(flag));

    public static CommandLine Parse(IReadOnlyList<string> args, IReadOnlyDictionary<string, string> environment, string workingDirectory)
    {
        var help = new Option<bool>("--help", "-h", "-?") { Arity = ArgumentArity.Zero, Recursive = true };
        var version = new Option<bool>("--version") { Arity = ArgumentArity.Zero };
        var file = new Option<string[]>(Configuration.FileFlag) { Arity = ArgumentArity.ZeroOrMore };
        var flags = Config.Settings.All.Select(s => (Setting: s, Option: new Option<string[]>(s.Flag) { Arity = ArgumentArity.ZeroOrMore })).ToList();

        // Everything is reported here, at once and with a remedy, so the parser is asked to refuse nothing.
        var root = new RootCommand { TreatUnmatchedTokensAsErrors = false };
        root.Options.Clear();
        root.Directives.Clear();
        root.Options.Add(help);
        root.Options.Add(version);
        var own = new Dictionary<string, List<(CommandFlag Flag, Option Option)>>(StringComparer.Ordinal);
        foreach (var spec in CommandTable.All)
        {
            var command = new Command(spec.Name) { TreatUnmatchedTokensAsErrors = false };
            if (spec.HasSettings)
            {
                command.Options.Add(file);
                foreach (var (_, option) in flags)
                    command.Options.Add(option);
            }
            own[spec.Name] = [.. spec.Flags.Select(f => (f, f.Value is null ? new Option<bool>(f.Name) { Arity = ArgumentArity.Zero } : (Option)new Option<string[]>(f.Name) { Arity = ArgumentArity.ZeroOrMore }))];
            foreach (var (_, option) in own[spec.Name])
                command.Options.Add(option);
            root.Subcommands.Add(command);
        }

        // "tain help serve" is what some type first.
        if (args is ["help", ..])
            args = [.. args.Skip(1), "--help"];
        var parsed = root.Parse(args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        var named = parsed.CommandResult.Command is RootCommand ? null : parsed.CommandResult.Command.Name;
        var problems = new List<string>();
        string? configFile = null;
        var given = new List<GivenValue>();
        if (parsed.GetResult(file) is { IdentifierTokenCount: > 0 } fileResult)
            configFile = ValueOrNull(fileResult, Configuration.FileFlag, problems);
        foreach (var (setting, option) in flags)
        {
            if (parsed.GetResult(option) is { IdentifierTokenCount: > 0 } result && ValueOrNull(result, setting.Flag, problems) is { } value)
                given.Add(new GivenValue(setting, value, setting.Flag));
        }

        var chosen = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (flag, option) in named is null ? [] : own[named])
        {
            if (parsed.GetResult(option) is not { IdentifierTokenCount: > 0 } result)
                continue;
            if (flag.Value is null)
                chosen[flag.Name] = [];
            else if (flag.IsRepeated && result.Tokens.Count > 0)
                chosen[flag.Name] = [.. result.Tokens.Select(t => t.Value)];
            else if (ValueOrNull(result, flag.Name, problems) is { } value)
                chosen[flag.Name] = [value];
        }

        // An option that was not given may have a result all the same, of its default.
        var wantsHelp = parsed.GetResult(help) is { IdentifierTokenCount: > 0 };
        var wantsVersion = parsed.GetResult(version) is { IdentifierTokenCount: > 0 };
        var argument = AddUnmatched(parsed.UnmatchedTokens, named, problems);
        var asked = wantsHelp ? "help" : named ?? (wantsVersion ? "version" : args.Count == 0 ? "help" : "");
        if (asked == named && argument is null && CommandTable.FindOrNull(asked)?.Argument is { IsOptional: false } wanted)
            problems.Add($"{wanted.Name}: is missing: {wanted.Remedy}");
        if (asked.Length == 0 && problems.Count == 0)
            problems.Add("no command was given; tain --help lists them");
        return new CommandLine(asked, named, new ConfigInput(given, configFile, environment, workingDirectory, problems), problems)
        {
            Argument = argument,
            Flags = chosen,
        };
    }

    private static string? ValueOrNull(OptionResult result, string flag, List<string> problems)
    {
        if (result.IdentifierTokenCount > 1)
            problems.Add($"{flag}: is given {result.IdentifierTokenCount} times: give it once");
        else if (result.Tokens.Count == 0)
            problems.Add($"{flag}: has no value: write {flag} VALUE or {flag}=VALUE");
        else
            return result.Tokens[0].Value;
        return null;
    }

    /// <summary>Says what is wrong with the words that are left, and gives the one that the command is about.</summary>
    private static string? AddUnmatched(IReadOnlyList<string> tokens, string? command, List<string> problems)
    {
        string? argument = null;
        var spec = CommandTable.FindOrNull(command);
        var hasSettings = spec?.HasSettings == true;
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (token.StartsWith('-') && token.Length > 1)
            {
                // Its value may be a secret, and is not shown.
                var equals = token.IndexOfAny(['=', ':']);
                var flag = equals < 0 ? token : token[..equals];
                if (equals < 0 && i + 1 < tokens.Count && !tokens[i + 1].StartsWith('-'))
                    i++;
                var otherwise = command is null ? "tain --help lists the commands" : $"tain {command} --help lists all flags";
                problems.Add($"{ConfigText.Shown(flag)}: unknown flag; {(hasSettings || command is null ? ConfigText.Suggest(flag, s => command is null ? $"tain serve {s.Flag}" : s.Flag, otherwise) : otherwise)}");
            }
            else if (command is null)
            {
                var near = ConfigText.NearestOrNull(token, CommandTable.All.Select(c => c.Name));
                problems.Add($"{ConfigText.Shown(token)}: unknown command; {(near is null ? "tain --help lists them" : $"did you mean {near}?")}");
                // What follows belongs to it.
                return null;
            }
            else if (spec?.Argument is { } wanted)
            {
                if (argument is null)
                    argument = token;
                else
                    problems.Add($"{ConfigText.Shown(ConfigText.Mask(token))}: unexpected word: tain {command} takes one {wanted.Name}: {wanted.Remedy}");
            }
            else
            {
                problems.Add($"{ConfigText.Shown(ConfigText.Mask(token))}: unexpected word: tain {command} takes flags only");
            }
        }
        return argument;
    }

    /// <summary>Says on standard error what is wrong with the line, all of it.</summary>
    public int Refuse() => Report("the command line", Problems);

    /// <summary>Runs with the effective configuration, or says on standard error all that is wrong with it.</summary>
    public async Task<int> WithOptionsAsync(Func<TainOptions, CancellationToken, Task<int>> run)
    {
        var configuration = Configuration.Load(Settings);
        return configuration.Options is { } options ? await run(options, CancellationToken.None) : Report("the configuration", configuration.Problems);
    }

    internal static int Report(string what, IReadOnlyList<string> problems)
    {
        Console.Error.WriteLine(problems.Count == 1 ? $"tain: {what} has a problem:" : $"tain: {what} has {problems.Count} problems:");
        foreach (var problem in problems)
            Console.Error.WriteLine("  " + problem);
        return ExitCode.Usage;
    }
}
