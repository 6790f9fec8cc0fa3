using CsCheck;
using Tain.Ecosystems.Go.Git;

namespace Tain.Tests.Ecosystems.Go.Git;

/// <summary>Argument injection and protocol smuggling by the URL of a repository.</summary>
public sealed class RemoteUrlTests
{
    [Theory]
    [InlineData("https://github.com/rsc/quote", "https://github.com/rsc/quote")]
    [InlineData("HTTPS://GitHub.COM/Rsc/Quote.git", "https://github.com/Rsc/Quote.git")]
    [InlineData("https://example.com", "https://example.com")]
    [InlineData("https://example.com/", "https://example.com/")]
    [InlineData("https://example.com/a/", "https://example.com/a/")]
    [InlineData("https://example.com:443/a", "https://example.com/a")]
    [InlineData("https://example.com:8443/a", "https://example.com:8443/a")]
    [InlineData("http://example.com:80/a", "http://example.com/a")]
    [InlineData("https://127.0.0.1:3000/a", "https://127.0.0.1:3000/a")]
    [InlineData("https://[2001:DB8::0:1]:3000/a", "https://[2001:db8::1]:3000/a")]
    [InlineData("https://dev.azure.com/org/My%20Project/_git/repo", "https://dev.azure.com/org/My%20Project/_git/repo")]
    [InlineData("https://git.sr.ht/~user/repo", "https://git.sr.ht/~user/repo")]
    [InlineData("ssh://git@example.com/a/b.git", "ssh://git@example.com/a/b.git")]
    [InlineData("ssh://git@example.com:22/a/b.git", "ssh://git@example.com/a/b.git")]
    [InlineData("ssh://example.com:2222/a/b.git", "ssh://example.com:2222/a/b.git")]
    [InlineData("git+ssh://git@example.com/a", "ssh://git@example.com/a")]
    [InlineData("git@example.com:a/b.git", "ssh://git@example.com/a/b.git")]
    [InlineData("git@example.com:/a/b.git", "ssh://git@example.com/a/b.git")]
    [InlineData("git://example.com/a", "git://example.com/a")]
    [InlineData("file:///srv/git/a.git", "file:///srv/git/a.git")]
    public void A_plain_URL_is_taken_as_it_is(string text, string expected)
    {
        Assert.True(RemoteUrl.TryParse(text, out var url, out var error), error);
        Assert.Equal(expected, url.Text);
        Assert.Equal(url.Text[..url.Text.IndexOf(':', StringComparison.Ordinal)], url.Scheme);
        Assert.True(RemoteUrl.TryParse(url.Text, out var again, out _));
        Assert.Equal(url, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ext::sh -c touch% /tmp/pwned")]
    [InlineData("ext::sh")]
    [InlineData("fd::17/foo")]
    [InlineData("ext::git@host:x")]
    [InlineData("transport::https://example.com/a")]
    [InlineData("--upload-pack=touch /tmp/pwned")]
    [InlineData("--upload-pack=x@y:z")]
    [InlineData("-u@example.com:a")]
    [InlineData("ssh://-oProxyCommand=touch/a")]
    [InlineData("ssh://-oProxyCommand=x@example.com/a")]
    [InlineData("ssh://git@-oProxyCommand=x/a")]
    [InlineData("ssh://git@example.com:-oProxyCommand=x/a")]
    [InlineData("ssh://git@example.com/-oProxyCommand=x")]
    [InlineData("ssh://git@example.com/%2dx")]
    [InlineData("ssh://git@example.com/a%0ab")]
    [InlineData("ssh://git:secret@example.com/a")]
    [InlineData("ssh://a@b@example.com/a")]
    [InlineData("ssh://git@example.com")]
    [InlineData("git@example.com:")]
    [InlineData("git@example.com:-a")]
    [InlineData("git@example.com:../a")]
    [InlineData("git@-x:a")]
    [InlineData("example.com:a/b")]
    [InlineData("https://host/-x")]
    [InlineData("https://host/a/--upload-pack=x")]
    [InlineData("https://host/%2dx")]
    [InlineData("https://host/%2e%2e/x")]
    [InlineData("https://host/a/../b")]
    [InlineData("https://host/./b")]
    [InlineData("https://host//b")]
    [InlineData("https://host/a//")]
    [InlineData("https://host/a\\b")]
    [InlineData("https://host/a%5cb")]
    [InlineData("https://host/a%2fb")]
    [InlineData("https://host/a%252fb")]
    [InlineData("https://host/a%00")]
    [InlineData("https://host/a%0d%0aHost:b")]
    [InlineData("https://host/a%7f")]
    [InlineData("https://host/a%4")]
    [InlineData("https://host/a%+4")]
    [InlineData("https://host/a%zz")]
    [InlineData("https://host/a b")]
    [InlineData("https://host/a\nb")]
    [InlineData("https://host/a\r\nb")]
    [InlineData("https://host/a\0")]
    [InlineData("https://host/ä")]
    [InlineData("https://host/a?b")]
    [InlineData("https://host/a#b")]
    [InlineData("https://host/a\"b")]
    [InlineData("https://host/<a>")]
    [InlineData("https://host?b/a")]
    [InlineData("https://user@host/a")]
    [InlineData("https://user:secret@host/a")]
    [InlineData("https://host:secret@evil/a")]
    [InlineData("https://host\\@evil/a")]
    [InlineData("https://host%2eevil/a")]
    [InlineData("https://höst/a")]
    [InlineData("https://host./a")]
    [InlineData("https://.host/a")]
    [InlineData("https://a..b/a")]
    [InlineData("https://-a/a")]
    [InlineData("https://a-/a")]
    [InlineData("https:///a")]
    [InlineData("https://")]
    [InlineData("https:a/b")]
    [InlineData("https://host:/a")]
    [InlineData("https://host:0/a")]
    [InlineData("https://host:080/a")]
    [InlineData("https://host:65536/a")]
    [InlineData("https://host:1:2/a")]
    [InlineData("https://127.1/a")]
    [InlineData("https://2130706433/a")]
    [InlineData("https://0x7f000001/a")]
    [InlineData("https://0x7f.0.0.1/a")]
    [InlineData("https://0177.0.0.1/a")]
    [InlineData("https://127.0.0.01/a")]
    [InlineData("https://1.2.3.4.5/a")]
    [InlineData("https://[::1/a")]
    [InlineData("https://[::1]x/a")]
    [InlineData("https://[fe80::1%25eth0]/a")]
    [InlineData("https://[127.0.0.1]/a")]
    [InlineData("file://host/a")]
    [InlineData("file:///../etc")]
    [InlineData("file:////host/share")]
    [InlineData("file:///c:/git/a")]
    [InlineData("file:///C:")]
    [InlineData("/srv/git/a.git")]
    [InlineData("ftp://host/a")]
    [InlineData("javascript://host/a")]
    public void What_is_not_plain_is_refused(string text)
    {
        Assert.False(RemoteUrl.TryParse(text, out var url, out var error), url?.Text);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error!);
    }

    [Fact]
    public void A_URL_has_at_most_2048_characters()
    {
        var longest = "https://host/" + new string('a', RemoteUrl.MaxLength - 13);
        Assert.True(RemoteUrl.TryParse(longest, out _, out _));
        Assert.False(RemoteUrl.TryParse(longest + "a", out _, out _));
    }

    [Theory]
    [InlineData("https://example.com/a", "example.com")]
    [InlineData("https://example.com:8443/a", "example.com:8443")]
    [InlineData("ssh://git@example.com:22/a", "example.com")]
    [InlineData("ssh://git@example.com:2222/a", "example.com:2222")]
    [InlineData("https://[::1]:8443/a", "[::1]:8443")]
    public void A_host_is_named_with_its_port_unless_that_is_the_scheme_s_own(string text, string host)
    {
        Assert.True(RemoteUrl.TryParse(text, out var url, out _));
        Assert.Equal(host, url.HostAndPort);
    }

    [Fact]
    public void Whatever_is_accepted_says_the_same_to_everyone()
    {
        // Pieces that mean something to git, to ssh, to a shell or to a URL parser, in any order.
        string[] pieces = ["https", "ssh", "file", "git", "ext", "://", ":", "::", "/", "//", "@", "-", "--", ".", "..", "%", "%2e", "%20", "%0a", "?", "#", "\\", " ", "\n",
            "[", "]", "::1", "a", "b.c", "git", "x-y", "0x7f", "127.1", "22", "$(x)", "`", "'", "\"", ";", "ü"];
        string[] heads = ["https://", "https://b.c/", "ssh://", "git@b.c:", "file:///"];
        var piece = Gen.Int[0, pieces.Length - 1].Select(i => pieces[i]);
        var head = Gen.Int[0, heads.Length - 1].Select(i => heads[i]);
        Gen.OneOf(piece.Array[0, 12].Select(string.Concat), Gen.Select(head, piece.Array[1, 8], (h, tail) => h + string.Concat(tail)), Gen.String[0, 40])
            .Sample(text =>
            {
                if (!RemoteUrl.TryParse(text, out var url, out var error))
                {
                    Assert.False(string.IsNullOrEmpty(error));
                    return;
                }

                Assert.DoesNotContain(url.Text, c => c is <= ' ' or >= '\x7f' or '\\' or '?' or '#' or '"' or '`' or '<' or '>');
                Assert.Contains(url.Text[..url.Text.IndexOf(':', StringComparison.Ordinal)], new[] { "https", "http", "ssh", "git", "file" });
                Assert.StartsWith(url.Scheme + "://", url.Text, StringComparison.Ordinal);
                Assert.DoesNotContain(url.Text.Split('/'), part => part.StartsWith('-') || part is ".." or ".");
                // .NET reads the same host, port and path as we checked.
                var rest = url.Text[(url.Text.IndexOf("://", StringComparison.Ordinal) + 3)..];
                var slash = rest.IndexOf('/', StringComparison.Ordinal);
                var authority = slash < 0 ? rest : rest[..slash];
                Assert.Equal(authority, (url.User is { } user ? user + "@" : "") + url.HostAndPort);
                Assert.Equal(slash < 0 ? "/" : rest[slash..], url.Uri.AbsolutePath);
                Assert.True(RemoteUrl.TryParse(url.Text, out var again, out _) && again.Equals(url));
            }, iter: 200_000);
    }
}
