using System.Globalization;
using System.Text;
using static Tain.TransparencyLog.Tests.Differential;

namespace Tain.TransparencyLog.Tests;

/// <summary>Every text that is parsed, against Go's own code.</summary>
public sealed class NoteDifferentialTests
{
    private static readonly string[] s_strings =
    [
        .. GoLiterals.Of("sumdb/note/note_test.go"), .. GoTables.Strings("sumdb/client_test.go"),
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
    ];

    private static readonly VerifierKey[] s_keys = [.. s_strings.Select(s => VerifierKey.TryParse(s, out var key, out _) ? key : null).OfType<VerifierKey>().Distinct()];

    private static readonly SignerKey[] s_signers = [.. s_strings.Select(s => SignerKey.TryParse(s, out var key, out _) ? key : null).OfType<SignerKey>()];

    private static readonly string[] s_keyParts = ["+", "PRIVATE+KEY+", "name", "033de0ae", "A", "=", "==", "/", " ", "\u00a0", "\u0085", "\u2028", "\u3000", "\u200b", "é", "\ud800", "0", "g", "F", "-", "\U0001f600", "AQ=="];

    private static readonly string[] s_noteParts =
    [
        "\n", "\n\n", "— ", "— a AAAAAAA=\n", "-- ", "—", " ", "=", "+", "\r", "\t", "\0", "\x7f", "\u0085", "\ufffd", "\ud800", "é", "\u2028", "AAAA", "AAAAAAE=", "AAAAAA==", "text\n",
        .. s_signers.Select(s => Encoding.UTF8.GetString(SignedNote.Sign("text\n", s)).Split('\n')[2] + "\n"),
    ];

    [Fact]
    public void The_tables_of_x_mod_have_keys()
    {
        Assert.InRange(s_keys.Length, 3, 100);
        Assert.InRange(s_signers.Length, 2, 100);
    }

    [Fact]
    public void Keys_are_judged_as_Go_does() => Keys(Sample);

    [Fact, Trait("Speed", "slow")]
    public void A_million_keys_are_judged_as_Go_does() => Keys(Many);

