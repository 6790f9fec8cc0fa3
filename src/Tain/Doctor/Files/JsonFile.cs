using System.Text;
using System.Text.Json;

namespace Tain.Doctor.Files;

/// <summary>A JSON value, and where its text begins: in characters of the file. Numbers and literals are their text.</summary>
internal sealed class JsonValue(JsonTokenType kind, int start, int length)
{
    private readonly List<(string Key, int KeyStart, JsonValue Value)> _children = [];

    public JsonTokenType Kind { get; } = kind;

    /// <summary>Of a string: behind its quotation mark.</summary>
    public int Start { get; } = start;

    public int Length { get; } = length;

    public string? Text { get; init; }

    /// <summary>The members of an object, in order; the elements of an array, with empty keys.</summary>
    public IReadOnlyList<(string Key, int KeyStart, JsonValue Value)> Children => _children;

    public JsonValue? this[string key] => _children.Find(c => c.Key == key).Value;

    public string? StringOrNull => Kind is JsonTokenType.String ? Text : null;

    internal void Add(string key, int keyStart, JsonValue value) => _children.Add((key, keyStart, value));
}

/// <summary>JSON with the place of each value in its file; comments and trailing commas are allowed, as VS Code and bun have them.</summary>
internal static class JsonFile
{
    private const int MaxDepth = 128;

    /// <summary>The root; null, and named, when the file is no JSON.</summary>
    public static JsonValue? ParseOrNull(TextFile file, FileReader files)
    {
        var skip = file.Text.StartsWith('\ufeff') ? 1 : 0;
        var bytes = Encoding.UTF8.GetBytes(file.Text, skip, file.Text.Length - skip);
        // In a file that is all ASCII, as most are, a byte is a character.
        var isAscii = bytes.Length == file.Text.Length;
        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = MaxDepth });
            if (!reader.Read())
                return null;
            var root = Read(ref reader, bytes, new(bytes, isAscii, skip));
            if (reader.Read())
                throw new JsonException("there is more behind its end");
            return root;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            files.PassOverMalformed(file, "JSON", (int)((e as JsonException)?.LineNumber ?? 0) + 1, e.Message);
            return null;
        }
    }

    /// <summary>From bytes to characters, each counted once as long as the places asked for go on.</summary>
    private sealed class Chars(byte[] bytes, bool isAscii, int skip)
    {
        private int _byte;
        private int _char;

        public int At(int place)
        {
            if (isAscii)
                return place + skip;
            if (place < _byte)
                (_byte, _char) = (0, 0);
            _char += Encoding.UTF8.GetCharCount(bytes, _byte, place - _byte);
            _byte = place;
            return _char + skip;
        }
    }

    private static JsonValue Read(ref Utf8JsonReader reader, byte[] bytes, Chars chars)
    {
        var quoted = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName ? 1 : 0;
        var start = (int)reader.TokenStartIndex + quoted;
        var length = (int)(reader.BytesConsumed - reader.TokenStartIndex) - 2 * quoted;
        var from = chars.At(start);
        var value = new JsonValue(reader.TokenType, from, chars.At(start + length) - from)
        {
            Text = reader.TokenType switch
            {
                JsonTokenType.String => reader.GetString(),
                JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False => Encoding.UTF8.GetString(reader.ValueSpan),
                _ => null,
            },
        };
        if (reader.TokenType is JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                var key = reader.GetString()!;
                var keyStart = chars.At((int)reader.TokenStartIndex);
                reader.Read();
                value.Add(key, keyStart, Read(ref reader, bytes, chars));
            }
        }
        else if (reader.TokenType is JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
                value.Add("", chars.At((int)reader.TokenStartIndex), Read(ref reader, bytes, chars));
        }
        return value;
    }
}
