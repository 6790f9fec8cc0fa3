namespace Tain.Upstream;

/// <summary>How long to wait before something is asked again.</summary>
internal static class Backoff
{
    /// <summary>The longest Retry-After that one request waits for; a longer one ends it at once, its reason shown. 5 s.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>Before the second try at most this, doubling for each further one; the wait is uniform between zero and that (full jitter).</summary>
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>Timers and the wall clock may differ by this much; coming back too early would be refused by our own circuit.</summary>
    private static readonly TimeSpan ClockSlack = TimeSpan.FromMilliseconds(20);

    /// <param name="tries">How many there were, 1 or more.</param>
    public static TimeSpan After(int tries, TimeSpan? retryAfter)
    {
        var most = Math.Min(Longest.TotalMilliseconds, First.TotalMilliseconds * Math.Pow(2, tries - 1));
        var wait = TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * most);
        return retryAfter > wait ? retryAfter.Value + ClockSlack : wait;
    }
}
