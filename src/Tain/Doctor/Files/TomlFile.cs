using Tomlyn;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Tain.Doctor.Files;

internal enum TomlKind { Table, Array, String, Other }

/// <summary>A TOML value, and where it begins: in characters of the file. A table begins at its first header or key.</summary>
internal sealed class TomlValue(TomlKind kind, int start, int length)
{
    private readonly List<(string Key, TomlValue Value)> _children = [];

    public TomlKind Kind { get; } = kind;

    /// <summary>Quotes included.</summary>
    public int Start { get; } = start;

    public int Length { get; } = length;

    /// <summary>Of a string, its value; of a number or literal, its text.</summary>
    public string? Text { get; init; }

    /// <summary>The members of a table, in the file's order; the elements of an array, with empty keys.</summary>
    public IReadOnlyList<(string Key, TomlValue Value)> Children => _children;

    public TomlValue? this[string key] => Kind is TomlKind.Table ? _children.Find(c => c.Key == key).Value : null;

    public string? StringOrNull => Kind is TomlKind.String ? Text : null;

    public bool IsTrue => Kind is TomlKind.Other && Text == "true";

    /// <summary>The elements of an array; none of anything else.</summary>
    public IEnumerable<TomlValue> Items => Kind is TomlKind.Array ? _children.Select(c => c.Value) : [];

    /// <summary>The value below these keys, each within the one before.</summary>
    public TomlValue? At(params ReadOnlySpan<string> keys)
    {
        var value = this;
        foreach (var key in keys)
            value = value?[key];
        return value;
    }

    internal void Add(string key, TomlValue value) => _children.Add((key, value));
}

/// <summary>TOML with the place of each value in its file. The syntax tree is walked, since mapping onto objects would take reflection.</summary>
internal static class TomlFile
{
    /// <summary>The root table; null, and named, when the file is no TOML.</summary>
    public static TomlValue? ParseOrNull(TextFile file, FileReader files)
    {
        // A byte order mark has a place of its own, so that all others stay right.
        var text = file.Text.StartsWith('\ufeff') ? " " + file.Text[1..] : file.Text;
        DocumentSyntax document;
        try
        {
            document = SyntaxParser.Parse(text, sourceName: null, validate: true);
        }
        catch (TomlException)
        {
            // It bounds its own depth, at 64.
            files.PassOverMalformed(file, "TOML", 1, "it is nested too deep");
            return null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            // Tomlyn 2.10.2 does so where a file ends in a string's backslash.
            files.PassOverMalformed(file, "TOML", file.LineCount, "a string without an end");
            return null;
        }
        if (document.HasErrors)
        {
            // The parser's words repeat the text that it stumbled over, which may be a password.
            var at = document.Diagnostics.FirstOrDefault(d => d.Kind is DiagnosticMessageKind.Error)?.Span.Start ?? default;
            files.PassOverMalformed(file, "TOML", at.Line + 1, $"column {at.Column + 1}");
            return null;
        }
        var root = new TomlValue(TomlKind.Table, 0, text.Length);
        foreach (var pair in document.KeyValues)
            AddPair(root, pair);
        foreach (var header in document.Tables)
        {
            if (header.Name is null)
                continue;
            var path = Keys(header.Name);
            var table = Descend(root, path[..^1], header.Span.Offset);
            var last = path[^1];
            if (header is TableArraySyntax)
            {
                if (table[last] is not { Kind: TomlKind.Array } array)
                    table.Add(last, array = new(TomlKind.Array, header.Span.Offset, 0));
                var element = new TomlValue(TomlKind.Table, header.Span.Offset, header.Span.Length);
                array.Add("", element);
                table = element;
            }
            else
            {
                table = Descend(table, [last], header.Span.Offset);
            }
            foreach (var pair in header.Items)
                AddPair(table, pair);
        }
        return root;
    }

    private static void AddPair(TomlValue table, KeyValueSyntax pair)
    {
        if (pair.Key is null || pair.Value is null)
            return;
        var path = Keys(pair.Key);
        Descend(table, path[..^1], pair.Span.Offset).Add(path[^1], Read(pair.Value));
    }

    /// <summary>The table at a path, made where it is missing; of an array of tables its last one, as TOML has it.</summary>
    private static TomlValue Descend(TomlValue table, IEnumerable<string> path, int start)
    {
        foreach (var key in path)
        {
            var next = table[key];
            if (next is { Kind: TomlKind.Array } && next.Children is [.., var last])
                next = last.Value;
            if (next is not { Kind: TomlKind.Table })
                table.Add(key, next = new(TomlKind.Table, start, 0));
            table = next;
        }
        return table;
    }

    private static TomlValue Read(ValueSyntax syntax)
    {
        var (start, length) = (syntax.Span.Offset, syntax.Span.Length);
        switch (syntax)
        {
            case StringValueSyntax text:
                return new(TomlKind.String, start, length) { Text = text.Value ?? "" };
            case ArraySyntax array:
                var list = new TomlValue(TomlKind.Array, start, length);
                foreach (var item in array.Items)
                {
                    if (item.Value is not null)
                        list.Add("", Read(item.Value));
                }
                return list;
            case InlineTableSyntax inline:
                var table = new TomlValue(TomlKind.Table, start, length);
                foreach (var item in inline.Items)
                {
                    if (item.KeyValue is not null)
                        AddPair(table, item.KeyValue);
                }
                return table;
            default:
                return new(TomlKind.Other, start, length) { Text = syntax.ToString().Trim() };
        }
    }

    private static List<string> Keys(KeySyntax key)
    {
        var keys = new List<string> { Key(key.Key) };
        foreach (var dotted in key.DotKeys)
            keys.Add(Key(dotted.Key));
        return keys;

        static string Key(BareKeyOrStringValueSyntax? part) => part switch
        {
            BareKeySyntax bare => bare.Key?.Text ?? "",
            StringValueSyntax text => text.Value ?? "",
            _ => "",
        };
    }
}
