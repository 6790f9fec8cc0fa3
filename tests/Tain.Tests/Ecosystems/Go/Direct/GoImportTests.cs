using System.Text;
using Tain.Ecosystems.Go.Direct;

namespace Tain.Tests.Ecosystems.Go.Direct;

/// <summary>Reading go-import tags, against the go command's own code.</summary>
public sealed class GoImportTests
{
    private static readonly string[] Pages =
    [
        "<html><head><meta name=\"go-import\" content=\"a.b/c git https://a.b/c.git\"></head><body>hello</body></html>",
        "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=utf-8>\n<title>x &amp; y &copy; z</title>\n<meta name='go-import' content='a.b/c mod https://p.b/'/>\n<meta name=go-import content=\"a.b/c git https://a.b/c\">\n</head>\n<p>]]></p>",
        "<?xml version=\"1.0\" encoding='utf-8'?><meta NAME=go-import Content='a.b/c hg ssh://h@a.b/c'><?php echo '<body>' ?><META content=\"a.b git http://a.b\" name=\"go-import\">",
        "<?xml encoding=\"ASCII\"?><!-- a - b --><x:meta y:name=\"go-import\" z:content=\"a.b/c git https://a.b/c\"/><![CDATA[<head>]]></x:head>",
        "<!DOCTYPE a [<!ENTITY b \"<c>\"> <!-- > --> ]><meta name=\"go-im&#112;ort\" content=\"a.b/c&#x20;git&#9;https://a.b/?x&amp;y=&lt;&unknown;&#xZ;&#1114112;&#55296; \">",
        "<meta name=go-import content=\"a.b/c git https://a.b/c sub\"><meta name=\"go-import\" content=\"a.b/c/d git https://a.b/d\"><meta name=\"go-import\" content=\"x\">",
        "<script>if (a < b && c) { x = '</head>'; }</script><meta name=\"go-import\" content=\"a.b/c git https://a.b/c\">",
        "<head/><meta name=\"go-import\" content=\"a.b/c git https://a.b/c\">", "<meta\u00e9\u4e16:\u00b7x name checked content=\"é\u00a0\u2003世\" / >",
        "<meta name=\"go-import\" content=\"a.b/c git\rhttps://a.b/c\r\n\"><br/><!x><!\"><!><?a?></a ></ b><meta name=\"go-import\" content=\"b.b/c git https://b.b\">",
    ];

    private static readonly string[] Parts =
    [
        "<", ">", "</", "/>", "<!", "<!--", "-->", "--", "-", "<![CDATA[", "]]>", "]]", "]", "<?", "?>", "<?xml ", "encoding=", "version=", "'utf-8'", "\"latin1\"", "\"1.0\"", "\"1.1\"", "'asc\u0130i'",
        "\"", "'", "=", " ", "\n", "\r", "\r\n", "\t", "\v", "\f", "\u0085", "\u00a0", "\u3000", "&", "&amp;", "&amp", "&lt;", "&#", "&#x", "&#65;", "&#x41", "&#0;", "&#xd800;", "&#xfffe;", "&#x110000;", "&#00000000000000000000065;", "&é;", ";", ":", "::", "a:", "é", "·", "☃", "世", "\ufffd", "\ufffe", "\0", "\ud800", "\U0001F600", "\u007f",
        "<head>", "</head>", "<HEAD/>", "<body>", "<BODY", "</body>", "<meta ", "<META ", "<meta name=\"go-import\" content=\"a.b/c git https://a.b/c\">", "<meta name=\"go-import\" content=\"a.b mod https://p.b\">", "name=", "NAME=", "content=", "\"go-import\"", "go-import", "a.b/c git https://a.b/c", " mod ", "<!DOCTYPE html>", "<!ENTITY x \"<y>\">", "<script>a<b</script>", "K", "ſ",
    ];

    private static string Ours(byte[] page)
    {
        var imports = GoImport.Read(page, out var error);
        // The oracle is of go 1.24, which doesn't know the fourth field.
        var old = imports.Where(i => i.Subdirectory.Length == 0).ToList();
        return error is not null && old.Count == 0 ? "error" : string.Concat(GoImport.PreferMod(old).Select(i => $"{i.Prefix}|{i.Vcs}|{i.Url}\n"));
    }

    [Fact]
    public void The_go_commands_own_table_holds()
    {
        using var oracle = new VcsOracle();
        var table = oracle.Ask('t', Array.Empty<string>());
        Assert.True(table.Count >= 20);
        for (var i = 0; i < table.Count; i += 2)
            Assert.Equal(table[i + 1], Ours(Encoding.UTF8.GetBytes(table[i])));
    }

    [Fact]
    public void Pages_are_read_as_the_go_command_does() => Compare(5_000, 20261122);

    [Fact, Trait("Speed", "slow")]
    public void A_quarter_of_a_million_pages_are_read_as_the_go_command_does() => Compare(250_000, Environment.TickCount);

