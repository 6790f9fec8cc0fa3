using Microsoft.Extensions.Caching.Memory;
using Tain.Upstream;

namespace Tain.Mirror;

/// <summary>The last time that sources were asked for one address: who said what.</summary>
internal sealed record Story(string Address, DateTimeOffset At, TimeSpan Elapsed, IReadOnlyList<Attempt> Attempts, string Outcome);

/// <summary>Recent stories by address, for explanations. In memory, at most 20,000; the least used go first.</summary>
internal sealed class Stories : IDisposable
{
    /// <summary>Stories kept at once.</summary>
    public const int Limit = 20_000;
    private readonly MemoryCache _stories = new(new MemoryCacheOptions { SizeLimit = Limit });

    public void Tell(Story story) => _stories.Set(story.Address, story, new MemoryCacheEntryOptions { Size = 1 });

    public Story? FindOrNull(string address) => _stories.TryGetValue(address, out Story? story) ? story : null;

    public void Dispose() => _stories.Dispose();
}
