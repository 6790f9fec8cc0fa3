using System.Text;

namespace Tain.TransparencyLog.Tests;

/// <summary>Keys and signed notes.</summary>
public sealed class NoteTests
{
    /// <summary>The key of the public database, as everybody has it.</summary>
    private const string Public = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

    private static readonly string[] s_strings = GoLiterals.Of("sumdb/note/note_test.go");

    private static readonly string s_verifier = s_strings.First(s => s.StartsWith("PeterNeumann+", StringComparison.Ordinal));

    private static readonly string s_signer = s_strings.First(s => s.StartsWith("PRIVATE+KEY+PeterNeumann+", StringComparison.Ordinal));

    private static SignerKey Signer(string text) => SignerKey.TryParse(text, out var key, out var error) ? key : throw new ArgumentException(error);

    private static SignedNoteError Refused(byte[] note, params VerifierKey[] known) =>
        Assert.Throws<SignedNoteException>(() => SignedNote.Open(note, known)).Error;

    [Fact]
    public void The_public_databases_key_is_read_and_written()
    {
        Assert.True(VerifierKey.TryParse(Public, out var key, out var error), error);
        Assert.Equal(("sum.golang.org", 0x033de0aeu, Public), (key.Name, key.KeyId, key.ToString()));
    }

    [Fact]
    public void No_part_of_a_key_is_a_key()
    {
        Assert.True(VerifierKey.TryParse(s_verifier, out _, out _));
        Assert.True(SignerKey.TryParse(s_signer, out _, out _));
        for (var from = 0; from <= s_signer.Length; from++)
            for (var to = from; to <= s_signer.Length; to++)
            {
                if (to <= s_verifier.Length && from <= to && (from, to) != (0, s_verifier.Length))
                    Assert.False(VerifierKey.TryParse(s_verifier[from..to], out _, out _));
                if ((from, to) != (0, s_signer.Length))
                    Assert.False(SignerKey.TryParse(s_signer[from..to], out _, out _));
            }
    }

    [Fact]
    public void A_key_with_one_character_mistyped_is_refused_and_the_message_has_nothing_of_it()
    {
        for (var i = 0; i < s_signer.Length; i++)
        {
            var typed = s_signer.ToCharArray();
            typed[i]++;
            Assert.False(SignerKey.TryParse(new string(typed), out _, out var error));
            Assert.DoesNotContain(s_signer[^20..^5], error, StringComparison.Ordinal);
        }
        for (var i = 0; i < s_verifier.Length; i++)
        {
            var typed = s_verifier.ToCharArray();
            typed[i]++;
            Assert.False(VerifierKey.TryParse(new string(typed), out _, out _));
        }
    }

