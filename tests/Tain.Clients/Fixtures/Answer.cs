namespace Tain.Clients;

/// <summary>What a server said: all of it that a client sees and that does not change by itself.</summary>
internal sealed record Answer(int Status, string ContentType, byte[] Body)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Body);

    /// <summary>The first line of an error's body.</summary>
    public string Reason => Text.Split('\n')[0].TrimEnd();

    public static async Task<Answer> OfAsync(string url)
    {
        using var response = await Loopback.Http.GetAsync(url, TestContext.Current.CancellationToken);
        return new(
            (int)response.StatusCode,
            response.Content.Headers.ContentType?.ToString() ?? "",
            await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Fails unless this is an error as the go command shows it (docs/go-protocol.md, 6): plain text, short, in lines without blanks between.</summary>
    public void IsExplained()
    {
        Assert.NotEqual(200, Status);
        Assert.Contains(ContentType, (string[])["text/plain; charset=utf-8", "text/plain"]);
        Assert.InRange(Body.Length, 10, 600);
        var lines = Text.TrimEnd('\n').Split('\n');
        Assert.InRange(lines.Length, 1, 8);
        Assert.All(lines, line => Assert.NotEqual("", line.Trim()));
        Assert.True(lines[0].Length < 200, $"the first line is too long to be shown: {lines[0]}");
        Assert.DoesNotContain(Text, c => char.IsControl(c) && c != '\n');
    }

    public bool Equals(Answer? other) => other is not null && Status == other.Status && Body.AsSpan().SequenceEqual(other.Body);

    public override int GetHashCode() => Status;

    public override string ToString() => Status == 200 ? $"200 with {Body.Length} bytes" : $"{Status} {Reason}";
}
