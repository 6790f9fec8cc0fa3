using System.Net;
using System.Text;
using System.Text.Json;
using CsCheck;
using Microsoft.Extensions.Logging;
using Tain.Http;

namespace Tain.Tests.Http;

public sealed class LogTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    private static LogEntry Request(string target, string? method = "GET") => new()
    {
        Time = Noon,
        Level = LogLevel.Information,
        Method = method,
        Target = target,
        Status = 200,
        Bytes = 1234,
        Duration = TimeSpan.FromMilliseconds(1.5),
        Cache = "tain; hit",
        Client = IPAddress.Parse("::ffff:192.0.2.1"),
        TraceId = "0af7651916cd43dd8448eb211c80319c",
    };

    private static string Format(LogEntry entry, bool json)
    {
        using var lines = new LogLines(json);
        lines.Add(entry);
        return Encoding.UTF8.GetString(lines.Written);
    }

    [Fact]
    public void A_request_is_one_json_object() =>
        Assert.Equal("""{"time":"2026-01-02T12:00:00.000000Z","level":"info","msg":"request","method":"GET","path":"/go/x/@v/v1.0.0+incompatible.zip","status":200,"bytes":1234,"ms":1.5,"cache":"hit","client":"192.0.2.1","trace":"0af7651916cd43dd8448eb211c80319c"}""" + "\n",
            Format(Request("/go/x/@v/v1.0.0+incompatible.zip"), json: true));

    [Theory]
    [InlineData("/go/x?token=secret", "/go/x")]
    [InlineData("http://user:secret@host/go/x?y", "/go/x")]
    [InlineData("http://user:secret@host", "/")]
    [InlineData("/a\nGET /b", "/a%0AGET%20/b")]
    [InlineData("/a\u001b[31m", "/a%1B%5B31m")]
    [InlineData("/é", "/%C3%A9")]
    [InlineData("/a\"}", "/a%22%7D")]
    public void A_path_is_written_without_its_query_and_without_credentials_and_escaped(string target, string path) =>
        Assert.Equal(path, LogLines.PathOf(target));

    [Fact]
    public void A_long_path_is_cut() =>
        Assert.Equal(LogLines.MaxPathLength + 1, LogLines.PathOf("/" + new string('é', 5000)).Length);

    [Fact]
    public void Whatever_a_client_sends_an_entry_is_one_line()
    {
        var nasty = Gen.OneOf(Gen.String[Gen.Char, 0, 80], Gen.String[Gen.OneOf('\n', '\r', '"', '\\', '{', '}', '\u2028', '\u0085', '\u001b', 'a', '%', '\ud800'), 0, 40]);
        Gen.Select(nasty, nasty, nasty).Sample((target, method, message) =>
        {
            foreach (var entry in new[] { Request(target, method), new LogEntry { Time = Noon, Message = message, Level = LogLevel.Warning } })
            {
                var json = Format(entry, json: true);
                Assert.Equal(json.Length - 1, json.IndexOf('\n', StringComparison.Ordinal));
                using var parsed = JsonDocument.Parse(json);
                var text = Format(entry, json: false);
                Assert.Equal(text.Length - 1, text.AsSpan().IndexOfAnyInRange('\0', '\x1f'));
                Assert.DoesNotContain(text, c => c is '\u2028' or '\u0085' or '\u001b' or '\r');
            }
        }, iter: 20_000);
    }

    [Fact]
    public void The_lines_of_an_exception_cannot_pass_for_entries()
    {
        var text = Format(new LogEntry { Time = Noon, Level = LogLevel.Error, Message = "it broke", Exception = new InvalidOperationException("first\n12:00:00.000 forged") }, json: false);
        Assert.All(text.TrimEnd('\n').Split('\n').Skip(1), line => Assert.StartsWith("    ", line, StringComparison.Ordinal));
    }

    [Fact]
    public void An_output_that_blocks_costs_lines_and_never_time_and_the_loss_is_told()
    {
        using var blocked = new BlockingStream();
        using (var writer = new LogWriter(blocked, json: true, TimeProvider.System, queueLength: 16))
        {
            writer.Write(Request("/first"));
            Assert.True(blocked.Entered.Wait(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
            for (var i = 0; i < 1000; i++)
                writer.Write(Request("/more"));
            blocked.Release.Set();
        }
        var lines = Encoding.UTF8.GetString(blocked.Content.ToArray()).TrimEnd('\n').Split('\n');
        Assert.Equal(1 + 16 + 1, lines.Length);
        Assert.Contains("984 log lines were dropped", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_that_is_gone_does_not_stop_the_server()
    {
        var gone = new MemoryStream();
        gone.Dispose();
        using var writer = new LogWriter(gone, json: true, TimeProvider.System);
        writer.Write(Request("/x"));
    }

    [Theory]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true)]
    [InlineData("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", true)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", false)]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false)]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01", false)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false)]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_trace_goes_on_only_from_a_well_formed_parent(string? parent, bool goesOn)
    {
        var id = TraceId.Of(parent);
        Assert.Matches("^[0-9a-f]{32}$", id);
        Assert.Equal(goesOn, id == "0af7651916cd43dd8448eb211c80319c");
    }

    private sealed class BlockingStream : MemoryStream
    {
        public ManualResetEventSlim Entered { get; } = new();
        public ManualResetEventSlim Release { get; } = new();
        public MemoryStream Content { get; } = new();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Entered.Set();
            Release.Wait();
            Content.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    }
}
