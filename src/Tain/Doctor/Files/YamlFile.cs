using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Tain.Doctor.Files;

/// <summary>YAML with the place of each value in its file.</summary>
internal static class YamlFile
{
    /// <summary>Levels of nesting; real files have some twenty.</summary>
    private const int MaxDepth = 256;

    /// <summary>The documents of the file; null, and named, when it is no YAML.</summary>
    public static IReadOnlyList<YamlDocument>? ParseOrNull(TextFile file, FileReader files)
    {
        if (TryParse(file.Text, out var documents, out var line, out var error))
            return documents;
        files.PassOverMalformed(file, "YAML", line, error);
        return null;
    }

    public static bool TryParse(string text, out IReadOnlyList<YamlDocument> documents, out int line, out string error)
    {
        (documents, line, error) = ([], 1, "");
        // The parser would take a byte order mark for the first key's first letter.
        if (text.StartsWith('\ufeff'))
            text = text[1..];
        try
        {
            if (IsUnusual(text) && ProblemOrNull(text) is { } problem)
            {
                error = problem;
                return false;
            }
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            documents = [.. stream.Documents];
            return true;
        }
        catch (YamlException e)
        {
            // Its words may name what they stumbled over without quotes: "Duplicate key …".
            var words = e.InnerException?.Message ?? e.Message;
            (line, error) = ((int)e.Start.Line, words.StartsWith("Duplicate key", StringComparison.Ordinal) ? "a key stands twice in one mapping" : words);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            // What its scanner throws for some texts is not its own exception.
            error = e.Message;
        }
        return false;
    }

    /// <summary>Whether there is anything in it that a second look has to see: most files have none of it, and are parsed once.</summary>
    private static bool IsUnusual(string text)
        => text.Contains('&') || text.Contains('*') || text.Contains("? ", StringComparison.Ordinal) || text.Contains("?\n", StringComparison.Ordinal) || text.Contains("- - ", StringComparison.Ordinal) || text.Contains("-\t-", StringComparison.Ordinal)
            || text.AsSpan().Count('[') + text.AsSpan().Count('{') > MaxDepth || text.Contains(new string(' ', MaxDepth), StringComparison.Ordinal);

    /// <summary>What must not become nodes, seen in events, which are not built by recursion: what is nested too deep, and keys that are no
    /// scalars, since a key's hash is computed through all that it holds, itself included.</summary>
    private static string? ProblemOrNull(string text)
    {
        var events = new Parser(new StringReader(text));
        // For each open collection: whether it is a mapping, and whether its next child is a key.
        var open = new Stack<(bool IsMapping, bool IsKey)>();
        while (events.MoveNext())
        {
            var isKey = open.TryPeek(out var top) && top.IsKey;
            switch (events.Current)
            {
                case MappingStart or SequenceStart or AnchorAlias when isKey:
                    return "a key is a list, a mapping or an alias";
                case Scalar or AnchorAlias:
                    Turn(open);
                    break;
                case MappingStart:
                    Turn(open);
                    open.Push((true, true));
                    break;
                case SequenceStart:
                    Turn(open);
                    open.Push((false, false));
                    break;
                case MappingEnd or SequenceEnd:
                    open.Pop();
                    break;
            }
            if (open.Count > MaxDepth)
                return $"it is nested deeper than {MaxDepth} levels";
        }
        return null;

        static void Turn(Stack<(bool IsMapping, bool IsKey)> open)
        {
            if (open.TryPop(out var top))
                open.Push(top with { IsKey = top.IsMapping && !top.IsKey });
        }
    }

    /// <summary>All scalars below, each with the key that it is the value of: for an element of a list, the list's.</summary>
    /// <remarks>Anchors may make a small file a deep one: the walk is bounded, and a node that was seen is not walked again.</remarks>
    public static IEnumerable<(string Key, YamlScalarNode Node)> Scalars(YamlNode root)
        => Nodes(root).Where(n => n.Node is YamlScalarNode).Select(n => (n.Key, (YamlScalarNode)n.Node));

    public static IEnumerable<YamlMappingNode> Mappings(YamlNode root) => Nodes(root).Select(n => n.Node).OfType<YamlMappingNode>();

    private static IEnumerable<(string Key, YamlNode Node)> Nodes(YamlNode root)
    {
        var seen = new HashSet<YamlNode>(ReferenceEqualityComparer.Instance);
        var open = new Stack<(string Key, YamlNode Node)>();
        open.Push(("", root));
        while (open.TryPop(out var next))
        {
            if (!seen.Add(next.Node))
                continue;
            yield return next;
            if (next.Node is YamlSequenceNode list)
            {
                foreach (var child in list.Children.Reverse())
                    open.Push((next.Key, child));
            }
            else if (next.Node is YamlMappingNode map)
            {
                foreach (var (key, value) in map.Children.Reverse())
                    open.Push(((key as YamlScalarNode)?.Value ?? "", value));
            }
        }
    }

    /// <summary>The child of a mapping; null when there is none, or when the node is no mapping.</summary>
    public static YamlNode? ChildOrNull(this YamlNode? node, string key)
        => node is YamlMappingNode map ? map.Children.FirstOrDefault(c => c.Key is YamlScalarNode scalar && scalar.Value == key).Value : null;

    /// <summary>Whether key and value stand on one line that has nothing else, and may be removed with it.</summary>
    public static bool OwnsLine(this YamlMappingNode map, string key)
        => map.Style is not MappingStyle.Flow && map.Children.FirstOrDefault(c => c.Key.TextOrNull() == key) is { Key: { } name, Value: { } value }
            && name.Start.Line == value.Start.Line && value.Start.Line == value.End.Line;

    public static string? TextOrNull(this YamlNode? node) => (node as YamlScalarNode)?.Value;

    public static Place At(this TextFile file, YamlNode node) => file.AtLine((int)node.Start.Line);

    /// <summary>Where a scalar's value stands in the text, quotes not included.</summary>
    public static (int Start, int Length, char Quote) Span(this TextFile file, YamlScalarNode node)
    {
        var mark = file.Text.StartsWith('\ufeff') ? 1 : 0;
        var (start, end) = ((int)node.Start.Index + mark, Math.Min((int)node.End.Index + mark, file.Text.Length));
        return node.Style switch
        {
            ScalarStyle.DoubleQuoted => (start + 1, Math.Max(end - start - 2, 0), '"'),
            ScalarStyle.SingleQuoted => (start + 1, Math.Max(end - start - 2, 0), '\''),
            _ => (start, end - start, '\0'),
        };
    }
}
