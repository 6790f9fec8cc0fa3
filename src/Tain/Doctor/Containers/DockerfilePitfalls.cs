namespace Tain.Doctor.Containers;

/// <summary>Pitfalls in how an image is built.</summary>
internal static class DockerfilePitfalls
{
    public static Pitfall SourcesFirst { get; } = new("dockerfile-sources-before-dependencies", Severity.Warning,
        new("Each change of the sources downloads all dependencies again", "每次改动源码都会重新下载全部依赖"),
        new("{copy} (line {line}) stands before {command} (line {at}): whatever changes in the sources spoils the cached layer, and every build asks the mirror for all dependencies once more.",
            "{copy}（第 {line} 行）位于 {command}（第 {at} 行）之前：源码任何改动都会使缓存层失效，每次构建都要再向镜像站请求全部依赖。"),
        new("Copy what names the dependencies first: COPY {files} ./, then RUN {command}, then {copy}; or keep the downloads in a cache: RUN --mount=type=cache,target={cache} {command}.",
            "先只复制描述依赖的文件：COPY {files} ./，再 RUN {command}，然后 {copy}；或使用缓存挂载：RUN --mount=type=cache,target={cache} {command}。"));

    public static Pitfall ShipsToolchain { get; } = new("dockerfile-ships-toolchain", Severity.Note,
        new("The image that is shipped holds the whole toolchain", "发布的镜像包含整套构建工具链"),
        new("The last stage is built from {image} and runs {command} (line {at}): compiler, sources and caches go with every pull, often a gigabyte where some megabytes would do.",
            "最后一个阶段基于 {image}，并在其中运行 {command}（第 {at} 行）：编译器、源码和缓存会随每次拉取一同传输，常常多达上 GB，而实际只需几 MB。"),
        new("Build in a stage of its own (FROM {image} AS build) and end with FROM {runtime}@sha256:… and COPY --from=build.",
            "在单独的阶段中构建（FROM {image} AS build），最后用 FROM {runtime}@sha256:… 加 COPY --from=build。"));

    public static Pitfall AddUrl { get; } = new("dockerfile-add-url", Severity.Warning,
        new("A build takes a file from the internet that nobody verified", "构建时从互联网获取未经校验的文件"),
        new("ADD {url} goes past every mirror, and without --checksum the build takes whatever the host sends that day.",
            "ADD {url} 会绕过所有镜像站；没有 --checksum 时，对方当天返回什么，构建就用什么。"),
        new("Add the hash of the file that you looked at: ADD --checksum=sha256:… {url} (curl -sL {url} | sha256sum), or keep the file in a repository of the company's own.",
            "加上已核对文件的哈希：ADD --checksum=sha256:… {url}（curl -sL {url} | sha256sum），或把文件放到公司自己的仓库。"));

    public static IReadOnlyList<Pitfall> All { get; } = [SourcesFirst, ShipsToolchain, AddUrl];
}
