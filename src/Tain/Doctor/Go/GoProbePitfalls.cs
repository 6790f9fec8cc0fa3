namespace Tain.Doctor.Go;

/// <summary>The pitfalls that only a question to the mirrors shows.</summary>
internal static class GoProbePitfalls
{
    public static readonly Pitfall MirrorUnreachable = new("go-mirror-unreachable", Severity.Error,
        new("A mirror that does not answer as one", "镜像没有正常应答"),
        new("{mirror} did not give {module}: {said}.", "{mirror} 未能提供 {module}：{said}。"),
        new("{advice}", "{advice}"))
    { IsProbed = true };

    public static readonly Pitfall MirrorSlow = new("go-mirror-slow", Severity.Note,
        new("A slow mirror in front of a faster one", "较慢的镜像排在较快的镜像之前"),
        new("{mirror} answers in {time}, while {other}, which stands behind it, answers in {othertime}: each module waits for the slow one first.", "{mirror} 的应答需要 {time}，而排在后面的 {other} 只需 {othertime}：每个模块都要先等较慢的那个。"),
        new("If you trust both alike, write {other} first.", "如果两者同样可信，请把 {other} 写在前面。"))
    { IsProbed = true };

    public static readonly Pitfall VersionSkew = new("go-version-skew", Severity.Warning,
        new("A version that one mirror has and another denies", "同一版本，有的镜像有，有的镜像说没有"),
        new("{count} of this repository's modules are 404 at {mirror} while {other} has them, {example} for one: an absence that it remembers, a copy that is behind, or a mirror that is there for other modules.", "本仓库有 {count} 个模块在 {mirror} 上返回 404，而 {other} 上有，例如 {example}：可能是被缓存的“不存在”、同步滞后，也可能它只用于其他模块。"),
        new("Wait for the mirror's cache to end or have it refreshed; until then put {other} first.", "等镜像的缓存过期或请其刷新；在此之前把 {other} 写在前面。"))
    { IsProbed = true };

    public static readonly Pitfall IdentityDiffers = new("go-identity-differs", Severity.Error,
        new("A mirror that sends other content than go.sum or another mirror has", "镜像发来的内容与 go.sum 或其他镜像不一致"),
        new("{module} from {mirror} has the hash {got}, while {other} has {wanted}: two contents of one version; a tag was moved, or one was altered.", "{mirror} 提供的 {module} 哈希为 {got}，而 {other} 为 {wanted}：同一版本有两份内容，tag 被移动过，或其中之一被改过。"),
        new("Don't build with it; ask the checksum database which of them is right, and whoever runs {mirror} how it came there.", "不要用它构建；向校验数据库核实哪个正确，并询问 {mirror} 的运营者内容从何而来。"))
    { IsProbed = true };

    public static readonly Pitfall SumDisagrees = new("go-sum-disagrees", Severity.Error,
        new("A go.sum line that the checksum database contradicts", "go.sum 的条目与校验数据库相矛盾"),
        new("go.sum has {got} for {module}, and the checksum database {database}, proved through {mirror}, has {wanted}: not what the database recorded first.", "go.sum 中 {module} 的哈希是 {got}，而经 {mirror} 验证的校验数据库 {database} 记录的是 {wanted}：与数据库最先记录的不一致。"),
        new("Find out where the line came from before you build again; then remove the module's lines and run go mod tidy with GOSUMDB on.", "先查清这一行的来历再构建；然后删除该模块的条目，在启用 GOSUMDB 的情况下运行 go mod tidy。"))
    { IsProbed = true };

    public static readonly Pitfall SumDbNotProxied = new("go-sumdb-not-proxied", Severity.Warning,
        new("A mirror that does not pass on the checksum database", "镜像没有代理校验数据库"),
        new("{mirror} {said} for /sumdb/{database}/supported: {effect}.", "{mirror} 对 /sumdb/{database}/supported 的应答是：{said}；{effect}。"),
        new("Have the mirror proxy it (Tain does by itself); don't switch GOSUMDB off.", "让镜像代理校验数据库（Tain 默认就会）；不要关闭 GOSUMDB。"))
    { IsProbed = true };

    public static readonly Pitfall ToolchainUnfetchable = new("go-toolchain-unfetchable", Severity.Error,
        new("A toolchain that no mirror has", "没有镜像能提供所需的工具链"),
        new("{file} needs Go {wanted}, this is Go {version}, and of the proxies of GOPROXY none has golang.org/toolchain at {toolchain}: {said}.", "{file} 需要 Go {wanted}，本机是 Go {version}，而 GOPROXY 中没有代理能提供 golang.org/toolchain 的 {toolchain}：{said}。"),
        new("Install Go {wanted}, or have the mirror serve golang.org/toolchain.", "安装 Go {wanted}，或让镜像提供 golang.org/toolchain。"))
    { IsProbed = true };

    public static readonly Pitfall SumDbUnproved = new("go-sumdb-unproved", Severity.Error,
        new("A mirror whose answers of the checksum database can't be proved", "镜像转发的校验数据库应答无法得到证明"),
        new("{mirror} passes on {database}, and what it sent does not prove itself: {why}. Either it is broken, or somebody forges the log.", "{mirror} 转发了 {database}，但它的应答无法自证：{why}。要么是镜像出错，要么有人在伪造日志。"),
        new("Don't build through it; ask whoever runs {mirror}, and walk the whole log: tain audit-log {database} --upstream {mirror}/sumdb/{database}.", "不要通过它构建；请联系 {mirror} 的运营者，并核查整个日志：tain audit-log {database} --upstream {mirror}/sumdb/{database}。"))
    { IsProbed = true };

    public static IReadOnlyList<Pitfall> All { get; } = [MirrorUnreachable, MirrorSlow, VersionSkew, IdentityDiffers, SumDisagrees, SumDbUnproved, SumDbNotProxied, ToolchainUnfetchable];
}
