using Tain.Upstream;
using static Tain.Tests.Upstream.HostileServer;

namespace Tain.Tests.Upstream;

public sealed class SmallBodyTests
{
    private const string Info = """{"Version":"v1.0.0"}""";

    [Fact]
    public async Task A_body_comes_whole_with_its_type_and_validators()
    {
        await using var server = new HostileServer(Ok(Info, "Content-Type: application/json", "ETag: \"a\"", "Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT"));
        using var rig = new Rig();
        var answer = await rig.GetAsync(server);
        Assert.Null(answer.Attempt.Fault);
        Assert.Equal(("HTTP 200 OK", 200, 1, server.Url), (answer.Attempt.Said, answer.Attempt.Status, answer.Attempt.Tries, answer.Attempt.Source));
        Assert.Equal(Info, System.Text.Encoding.UTF8.GetString(answer.Body!));
        Assert.Equal("application/json", answer.ContentType);
        Assert.Equal(new Validator("\"a\"", "Thu, 01 Jan 2026 00:00:00 GMT"), answer.Validator);
        Assert.NotNull(rig.Health.LatencyOf(server.Url));
    }

    [Fact]
    public async Task The_request_says_who_asks_and_nothing_else()
    {
        await using var server = new HostileServer(Ok(Info));
        using var rig = new Rig();
        await rig.GetAsync(server, "github.com/!azure/x/@v/v1.0.0+incompatible.info");
        var request = Assert.Single(server.Requests);
        Assert.Equal("/github.com/!azure/x/@v/v1.0.0+incompatible.info", request.Target);
        Assert.StartsWith("Tain/", request["User-Agent"], StringComparison.Ordinal);
        Assert.Equal(["Host", "User-Agent", "Via"], request.Headers.Keys.Order());
        Assert.True(Hop.IsMine(request["Via"]));
    }

    [Fact]
    public async Task Escapes_in_a_path_are_sent_as_they_are()
    {
        await using var server = new HostileServer(Ok(Info));
        using var rig = new Rig();
        await rig.GetAsync(server, "m/%7Ea/@v/feature%2Fx.info");
        Assert.Equal("/m/%7Ea/@v/feature%2Fx.info", server.Requests[0].Target);
    }

    [Theory]
    [InlineData("a/../b")]
    [InlineData("a b")]
    [InlineData("a\r\nHost: x")]
    [InlineData("a#b")]
    [InlineData("a\\b")]
    [InlineData("é")]
    public async Task A_path_that_is_not_escaped_is_a_bug(string path)
    {
        using var rig = new Rig();
        await Assert.ThrowsAsync<ArgumentException>(() => rig.GetAsync("http://127.0.0.1:1", path));
    }

    [Fact]
    public async Task A_reset_a_cut_and_a_missing_last_chunk_are_fetched_again()
    {
        await using var server = new HostileServer(InTurn(ResetInBody("{", Info.Length), CloseInBody("{\"V", Info.Length), ChunkedWithoutEnd("{\"Ve"), Ok(Info)));
        using var rig = new Rig(Rig.Quick with { Tries = 4 });
        var answer = await rig.GetAsync(server);
        Assert.Null(answer.Attempt.Fault);
        Assert.Equal(4, answer.Attempt.Tries);
        Assert.Equal(Info, System.Text.Encoding.UTF8.GetString(answer.Body!));
    }

    [Fact]
    public async Task A_body_that_is_cut_each_time_is_Cut_and_says_where()
    {
        await using var server = new HostileServer(CloseInBody("{\"V", 20));
        using var rig = new Rig();
        var answer = await rig.GetAsync(server);
        Assert.Equal(FaultKind.Cut, answer.Attempt.Fault);
        Assert.Null(answer.Body);
        Assert.Equal("the connection broke after 3 of 20 bytes (3 tries)", answer.Attempt.Said);
        Assert.Equal(3, server.Requests.Count);
    }
}
