using System.Text.RegularExpressions;
using CsCheck;
using Tain.Http;

namespace Tain.Tests.Http;

public sealed partial class CacheStatusTests
{
    [Fact]
    public void Each_way_of_serving_has_its_header()
    {
        Assert.Equal("tain; hit", CacheStatus.Hit.ToString());
        Assert.Equal("tain; hit; ttl=59", (CacheStatus.Hit with { Ttl = TimeSpan.FromSeconds(59.9) }).ToString());
        Assert.Equal("tain; hit; ttl=-2; detail=revalidating", (CacheStatus.Hit with { Ttl = TimeSpan.FromSeconds(-1.5), Detail = "revalidating" }).ToString());
        Assert.Equal("tain; fwd=uri-miss", CacheStatus.Miss.ToString());
        Assert.Equal("tain; fwd=uri-miss; stored", (CacheStatus.Miss with { Stored = true }).ToString());
        Assert.Equal("tain; fwd=uri-miss; fwd-status=200; stored; collapsed", (CacheStatus.Miss with { ForwardStatus = 200, Stored = true, Collapsed = true }).ToString());
        Assert.Equal("tain; fwd=stale; fwd-status=503; detail=source-failed", (CacheStatus.Stale with { ForwardStatus = 503, Detail = "source-failed" }).ToString());
        Assert.Equal("tain; fwd=stale; detail=\"it said \\\"no\\\"\"", (CacheStatus.Stale with { Detail = "it said \"no\"" }).ToString());
    }

    // RFC 8941: a list of one token with parameters.
    [GeneratedRegex("""^tain(; [a-z-]+(=(-?[0-9]{1,15}|[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*|"([ !#-\[\]-~]|\\["\\])*"))?)+$""")]
    private static partial Regex Syntax();

    [Fact]
    public void Whatever_the_detail_says_the_header_stays_a_structured_field() =>
        Gen.Select(Gen.String[Gen.Char, 0, 300], Gen.Double, Gen.Bool, Gen.Enum<CacheForward>().Nullable()).Sample((detail, seconds, flag, forward) =>
        {
            var ttl = TimeSpan.FromSeconds(Math.Clamp(double.IsNaN(seconds) ? 0 : seconds, -1e11, 1e11));
            var text = new CacheStatus(forward) { Detail = detail, Stored = flag, Ttl = ttl }.ToString();
            Assert.Matches(Syntax(), text);
        }, iter: 20_000);
}
