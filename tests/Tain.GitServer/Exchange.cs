using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Tain.GitHosting;

/// <summary>One answer, as slow and as incomplete as its rule says.</summary>
internal sealed class Exchange(HttpContext context, Rule rule, StallCount stalls)
{
    public Rule Rule => rule;

    /// <summary>Bytes of the body so far.</summary>
    public long Sent { get; private set; }

    public async Task WaitAsync()
    {
        if (rule.Stall)
            await StallAsync();
        if (rule.Delay > TimeSpan.Zero)
            await Task.Delay(rule.Delay, context.RequestAborted);
    }

    public Task TextAsync(int status, string text, string contentType = "text/plain; charset=utf-8")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        return SendAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)));
    }

    public async Task SendAsync(Stream body)
    {
        var buffer = new byte[rule.Rate > 0 ? 8 * 1024 : 64 * 1024];
        var clock = Stopwatch.StartNew();
        var end = Math.Min(rule.CutAfter ?? long.MaxValue, rule.StallAfter ?? long.MaxValue);
        while (await body.ReadAsync(buffer, context.RequestAborted) is var count and > 0)
        {
            count = (int)Math.Min(count, end - Sent);
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, count), context.RequestAborted);
            Sent += count;
            if (Sent < end)
            {
                if (rule.Rate > 0)
                    await PaceAsync(clock);
                continue;
            }
            await context.Response.Body.FlushAsync(context.RequestAborted);
            if (rule.StallAfter == Sent)
                await StallAsync();
            throw new IOException("cut, as the rule says");
        }
    }

    private async Task StallAsync()
    {
        stalls.Add(1);
        try
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }
        finally
        {
            stalls.Add(-1);
        }
    }

    private async Task PaceAsync(Stopwatch clock)
    {
        await context.Response.Body.FlushAsync(context.RequestAborted);
        var due = TimeSpan.FromSeconds((double)Sent / rule.Rate);
        if (due > clock.Elapsed)
            await Task.Delay(due - clock.Elapsed, context.RequestAborted);
    }
}

/// <summary>How many answers stall now.</summary>
internal sealed class StallCount
{
    private int _count;

    public int Now => Volatile.Read(ref _count);

    public void Add(int count) => Interlocked.Add(ref _count, count);
}
