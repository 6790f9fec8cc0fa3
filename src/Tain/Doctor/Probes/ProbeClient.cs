using System.Globalization;
using Tain.Upstream;

namespace Tain.Doctor.Probes;

/// <summary>One question to a mirror, and how long the answer took. The end of the deadline is an answer too.</summary>
internal sealed class ProbeClient(UpstreamClient client, TimeSpan deadline, TimeProvider time, CancellationToken end)
{
    /// <summary>The deadline's token; for whoever waits for something else.</summary>
    public CancellationToken End => end;

    /// <param name="path">Below the mirror's address, escaped.</param>
    public async Task<ProbeAnswer> GetAsync(UpstreamSource mirror, string path, int maxBytes)
    {
        var start = time.GetTimestamp();
        try
        {
            var answer = await client.GetSmallAsync(mirror, path, maxBytes, null, end);
            // A captive portal's page, or that of a proxy in between, is no answer of the mirror.
            if (answer.Attempt.Fault is null && answer.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true)
                return new(null, FaultKind.Malformed, "it sent an HTML page", time.GetElapsedTime(start), answer.Attempt.Status);
            return new(answer.Body, answer.Attempt.Fault, answer.Attempt.Said, time.GetElapsedTime(start), answer.Attempt.Status);
        }
        catch (OperationCanceledException)
        {
            return Late(start);
        }
    }

    /// <summary>Whether a large body is there: its first bytes are waited for, and no more.</summary>
    public async Task<ProbeAnswer> LookAsync(UpstreamSource mirror, string path)
    {
        var start = time.GetTimestamp();
        try
        {
            var answer = await client.OpenAsync(mirror, path, 0, null, end);
            if (answer.Body is { } body)
                await body.DisposeAsync();
            return new(null, answer.Attempt.Fault, answer.Attempt.Said, time.GetElapsedTime(start), answer.Attempt.Status);
        }
        catch (OperationCanceledException)
        {
            return Late(start);
        }
    }

    private ProbeAnswer Late(long start)
        => new(null, FaultKind.Timeout, string.Create(CultureInfo.InvariantCulture, $"no answer within {deadline.TotalSeconds:0.###} s"), time.GetElapsedTime(start), null);
}

/// <param name="Body">Null when there is none, or none was wanted.</param>
/// <param name="Fault">Null when it answered well.</param>
/// <param name="Said">One line, without secrets.</param>
/// <param name="Status">The HTTP status, when there was one.</param>
internal sealed record ProbeAnswer(byte[]? Body, FaultKind? Fault, string Said, TimeSpan Elapsed, int? Status)
{
    public bool IsAbsence => Fault is FaultKind.NotFound or FaultKind.Gone;
}
