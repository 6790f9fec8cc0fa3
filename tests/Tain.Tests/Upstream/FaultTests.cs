using System.Net.Sockets;
using System.Text;
using Tain.Upstream;
using static Tain.Tests.Upstream.HostileServer;

namespace Tain.Tests.Upstream;

/// <summary>What each way to fail is called, what people read, and whether it is asked again.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData("404 Not Found", "not found: m@v1.0.0: unknown revision", FaultKind.NotFound, 1, "HTTP 404 Not Found: not found: m@v1.0.0: unknown revision")]
    [InlineData("410 Gone", "", FaultKind.Gone, 1, "HTTP 410 Gone")]
    [InlineData("401 Unauthorized", "who?", FaultKind.Refused, 1, "HTTP 401 Unauthorized: who?")]
    [InlineData("403 Forbidden", "no", FaultKind.Refused, 1, "HTTP 403 Forbidden: no")]
    [InlineData("429 Too Many Requests", "slow down", FaultKind.RateLimited, 3, "HTTP 429 Too Many Requests: slow down (3 tries)")]
    [InlineData("500 Internal Server Error", "oops", FaultKind.ServerError, 3, "HTTP 500 Internal Server Error: oops (3 tries)")]
    [InlineData("502 Bad Gateway", "", FaultKind.ServerError, 3, "HTTP 502 Bad Gateway (3 tries)")]
    [InlineData("503 Service Unavailable", "\n\n  back\tsoon\u0007\nmore", FaultKind.ServerError, 3, "HTTP 503 Service Unavailable: back soon (3 tries)")]
    [InlineData("504 Gateway Timeout", "", FaultKind.ServerError, 3, "HTTP 504 Gateway Timeout (3 tries)")]
    [InlineData("501 Not Implemented", "", FaultKind.ServerError, 1, "HTTP 501 Not Implemented")]
    [InlineData("400 Bad Request", "", FaultKind.ServerError, 1, "HTTP 400 Bad Request")]
    [InlineData("418 I'm a teapot", "", FaultKind.ServerError, 1, "HTTP 418 I'm a teapot")]
    [InlineData("300 Multiple Choices", "", FaultKind.ServerError, 1, "HTTP 300 Multiple Choices")]
    [InlineData("204 No Content", "", FaultKind.Malformed, 1, "HTTP 204 No Content")]
    [InlineData("206 Partial Content", "x", FaultKind.Malformed, 1, "HTTP 206, which nothing in the request asked for")]
    [InlineData("304 Not Modified", "", FaultKind.Malformed, 1, "HTTP 304, which nothing in the request asked for")]
    public async Task Each_status_has_its_kind(string status, string body, object fault, int tries, string said)
    {
        await using var server = new HostileServer(Status(status, body));
        using var rig = new Rig();
        var answer = await rig.GetAsync(server);
        Assert.Equal(((FaultKind)fault, tries, said), (answer.Attempt.Fault, answer.Attempt.Tries, answer.Attempt.Said));
        Assert.Equal(tries, server.Requests.Count);
        Assert.Null(answer.Body);
        Assert.False(answer.NotModified);
        await using var again = new HostileServer(Status(status, body));
        var open = await rig.OpenAsync(again);
        Assert.Equal(((FaultKind)fault, said), (open.Attempt.Fault, open.Attempt.Said));
        Assert.Null(open.Body);
    }

    [Fact]
    public async Task HTML_of_an_error_is_not_shown()
    {
        await using var server = new HostileServer(exchange => exchange.AnswerAsync("404 Not Found", "<html>", "Content-Type: text/html"));
        using var rig = new Rig();
        Assert.Equal("HTTP 404 Not Found", (await rig.GetAsync(server)).Attempt.Said);
    }

    [Fact]
    public async Task An_endless_error_body_is_read_up_to_its_first_line_and_shown_within_200_characters()
    {
        await using var server = new HostileServer(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n");
            while (!exchange.Stopped.IsCancellationRequested)
                await exchange.SendAsync("1000\r\n" + new string('x', 0x1000) + "\r\n");
        });
        using var rig = new Rig();
        var answer = await rig.GetAsync(server);
        Assert.Equal(FaultKind.NotFound, answer.Attempt.Fault);
        Assert.StartsWith("HTTP 404 Not Found: xxx", answer.Attempt.Said, StringComparison.Ordinal);
        Assert.InRange(answer.Attempt.Said.Length, 100, 200);
    }

    [Fact]
    public async Task No_answer_within_the_response_timeout_is_Timeout_and_names_the_setting()
    {
        await using var server = new HostileServer(Stall());
        using var rig = new Rig(Rig.Quick with { ResponseTimeout = TimeSpan.FromMilliseconds(150), Tries = 2 });
        var answer = await rig.GetAsync(server);
        Assert.Equal((FaultKind.Timeout, 2, "no answer within 150 ms (upstream.response-timeout) (2 tries)"), (answer.Attempt.Fault, answer.Attempt.Tries, answer.Attempt.Said));
    }

    [Fact]
    public async Task Headers_that_drip_are_no_answer()
    {
        await using var server = new HostileServer(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\n");
            while (true)
            {
                await Task.Delay(20, exchange.Stopped);
                await exchange.SendAsync("X-A: b\r\n");
            }
        });
        using var rig = new Rig(Rig.Quick with { ResponseTimeout = TimeSpan.FromMilliseconds(200), Tries = 1 });
        Assert.Equal(FaultKind.Timeout, (await rig.GetAsync(server)).Attempt.Fault);
    }

    [Fact]
    public async Task A_source_may_have_its_own_response_timeout()
    {
        await using var server = new HostileServer(Stall());
        using var rig = new Rig(Rig.Quick with { Tries = 1 });
        var answer = await rig.Client.GetSmallAsync(Rig.Source(server.Url) with { ResponseTimeout = TimeSpan.FromMilliseconds(100) }, "x", 10, null, TestContext.Current.CancellationToken);
        Assert.Equal(FaultKind.Timeout, answer.Attempt.Fault);
        Assert.StartsWith("no answer within 100 ms", answer.Attempt.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silence_inside_a_body_is_Timeout_and_is_asked_again()
    {
        await using var server = new HostileServer(InTurn(StallInBody("abc", 6), Ok("abcdef")));
        using var rig = new Rig(Rig.Quick with { StallTimeout = TimeSpan.FromMilliseconds(150) });
        Assert.Equal("abcdef", Encoding.UTF8.GetString((await rig.GetAsync(server)).Body!));
        await using var always = new HostileServer(StallInBody("abc", 6));
        var answer = await rig.GetAsync(always);
        Assert.Equal((FaultKind.Timeout, "silent for 150 ms inside the body (upstream.stall-timeout), after 3 of 6 bytes (3 tries)"), (answer.Attempt.Fault, answer.Attempt.Said));
    }

    [Fact]
    public async Task A_body_that_drips_for_ever_ends_with_the_fetch_timeout()
    {
        await using var server = new HostileServer(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
            while (true)
            {
                await Task.Delay(10, exchange.Stopped);
                await exchange.SendAsync("x");
            }
        });
        using var rig = new Rig(Rig.Quick with { FetchTimeout = TimeSpan.FromMilliseconds(400) });
        var answer = await rig.GetAsync(server);
        Assert.Equal(FaultKind.Timeout, answer.Attempt.Fault);
        Assert.Contains("not done within 400 ms in all (upstream.fetch-timeout)", answer.Attempt.Said, StringComparison.Ordinal);
        Assert.InRange(answer.Attempt.Elapsed, TimeSpan.FromMilliseconds(350), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_longer_body_than_allowed_is_TooLarge_whether_announced_or_not()
    {
        await using var announced = new HostileServer(Ok("12345678901"));
        await using var endless = new HostileServer(Endless());
        await using var exact = new HostileServer(Ok("1234567890"));
        using var rig = new Rig();
        var answer = await rig.GetAsync(announced, maxBytes: 10);
        Assert.Equal((FaultKind.TooLarge, "the body has 11 bytes, more than the 10 allowed", 1), (answer.Attempt.Fault, answer.Attempt.Said, answer.Attempt.Tries));
        answer = await rig.GetAsync(endless, maxBytes: 100_000);
        Assert.Equal((FaultKind.TooLarge, "the body is longer than 100,000 bytes"), (answer.Attempt.Fault, answer.Attempt.Said));
        Assert.Equal(10, (await rig.GetAsync(exact, maxBytes: 10)).Body!.Length);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Encoding: gzip\r\n\r\nabc", "sent Content-Encoding gzip, which was not asked for")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "sent both Content-Length and Transfer-Encoding")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "sent Content-Length")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nabc", "sent Content-Length -3")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3x\r\n\r\nabc", "sent Content-Length 3x")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc", "sent neither Content-Length nor chunks")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nabc", "sent neither Content-Length nor chunks")]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n\r\n", "what it sent is not HTTP")]
    public async Task What_breaks_the_rules_of_HTTP_is_Malformed(string bytes, string said)
    {
        await using var server = new HostileServer(Raw(bytes));
        using var rig = new Rig();
        var answer = await rig.GetAsync(server);
        Assert.Equal((FaultKind.Malformed, 1), (answer.Attempt.Fault, answer.Attempt.Tries));
        Assert.Contains(said, answer.Attempt.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endless_headers_are_refused()
    {
        await using var server = new HostileServer(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\n");
            while (!exchange.Stopped.IsCancellationRequested)
                await exchange.SendAsync("X-A: " + new string('b', 1000) + "\r\n");
        });
        using var rig = new Rig(Rig.Quick with { Tries = 1 });
        var answer = await rig.GetAsync(server);
        Assert.Equal((FaultKind.Malformed, "its headers are larger than 64 KiB"), (answer.Attempt.Fault, answer.Attempt.Said));
    }

    [Fact]
    public async Task HTML_with_200_is_handed_on_with_its_type_for_the_ecosystem_to_refuse()
    {
        await using var server = new HostileServer(Ok("<html>", "Content-Type: text/html; charset=utf-8"));
        using var rig = new Rig();
        Assert.Equal("text/html; charset=utf-8", (await rig.GetAsync(server)).ContentType);
    }

    [Fact]
    public async Task Nobody_listening_is_Unreachable()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        var port = ((System.Net.IPEndPoint)socket.LocalEndPoint!).Port;
        using var rig = new Rig();
        var answer = await rig.GetAsync($"http://127.0.0.1:{port}");
        Assert.Equal((FaultKind.Unreachable, 3, $"connection refused by 127.0.0.1:{port} (3 tries)"), (answer.Attempt.Fault, answer.Attempt.Tries, answer.Attempt.Said));
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, nameof(FaultKind.NoSuchHost), 1, "no such host mods.test (DNS)")]
    [InlineData(SocketError.NoData, nameof(FaultKind.NoSuchHost), 1, "no such host mods.test (DNS)")]
    [InlineData(SocketError.TryAgain, nameof(FaultKind.Unreachable), 3, "the resolver failed for mods.test (SERVFAIL or no answer; the name may exist) (3 tries)")]
    public async Task A_name_that_does_not_exist_differs_from_a_resolver_that_fails(SocketError error, string kind, int tries, string said)
    {
        using var rig = new Rig(resolve: (_, _) => throw new SocketException((int)error));
        var answer = await rig.GetAsync("http://mods.test");
        Assert.Equal((kind, tries, said), (answer.Attempt.Fault.ToString(), answer.Attempt.Tries, answer.Attempt.Said));
        // Of a source, either is an outage.
        Assert.False(answer.Attempt.IsAbsence);
    }

    [Fact]
    public async Task The_real_resolver_says_no_such_host()
    {
        using var rig = new Rig(Rig.Quick with { Tries = 1 });
        var answer = await rig.GetAsync("http://no-such-host.invalid");
        // Without a network there is a resolver that fails.
        Assert.True(answer.Attempt.Fault is FaultKind.NoSuchHost or FaultKind.Unreachable);
        Assert.Contains("no-such-host.invalid", answer.Attempt.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_connection_within_its_timeout_names_the_setting()
    {
        using var rig = new Rig(Rig.Quick with { ConnectTimeout = TimeSpan.FromMilliseconds(150), Tries = 1 }, resolve: async (_, ct) =>
        {
            await Task.Delay(Timeout.Infinite, ct);
            return [];
        });
        var answer = await rig.GetAsync("http://mods.test");
        Assert.Equal((FaultKind.Timeout, "no connection to mods.test:80 within 150 ms (upstream.connect-timeout)"), (answer.Attempt.Fault, answer.Attempt.Said));
    }

    [Fact]
    public async Task Retry_after_is_waited_for_when_short_and_ends_the_tries_when_long()
    {
        await using var brief = new HostileServer(InTurn(Status("429 Too Many Requests", "", "Retry-After: 1"), Ok("x")));
        await using var busy = new HostileServer(Status("503 Service Unavailable", "", "Retry-After: 3600"));
        using var rig = new Rig();
        var answer = await rig.GetAsync(brief);
        Assert.Null(answer.Attempt.Fault);
        Assert.InRange(answer.Attempt.Elapsed, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4));
        answer = await rig.GetAsync(busy);
        Assert.Equal((FaultKind.ServerError, 1), (answer.Attempt.Fault, answer.Attempt.Tries));
        await using var limited = new HostileServer(Status("429 Too Many Requests", "", "Retry-After: 3600"));
        await rig.GetAsync(limited);
        Assert.Equal(FaultKind.Down, (await rig.GetAsync(limited)).Attempt.Fault);
        Assert.Single(limited.Requests);
    }

    [Fact]
    public async Task Only_the_caller_s_own_cancellation_is_thrown()
    {
        await using var server = new HostileServer(Stall());
        using var rig = new Rig();
        using var left = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rig.Client.GetSmallAsync(Rig.Source(server.Url), "x", 10, null, left.Token));
        Assert.Equal(0, rig.Health.States()[0].FaultsInARow);
    }

    [Fact]
    public async Task Not_modified_is_told_apart_and_keeps_the_validator()
    {
        await using var server = new HostileServer(exchange => exchange.Request["If-None-Match"] == "W/\"a\"" && exchange.Request["If-Modified-Since"] == "then"
            ? exchange.AnswerAsync("304 Not Modified", "") : exchange.AnswerAsync("200 OK", "x"));
        using var rig = new Rig();
        var validator = new Validator("W/\"a\"", "then");
        var answer = await rig.GetAsync(server, validator: validator);
        Assert.True(answer.NotModified);
        Assert.Null(answer.Attempt.Fault);
        Assert.Null(answer.Body);
        Assert.Equal(validator, answer.Validator);
    }
}