    private static void Keys(int count)
    {
        string[] seeds = [.. s_strings.Where(s => s.Contains('+', StringComparison.Ordinal) && s.Length < 200)];
        Compare('k', count, Seed(count), random =>
        {
            // An id that fits what was mutated, often: else the name and key would hardly matter.
            var text = new Mutator(random, seeds, s_keyParts).Next().Replace("\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal);
            return Input.Of(random.Next(3) > 0 ? WithItsId(text) : text);
        }, input => VerifierKey.TryParse(input.Shown, out var key, out _) ? $"{key.Name} {key.KeyId:x8}" : Bad);
    }

    private static string WithItsId(string text)
    {
        var parts = text.Split('+', 3);
        if (parts.Length < 3 || GoBase64.DecodeOrNull(parts[2]) is not { Length: > 0 } key || !NoteKey.IsName(parts[0])) return text;
        return $"{parts[0]}+{NoteKey.Id(parts[0], key[0], key.AsSpan(1)):x8}+{parts[2]}";
    }

    [Fact]
    public void Notes_are_signed_byte_for_byte_as_Go_does() => Compare('s', 500, 1, random =>
    {
        var key = s_signers[random.Next(s_signers.Length)].ExportPrivateText();
        var text = new Mutator(random, ["text\n", "a\n\nb\n", ""], ["é", "—", "\n", "x"]).Next().Replace("\x7f", "", StringComparison.Ordinal) + "\n";
        text = string.Concat(text.Where(c => c is '\n' or >= ' ' && !char.IsSurrogate(c)));
        return new Input([Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(text)], key + " " + text);
    }, input =>
    {
        Assert.True(SignerKey.TryParse(Encoding.UTF8.GetString(input.Fields[0]), out var key, out _));
        return Encoding.UTF8.GetString(SignedNote.Sign(Encoding.UTF8.GetString(input.Fields[1]), key));
    });

    [Fact]
    public void Notes_are_opened_as_Go_does() => Notes(Sample);

    [Fact, Trait("Speed", "slow")]
    public void More_notes_are_opened_as_Go_does() => Notes(60_000);

    private static void Notes(int count)
    {
        string[] texts = ["text\n", "a\n\nb\n", "\n", "go.sum database tree\n2\nnND/nri/U0xuHUrYSy0HtMeal2vzD9V4k/BO79C+QeI=\n"];
        string[] seeds = [.. from text in texts from signers in new[] { s_signers[..1], s_signers, [.. s_signers.Reverse()] } select Encoding.UTF8.GetString(SignedNote.Sign(text, signers))];
        Compare('n', count, Seed(count), random =>
        {
            var text = new Mutator(random, seeds, s_noteParts).Next();
            var keys = string.Join(' ', s_keys.Where(_ => random.Next(4) > 0).Select(k => k.ToString()));
            return new Input([Mutator.ToBytes(text), Encoding.UTF8.GetBytes(keys)], $"{text} by {keys}");
        }, (input, answer) =>
        {
            var go = Encoding.UTF8.GetString(answer);
            var tain = Open(input.Fields[0], [.. s_keys.Where(k => Encoding.UTF8.GetString(input.Fields[1]).Contains(k.ToString(), StringComparison.Ordinal))]);
            // Go verifies signatures before it reads the lines behind them.
            var agrees = go switch
            {
                Bad + " signature" => tain is Bad + " BadSignature" or Bad + " Malformed",
                Bad + " malformed" => tain == Bad + " Malformed",
                Bad + " unknown" => tain == Bad + " NoKnownSignature",
                _ => go == tain,
            };
            return agrees ? null : tain;
        });
    }

    private static string Open(byte[] note, VerifierKey[] keys)
    {
        try
        {
            var opened = SignedNote.Open(note, keys);
            return opened.Text + string.Concat(opened.Signatures.Select(s => $"|known {s.Name} {s.KeyId:x8} {s.Base64}"))
                + string.Concat(opened.Unknown.Select(s => $"|unknown {s.Name} {s.KeyId:x8} {s.Base64}"));
        }
        catch (SignedNoteException e)
        {
            return $"{Bad} {e.Error}";
        }
    }

    [Fact]
    public void Tree_heads_are_parsed_as_Go_does() => TreeHeads(Sample);

    [Fact, Trait("Speed", "slow")]
    public void A_million_tree_heads_are_parsed_as_Go_does() => TreeHeads(Many);

    private static void TreeHeads(int count)
    {
        string[] seeds =
        [
            "go.sum database tree\n123456789012\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n", "go.sum database tree\n0\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\nlater\n",
            "go.sum database tree\n9223372036854775807\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb1=\n\n\n",
        ];
        string[] parts = ["\n", "\0", "0", "-", "+", "1", "9223372036854775808", "=", "A", " ", "\ud800", "é", "go.sum database tree\n", "_", "٣", "９"];
        Compare('t', count, Seed(count), random => Input.Of(new Mutator(random, seeds, parts).Next().Replace("\r", "", StringComparison.Ordinal)),
            input => TreeHead.TryParse(Encoding.UTF8.GetString(input.Fields[0]), out var head) ? head.ToString() : Bad);
    }

    [Fact]
    public void Lookup_bodies_are_parsed_as_Go_does() => LookupBodies(Sample);

    [Fact, Trait("Speed", "slow")]
    public void A_million_lookup_bodies_are_parsed_as_Go_does() => LookupBodies(Many);

    private static void LookupBodies(int count)
    {
        string[] seeds =
        [
            "12345\nhello\n\n", "0\na v1.0.0 h1:x=\na v1.0.0/go.mod h1:y=\n\ngo.sum database tree\n1\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n\n— k AAAA\n", "9223372036854775807\n\nx\n\nrest",
            .. GoLiterals.Of("sumdb/tlog/note_test.go").Where(s => s.Contains('\n', StringComparison.Ordinal)),
        ];
        string[] parts = ["\n", "\n\n", "\n\n\n", "0", "-1", "+", "\0", "9223372036854775808", "\x01", "\t", "\r", "\x7f", "\ud800", "é", "_", " "];
        Compare('r', count, Seed(count), random => Input.Of(new Mutator(random, seeds, parts).Next()), (input, answer) =>
        {
            var go = Encoding.UTF8.GetString(answer);
            var id = go[..Math.Max(go.IndexOf('\n', StringComparison.Ordinal), 0)];
            // The one thing that Tain is stricter about.
            if (go != Bad && (id[0] == '-' || !input.Shown.StartsWith(id + "\n", StringComparison.Ordinal))) go = Bad;
            var tain = Bad;
            if (LookupBody.TryParse(input.Fields[0], out var body))
            {
                tain = Encoding.UTF8.GetString(LookupBody.Format(body.Id, body.Text, [(byte)'|', .. body.Note.Span]));
                Assert.Equal(body.Id, long.Parse(id, CultureInfo.InvariantCulture));
            }
            return go == tain ? null : tain;
        });
    }
}