    private static void Compare(int count, int seed)
    {
        using var oracle = new VcsOracle();
        var pages = Pages.Concat(oracle.Ask('t', Array.Empty<string>()).Where((_, i) => i % 2 == 0)).ToArray();
        var random = new Random(seed);
        var (taken, refused) = (0, 0);
        for (var done = 0; done < count; done += 1_000)
        {
            var inputs = Enumerable.Range(0, 1_000).Select(_ => Mutated(random, pages)).ToList();
            var answers = oracle.Ask('p', inputs);
            for (var i = 0; i < inputs.Count; i++)
            {
                var go = Encoding.UTF8.GetString(answers[i]);
                if (go != Ours(inputs[i]))
                    Assert.Fail($"seed {seed}, page {done + i}: {Convert.ToHexString(inputs[i])}\n{Encoding.Latin1.GetString(inputs[i])}\n  Go:   {go}\n  Tain: {Ours(inputs[i])}");
                taken += go.Contains('|', StringComparison.Ordinal) ? 1 : 0;
                refused += go == "error" ? 1 : 0;
            }
        }
        // Pages that are all good or all bad would show nothing.
        Assert.True(taken > count / 10 && refused > count / 10, $"Go took {taken} and refused {refused} of {count}");
    }

    private static byte[] Mutated(Random random, string[] pages)
    {
        var text = new StringBuilder(pages[random.Next(pages.Length)]);
        for (var n = random.Next(1, 6); n > 0; n--)
        {
            var at = random.Next(text.Length + 1);
            var length = Math.Min(random.Next(1, 12), text.Length - at);
            switch (random.Next(6))
            {
                case 0:
                    text.Remove(at, length);
                    break;
                case 1:
                    text.Insert(at, text.ToString(at, length));
                    break;
                case 2:
                    var other = pages[random.Next(pages.Length)];
                    text.Remove(at, text.Length - at).Append(other.AsSpan(random.Next(other.Length)));
                    break;
                case 3:
                    text.Length = at;
                    text.Append(Parts[random.Next(Parts.Length)]);
                    break;
                default:
                    text.Insert(at, Parts[random.Next(Parts.Length)]);
                    break;
            }
        }
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        // Now and then what is no UTF-8.
        if (bytes.Length > 0 && random.Next(8) == 0)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }

    [Fact]
    public void A_name_may_begin_with_and_hold_the_characters_that_it_may_in_Go()
    {
        using var oracle = new VcsOracle();
        var pages = new List<byte[]>();
        for (var c = 0; c < 0x10000; c++)
        {
            if (char.IsSurrogate((char)c))
                continue;
            foreach (var name in new[] { $"{(char)c}", $"a{(char)c}" })
                pages.Add(Encoding.UTF8.GetBytes($"<{name}><meta name=\"go-import\" content=\"a.b git https://a.b\">"));
        }
        var answers = oracle.Ask('p', pages);
        for (var i = 0; i < pages.Count; i++)
            Assert.True(Encoding.UTF8.GetString(answers[i]) == Ours(pages[i]), Encoding.UTF8.GetString(pages[i]));
    }

    [Fact]
    public void The_tag_that_speaks_of_a_path_is_the_one_that_the_go_command_takes()
    {
        using var oracle = new VcsOracle();
        string[] prefixes = ["a.b", "a.b/c", "a.b/c/d", "a.b/c/", "a.b/cd", "x.y"];
        var random = new Random(7);
        var inputs = Enumerable.Range(0, 5_000).Select(_ => (Path: prefixes[random.Next(3)] + (random.Next(2) == 0 ? "" : "/e"), Page: string.Concat(Enumerable.Range(0, random.Next(4))
            .Select(_ => $"<meta name=\"go-import\" content=\"{prefixes[random.Next(prefixes.Length)]} {(random.Next(3) == 0 ? "mod" : "git")} https://{random.Next(2)}.x\">")))).ToList();
        var answers = oracle.Ask('m', inputs.Select(i => i.Path + "\n" + i.Page));
        for (var i = 0; i < inputs.Count; i++)
        {
            var match = GoImport.Match(GoImport.PreferMod(GoImport.Read(Encoding.UTF8.GetBytes(inputs[i].Page), out _)), inputs[i].Path, out _);
            Assert.True(answers[i] == (match is null ? "error" : $"{match.Prefix}|{match.Vcs}|{match.Url}\n"), $"{inputs[i]}: {answers[i]}");
        }
        Assert.Contains(answers, a => a.Contains("mod", StringComparison.Ordinal));
    }

    [Fact]
    public void A_fourth_field_is_a_subdirectory_and_a_fifth_makes_it_none()
    {
        var imports = GoImport.Read("<meta name=\"go-import\" content=\"a.b git https://a.b sub/dir\"><meta name=\"go-import\" content=\"a.b git https://a.b sub x\">"u8.ToArray(), out _);
        Assert.Equal(new GoImport("a.b", "git", "https://a.b", "sub/dir"), Assert.Single(imports));
    }

    [Fact]
    public void Huge_and_deep_pages_are_read_in_one_pass()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        foreach (var piece in new[] { "<a>", "<a ", "<!--", "<![CDATA[", "&", "&#", "<!<", "<!<!--x-->", "\"", "<a b=\"", "]]", "<?", "<a:b c=d e>" })
            GoImport.Read(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(piece, (4 << 20) / piece.Length))), out _);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed}");
        const string tag = "<meta name=\"go-import\" content=\"a.b git https://a.b\">";
        Assert.Equal(GoImport.MaxTags, GoImport.Read(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(tag, GoImport.MaxTags))), out var error).Count);
        Assert.Null(error);
        Assert.Empty(GoImport.Read(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(tag, GoImport.MaxTags + 1))), out error));
        Assert.Contains("10,000", error, StringComparison.Ordinal);
    }
}