    [Fact]
    public void A_key_of_another_kind_or_length_is_refused_though_its_id_is_right()
    {
        foreach (var text in s_strings.Where(s => s.StartsWith("PeterNeumann+", StringComparison.Ordinal) && s != s_verifier))
            Assert.False(VerifierKey.TryParse(text, out _, out _), text);
        Assert.False(VerifierKey.TryParse("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==", out _, out var tooLong));
        Assert.Contains("32", tooLong, StringComparison.Ordinal);
        Assert.False(VerifierKey.TryParse("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", out _, out var kind));
        Assert.Contains("kind", kind, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData(" ")]
    public void White_space_around_a_key_is_refused(string space)
    {
        Assert.False(VerifierKey.TryParse(Public + space, out _, out _));
        Assert.False(VerifierKey.TryParse(space + Public, out _, out _));
        Assert.False(VerifierKey.TryParse(Public.Insert(40, space), out _, out _));
    }

    [Fact]
    public void A_key_longer_than_its_bound_is_refused_by_its_length()
    {
        Assert.False(VerifierKey.TryParse(new string('a', 100_000) + Public, out _, out var error));
        Assert.Contains("limit is 1024", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_key_signs_what_it_verifies_and_nothing_else()
    {
        using var signer = SignerKey.Generate("EnochRoot");
        using var again = Signer(signer.ExportPrivateText());
        Assert.Equal(signer.Verifier, again.Verifier);
        Assert.True(VerifierKey.TryParse(signer.ToString(), out var verifier, out _));
        Assert.Equal(signer.Verifier, verifier);

        var signature = again.Sign("hi"u8);
        Assert.True(verifier.Verify("hi"u8, signature));
        Assert.False(verifier.Verify("ho"u8, signature));
        Assert.False(verifier.Verify("hi"u8, signature.AsSpan(1)));
        Assert.False(verifier.Verify("hi"u8, []));
        signature[0] ^= 1;
        Assert.False(verifier.Verify("hi"u8, signature));
        Assert.NotEqual(signer.Verifier, SignerKey.Generate("EnochRoot").Verifier);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a+b")]
    [InlineData("a\u2003b")]
    public void A_key_is_not_made_for_an_illegal_name(string name) => Assert.Throws<ArgumentException>(() => SignerKey.Generate(name));

    [Fact]
    public void A_lone_surrogate_is_in_no_name_and_no_text()
    {
        Assert.Throws<ArgumentException>(() => SignerKey.Generate("a\ud800"));
        using var signer = SignerKey.Generate("k");
        Assert.ThrowsAny<ArgumentException>(() => SignedNote.Sign("lone \ud800\n", signer));
    }

    [Fact]
    public void A_secret_is_in_no_text_that_is_not_asked_for()
    {
        using var key = SignerKey.Generate("k");
        Assert.DoesNotContain(key.ExportPrivateText().Split('+', 5)[4], $"{key}", StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_signed_opens_with_the_text_and_all_signatures()
    {
        using var first = SignerKey.Generate("first");
        using var second = SignerKey.Generate("second");
        var note = SignedNote.Sign("one\n\ntwo — ü\n", first, second);
        var both = SignedNote.Open(note, first.Verifier, second.Verifier);
        Assert.Equal("one\n\ntwo — ü\n", both.Text);
        Assert.Equal(["first", "second"], both.Signatures.Select(s => s.Name));
        Assert.Empty(both.Unknown);
        var one = SignedNote.Open(note, second.Verifier);
        Assert.Equal(["second"], one.Signatures.Select(s => s.Name));
        Assert.Equal(["first"], one.Unknown.Select(s => s.Name));
        Assert.Equal(first.Verifier.KeyId, one.Unknown[0].KeyId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no newline")]
    [InlineData("tab\there\n")]
    [InlineData("zero\0\n")]
    [InlineData("unit\u001f\n")]
    public void A_text_that_could_not_be_opened_is_not_signed(string text)
    {
        using var signer = SignerKey.Generate("k");
        Assert.Throws<ArgumentException>(() => SignedNote.Sign(text, signer));
    }

    [Fact]
    public void A_note_needs_a_signer()
    {
        Assert.Throws<ArgumentException>(() => SignedNote.Sign("text\n"));
        using var signer = SignerKey.Generate("k");
        Assert.Throws<ArgumentException>(() => SignedNote.Sign("text\n", [.. Enumerable.Repeat(signer, 101)]));
        Assert.Throws<ArgumentException>(() => SignedNote.Sign(new string('x', SignedNote.MaxLength - 10) + "\n", signer));
    }

    [Fact]
    public void A_bad_signature_of_a_known_key_condemns_the_note_whatever_else_is_good()
    {
        using var good = SignerKey.Generate("good");
        using var other = SignerKey.Generate("other");
        var note = Encoding.UTF8.GetString(SignedNote.Sign("text\n", good, other));
        var lines = note.Split('\n');
        var forged = Encoding.UTF8.GetString(SignedNote.Sign("other text\n", other)).Split('\n')[2];
        var bad = Encoding.UTF8.GetBytes(string.Join('\n', lines[0], lines[1], lines[2], forged, ""));
        Assert.Equal(SignedNoteError.BadSignature, Refused(bad, good.Verifier, other.Verifier));
        Assert.Single(SignedNote.Open(bad, good.Verifier).Signatures);
    }

    [Fact]
    public void The_first_line_of_a_key_counts()
    {
        using var key = SignerKey.Generate("k");
        var note = Encoding.UTF8.GetString(SignedNote.Sign("text\n", key));
        var forged = Encoding.UTF8.GetString(SignedNote.Sign("other\n", key)).Split('\n')[2] + "\n";
        Assert.Single(SignedNote.Open(Encoding.UTF8.GetBytes(note + forged), key.Verifier).Signatures);
        Assert.Equal(SignedNoteError.BadSignature, Refused(Encoding.UTF8.GetBytes(note.Insert("text\n\n".Length, forged)), key.Verifier));
    }

    [Fact]
    public void A_changed_text_is_refused()
    {
        using var key = SignerKey.Generate("k");
        var note = SignedNote.Sign("text\n", key);
        note[0] ^= 1;
        Assert.Equal(SignedNoteError.BadSignature, Refused(note, key.Verifier));
    }

    [Fact]
    public void A_note_without_a_known_signature_is_refused()
    {
        using var key = SignerKey.Generate("k");
        using var namesake = SignerKey.Generate("k");
        var note = SignedNote.Sign("text\n", key);
        Assert.Equal(SignedNoteError.NoKnownSignature, Refused(note));
        Assert.Equal(SignedNoteError.NoKnownSignature, Refused(note, namesake.Verifier));
    }

    [Fact]
    public void A_hundred_signatures_are_read_and_one_more_is_refused()
    {
        using var key = SignerKey.Generate("k");
        using var stranger = SignerKey.Generate("s");
        var note = Encoding.UTF8.GetString(SignedNote.Sign("text\n", key));
        var line = Encoding.UTF8.GetString(SignedNote.Sign("text\n", stranger)).Split('\n')[2] + "\n";
        var full = SignedNote.Open(Encoding.UTF8.GetBytes(note + string.Concat(Enumerable.Repeat(line, 99))), key.Verifier);
        Assert.Single(full.Unknown);
        Assert.Equal(SignedNoteError.TooManySignatures, Refused(Encoding.UTF8.GetBytes(note + string.Concat(Enumerable.Repeat(line, 100))), key.Verifier));
    }

    [Fact]
    public void A_million_bytes_are_read_and_one_more_is_refused()
    {
        using var key = SignerKey.Generate("k");
        var overhead = SignedNote.Sign("\n", key).Length - 1;
        var most = SignedNote.Sign(new string('x', SignedNote.MaxLength - overhead - 1) + "\n", key);
        Assert.Equal(SignedNote.MaxLength, most.Length);
        Assert.Equal(SignedNote.MaxLength - overhead, SignedNote.Open(most, key.Verifier).Text.Length);
        Assert.Equal(SignedNoteError.TooLarge, Refused([(byte)'x', .. most], key.Verifier));
    }

    [Fact]
    public void Two_keys_of_one_name_and_id_are_the_callers_mistake_and_one_key_twice_is_none()
    {
        using var key = SignerKey.Generate("k");
        var note = SignedNote.Sign("text\n", key);
        Assert.Single(SignedNote.Open(note, key.Verifier, key.Verifier).Signatures);
        var twin = new VerifierKey("k", key.Verifier.KeyId, new byte[32]);
        Assert.Throws<ArgumentException>(() => SignedNote.Open(note, key.Verifier, twin));
    }

    [Fact]
    public void Thirty_two_bytes_that_are_no_point_of_the_curve_are_a_key_that_signed_nothing()
    {
        var bytes = new byte[32];
        bytes[0] = 2;
        var key = new VerifierKey("k", 1, bytes);
        Assert.False(key.Verify("x"u8, new byte[64]));
    }
}
