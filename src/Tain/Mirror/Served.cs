using Tain.Http;

namespace Tain.Mirror;

/// <summary>How an answer came about: what Cache-Status says.</summary>
internal enum Served { Hit, KnownFailure, Fetched, FetchedNotStored, Joined, Stale, StaleWhileRevalidate, StaleIfError, Computed, Failed }

/// <summary>The header for each.</summary>
internal static class ServedHeader
{
    public static CacheStatus ToCacheStatus(this Served served) => served switch
    {
        Served.Hit => CacheStatus.Hit,
        Served.KnownFailure => CacheStatus.Hit with { Detail = "known-failure" },
        Served.Fetched => CacheStatus.Miss with { Stored = true },
        Served.FetchedNotStored => CacheStatus.Miss with { Detail = "not-stored" },
        Served.Joined => CacheStatus.Miss with { Stored = true, Collapsed = true },
        Served.Stale => CacheStatus.Hit with { Detail = "stale" },
        Served.StaleWhileRevalidate => CacheStatus.Hit with { Detail = "stale-while-revalidate" },
        Served.StaleIfError => CacheStatus.Stale with { Detail = "source-failed" },
        Served.Computed => CacheStatus.Miss with { Detail = "computed-from-store" },
        _ => CacheStatus.Miss,
    };
}
