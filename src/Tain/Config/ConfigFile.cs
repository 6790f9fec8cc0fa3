using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Tain.Config;

/// <summary>Reads tain.yaml: nested mappings and dotted keys, scalars, and sequences where a setting is a list.</summary>
/// <remarks>Parsed by events, so that a duplicate or unknown key does not hide the problems after it, and each is told with its line.</remarks>
internal sealed class ConfigFile
{
    /// <summary>Bytes of the file.</summary>
    public const int MaxBytes = 1024 * 1024;

    private const int MaxDepth = 8;

    private readonly string name;
    private readonly Action<GivenValue> give;
    private readonly List<string> problems;
    private readonly Dictionary<string, long> seen = new(StringComparer.Ordinal);

    private ConfigFile(string name, Action<GivenValue> give, List<string> problems)
    {
        this.name = name;
        this.give = give;
        this.problems = problems;
    }

    /// <param name="name">How the file is called in messages.</param>
    /// <param name="give">Called for each value in the order of lines, so that problems are told in that order too.</param>
    public static void Read(string path, string name, Action<GivenValue> give, List<string> problems)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                problems.Add($"{name}: is larger than {MaxBytes / 1024} KiB: it cannot be a configuration");
                return;
            }
            using var reader = new StreamReader(path);
            new ConfigFile(name, give, problems).Read(new Parser(reader));
        }
        catch (YamlException e)
        {
            problems.Add($"{name}:{e.Start.Line}: is not well-formed YAML: {ConfigText.Shown(e.Message)}");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // What YamlDotNet's parser throws besides, such as for "..." at the beginning.
            problems.Add($"{name}: is not well-formed YAML: {ConfigText.Shown(e.Message)}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{name}: cannot be read: {ConfigText.Shown(e is FileNotFoundException or DirectoryNotFoundException ? "it does not exist" : e.Message)}");
        }
    }

    private void Read(Parser parser)
    {
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _))
            return;
        if (parser.Accept<Scalar>(out var scalar) && scalar.Value.Length == 0 && scalar.Style == ScalarStyle.Plain)
            parser.MoveNext();
        else if (parser.TryConsume<MappingStart>(out _))
            ReadMapping(parser, "", 1);
        else
            Skip(parser, "is not a mapping: write KEY: VALUE lines");
        parser.Consume<DocumentEnd>();
        if (parser.Accept<DocumentStart>(out var second))
            problems.Add($"{name}:{second.Start.Line}: begins a second document: one file is one document, remove what begins at ---");
    }

    private void ReadMapping(Parser parser, string prefix, int depth)
    {
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var keyNode))
            {
                Skip(parser, "is a key that is not a word");
                parser.SkipThisAndNestedEvents();
                continue;
            }
            var key = prefix + keyNode.Value;
            var line = keyNode.Start.Line;
            var setting = Settings.FindOrNull(key);
            var isGroup = Settings.All.Any(s => s.Key.StartsWith(key + ".", StringComparison.Ordinal));
            if (setting is null && !isGroup)
            {
                problems.Add($"{name}:{line}: {ConfigText.Shown(key)}: unknown setting; {ConfigText.Suggest(key, s => s.Key, "tain serve --help lists all")}");
                parser.SkipThisAndNestedEvents();
            }
            else if (setting is null)
            {
                ReadGroup(parser, key, depth);
            }
            else if (!seen.TryAdd(key, line))
            {
                problems.Add($"{name}:{line}: {key}: is already set on line {seen[key]}; remove one of the two");
                parser.SkipThisAndNestedEvents();
            }
            else
            {
                ReadValue(parser, setting, line);
            }
        }
    }

    private void ReadGroup(Parser parser, string key, int depth)
    {
        if (parser.TryConsume<MappingStart>(out _))
        {
            if (depth < MaxDepth)
            {
                ReadMapping(parser, key + ".", depth + 1);
                return;
            }
            throw new YamlException("nested too deeply");
        }
        // A group whose lines are all commented out.
        if (parser.Accept<Scalar>(out var scalar) && scalar is { Style: ScalarStyle.Plain, Value: "" })
            parser.MoveNext();
        else
            Skip(parser, $"{key}: is a group of settings, not a value: write {key}: and its settings indented below it");
    }

    private void ReadValue(Parser parser, Setting setting, long line)
    {
        var where = string.Create(CultureInfo.InvariantCulture, $"{name}:{line}");
        if (parser.TryConsume<Scalar>(out var scalar))
        {
            if (scalar is { Style: ScalarStyle.Plain, Value: "" })
                problems.Add($"{where}: {setting.Key}: has no value: remove the line for the default, or write \"\" for an empty value");
            else
                give(new GivenValue(setting, scalar.Value, where));
        }
        else if (setting.Separator is { } separator && parser.TryConsume<SequenceStart>(out _))
        {
            var items = new List<string>();
            var whole = true;
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                if (parser.TryConsume<Scalar>(out var item) && item.Value.Trim().Length > 0)
                {
                    items.Add(item.Value.Trim());
                    continue;
                }
                if (item is not null)
                    problems.Add($"{name}:{item.Start.Line}: {setting.Key}: has an empty item: remove it");
                else
                    Skip(parser, $"{setting.Key}: an item must be a single value");
                whole = false;
            }
            if (whole)
                give(new GivenValue(setting, string.Join(separator, items), where));
        }
        else
        {
            Skip(parser, $"{setting.Key}: takes {(setting.Separator is null ? "a single value" : "a value or a list of values")} ({setting.Syntax})");
        }
    }

    private void Skip(Parser parser, string problem)
    {
        var line = parser.Current?.Start.Line ?? 0;
        problems.Add(parser.Accept<AnchorAlias>(out _)
            ? $"{name}:{line}: is an alias: aliases are not understood here, write the value out, in quotes if it begins with *"
            : $"{name}:{line}: {problem}");
        parser.SkipThisAndNestedEvents();
    }
}
