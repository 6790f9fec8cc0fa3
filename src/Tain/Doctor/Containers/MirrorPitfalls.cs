namespace Tain.Doctor.Containers;

/// <summary>Pitfalls in the settings of whatever pulls images.</summary>
internal static class MirrorPitfalls
{
    public static Pitfall HubOnly { get; } = new("docker-mirror-hub-only", Severity.Warning,
        new("Docker's mirrors do not reach the other registries", "Docker 的镜像站对其他仓库不起作用"),
        new("registry-mirrors is for docker.io alone. Images of this repository come from elsewhere and are pulled past {mirror}: {count}, first {image} ({where}).",
            "registry-mirrors 只对 docker.io 生效。本仓库有镜像来自其他地方，会绕过 {mirror} 直接拉取：{count} 个，首个为 {image}（{where}）。"),
        new("Name the mirror in the image itself, such as MIRROR/{image}, or pull with containerd or podman, which have mirrors for each registry.",
            "在镜像名中直接写镜像站，例如 MIRROR/{image}；或改用 containerd 或 podman，它们可为每个仓库分别设置镜像站。"));

    public static Pitfall DockerInvalid { get; } = new("docker-mirror-invalid", Severity.Error,
        new("Docker does not start with this mirror's address", "镜像站地址不合法，Docker 无法启动"),
        new("{address} is no address that dockerd takes in registry-mirrors: it wants http:// or https://, and no query, fragment, user or password, and stops with \"invalid mirror\".",
            "dockerd 的 registry-mirrors 不接受 {address}：必须以 http:// 或 https:// 开头，且不能带查询参数、片段、用户名或密码，否则以 invalid mirror 报错退出。"),
        new("Write scheme and host alone: \"https://{host}\". Name a mirror that wants a password in the images instead, such as {host}/library/nginx: in this list no docker login counts (moby#30880).",
            "只写协议和主机：\"https://{host}\"。需要密码的镜像站应写在镜像名中，例如 {host}/library/nginx：对这个列表，docker login 保存的凭据不起作用（moby#30880）。"));

    public static Pitfall DockerPath { get; } = new("docker-mirror-path", Severity.Warning,
        new("A mirror of Docker's stands below a path", "Docker 镜像站地址带有路径"),
        new("{address} has a path. Docker Engines before 25.0, but for the last releases of 24.0, do not start with one (\"invalid mirror: path … at end of the URI\"), and Docker's documentation allows a mirror at the root of a host only.",
            "{address} 带有路径。25.0 之前的 Docker Engine（24.0 的最后几个版本除外）遇到路径无法启动（invalid mirror: path … at end of the URI），官方文档也只允许镜像站位于主机根路径。"),
        new("Let the mirror answer at a host or port of its own, \"https://{host}\", or name it in the images: {host}/PROJECT/library/nginx.",
            "让镜像站使用独立的主机名或端口 \"https://{host}\"，或在镜像名中写明：{host}/PROJECT/library/nginx。"));

    public static Pitfall PodmanScheme { get; } = new("podman-location-scheme", Severity.Error,
        new("podman and CRI-O refuse a registry with a scheme", "podman 与 CRI-O 拒绝带协议的仓库地址"),
        new("{setting} has \"{address}\", which begins with a scheme: podman, buildah and CRI-O then refuse the whole file (\"URI schemes are not supported\"), and pull nothing.",
            "{setting} 中的 \"{address}\" 带有协议前缀：podman、buildah、CRI-O 会拒绝整个文件（URI schemes are not supported），任何镜像都无法拉取。"),
        new("Write \"{location}\"; https is what they use, and insecure = true is for what has none.",
            "写成 \"{location}\"；默认使用 https，没有证书时才设 insecure = true。"));

    public static Pitfall PodmanLocation { get; } = new("podman-location-missing", Severity.Error,
        new("podman and CRI-O refuse a registry without a location", "podman 与 CRI-O 拒绝没有 location 的仓库"),
        new("A {table} has no location: podman, buildah and CRI-O then refuse the whole file (\"{said}\"), and pull nothing.",
            "有一个 {table} 没有 location：podman、buildah、CRI-O 会拒绝整个文件（{said}），任何镜像都无法拉取。"),
        new("Write location = \"{location}\" below {table}. Only a prefix such as \"*.example.com\" may do without.",
            "在 {table} 下写上 location = \"{location}\"。只有 \"*.example.com\" 这样的 prefix 才可以省略。"));

    public static Pitfall PodmanUse { get; } = new("podman-pull-from-mirror-invalid", Severity.Error,
        new("podman and CRI-O refuse this use of pull-from-mirror", "podman 与 CRI-O 拒绝这种 pull-from-mirror 写法"),
        new("podman, buildah and CRI-O refuse the whole file because of {setting} (\"{said}\"), and pull nothing.",
            "由于 {setting}，podman、buildah、CRI-O 会拒绝整个文件（{said}），任何镜像都无法拉取。"),
        new("Take {setting} out, and say below each [[registry.mirror]] what it is for: pull-from-mirror = \"all\", \"digest-only\" or \"tag-only\".",
            "删除 {setting}，并在每个 [[registry.mirror]] 下写明用途：pull-from-mirror = \"all\"、\"digest-only\" 或 \"tag-only\"。"));

    public static Pitfall ShortNames { get; } = new("podman-short-name-order", Severity.Warning,
        new("A short name is looked for first where anybody may have it", "短名称会先在任何人都可注册的仓库中查找"),
        new("{setting} has {open} before {next}: a name without a registry, such as acme/tool, that is meant for {next} is pulled from whoever took it at {open}, where nobody is asked which one is meant.",
            "{setting} 中 {open} 排在 {next} 之前：本应来自 {next} 的短名称（例如 acme/tool），只要有人在 {open} 注册了同名镜像，在无人可选择的场合就会拉取到那一个。"),
        new("Write the registry in each image's name and leave one in {setting}, or set short-name-mode = \"enforcing\": then a name that is not clear is an error.",
            "在每个镜像名中写明仓库，{setting} 只保留一个；或设置 short-name-mode = \"enforcing\"：名称有歧义时就会报错。"));

    public static Pitfall WrongName { get; } = new("container-mirror-wrong-name", Severity.Warning,
        new("A mirror is set for a name that no image has", "镜像站配置在镜像不会用到的名称下"),
        new("This mirror is for {name}, but an image is looked up by the name that stands in it: {right}. The setting is never used, and all is pulled past the mirror.",
            "此镜像站配置的是 {name}，但工具按镜像名中的仓库名查找，即 {right}。该设置永远不会生效，拉取全部绕过镜像站。"),
        new("Call it {right}; {name} may stand only where the upstream's own address belongs.",
            "改名为 {right}；{name} 只能出现在填写上游地址的位置。"));

    public static Pitfall HostsNotRead { get; } = new("containerd-hosts-not-read", Severity.Warning,
        new("containerd does not read the mirrors in certs.d", "containerd 没有读取 certs.d 中的镜像站"),
        new("{hosts} sets mirrors, and {config} {why}: Kubernetes' pulls go past them, and show nothing of it.",
            "{hosts} 配置了镜像站，但 {config} {why}：Kubernetes 的拉取会绕过它们，拉取时看不出任何迹象。"),
        new("Set config_path = \"{folder}\" under [plugins.\"{plugin}\".registry] in {config} and restart containerd.",
            "在 {config} 的 [plugins.\"{plugin}\".registry] 下设置 config_path = \"{folder}\"，然后重启 containerd。"));

    public static Pitfall MirrorsTwice { get; } = new("containerd-mirrors-twice", Severity.Error,
        new("containerd has mirrors in two ways and loads neither", "containerd 的镜像站以两种方式重复配置，均不加载"),
        new("registry.{table} (line {line}) and config_path are both set: {containerd} refuses the plugin (\"`{table}` cannot be set when `config_path` is provided\"), and the kubelet finds no runtime.",
            "同时设置了 registry.{table}（第 {line} 行）和 config_path：{containerd} 会拒绝加载插件（`{table}` cannot be set when `config_path` is provided），kubelet 将找不到运行时。"),
        new("Move each registry.{table} to hosts.toml in a folder of the registry's name below {folder}, and take the tables out of config.toml.",
            "把每个 registry.{table} 移到 {folder} 下以仓库命名的目录中的 hosts.toml，并从 config.toml 中删除这些表。"));

    public static Pitfall MirrorsDeprecated { get; } = new("containerd-mirrors-deprecated", Severity.Warning,
        new("containerd's mirrors are set in the old way", "containerd 仍以旧方式配置镜像站"),
        new("registry.mirrors has been deprecated since containerd 1.5; with 2.2.0 and 2.2.1 the plugin does not even load with it (containerd#12612).",
            "registry.mirrors 自 containerd 1.5 起已弃用；在 2.2.0 和 2.2.1 中插件甚至因此无法加载（containerd#12612）。"),
        new("Set config_path = \"/etc/containerd/certs.d\" and write {registry}/hosts.toml there: [host.\"{endpoint}\"] with capabilities = [\"pull\", \"resolve\"].",
            "设置 config_path = \"/etc/containerd/certs.d\"，并在其中写 {registry}/hosts.toml：[host.\"{endpoint}\"]，capabilities = [\"pull\", \"resolve\"]。"));

    public static Pitfall OverridePath { get; } = new("containerd-override-path", Severity.Warning,
        new("containerd asks the mirror below a doubled /v2", "containerd 请求镜像站时路径中多出一个 /v2"),
        new("{address} has its own /v2/, and containerd adds another behind it: it asks for {address}/v2/…, gets 404, and pulls from upstream. The pull shows nothing of it; containerd's log does, at level info.",
            "{address} 已包含 /v2/，containerd 还会在后面再加一个：实际请求 {address}/v2/…，得到 404 后转向上游。拉取时看不出来，只有 containerd 的 info 级别日志会提到。"),
        new("Add override_path = true below [host.\"{address}\"].",
            "在 [host.\"{address}\"] 下加上 override_path = true。"));

    public static Pitfall NoPull { get; } = new("containerd-mirror-no-pull", Severity.Warning,
        new("A mirror of containerd's may not be pulled from", "containerd 的镜像站没有拉取权限"),
        new("The capabilities of {address} are [{capabilities}]: without pull nothing is ever fetched there.",
            "{address} 的 capabilities 为 [{capabilities}]：没有 pull，就永远不会从它拉取任何内容。"),
        new("Write capabilities = [\"pull\", \"resolve\"]; leave resolve out for a mirror that is not to be trusted with tags.",
            "写成 capabilities = [\"pull\", \"resolve\"]；若不信任该镜像站解析标签，则去掉 resolve。"));

    public static Pitfall DigestsOnly { get; } = new("podman-mirror-digests-only", Severity.Warning,
        new("podman's mirror is for digests only, and the images have tags", "podman 镜像站只用于摘要，而镜像只写了标签"),
        new("The mirrors of {prefix} are used for images with a digest only, and {image} ({where}) has a tag: it is pulled from the upstream itself.",
            "{prefix} 的镜像站只用于带摘要的镜像，而 {image}（{where}）只有标签：它会直接从上游拉取。"),
        new("Name the images by digest, or take {setting} out.",
            "为镜像写明摘要，或删除 {setting}。"));

    public static Pitfall Order { get; } = new("container-mirror-order", Severity.Warning,
        new("The public registry is asked before the mirror", "先询问公共仓库，后询问镜像站"),
        new("Mirrors are asked in order, and {public} stands before {mirror}: each pull leaves the company first, and {mirror}, which has only what it was asked for, is empty on the day when {public} is down.",
            "镜像站按顺序询问，而 {public} 排在 {mirror} 之前：每次拉取都先出公司网络；{mirror} 只留存别人向它要过的内容，等到 {public} 故障的那天，它里面什么都没有。"),
        new("Put {mirror} first. The upstream needs no entry: it is asked last by itself.",
            "把 {mirror} 放到最前。上游无需列出：它本来就会在最后被询问。"));

    public static Pitfall Retired { get; } = new("container-mirror-retired", Severity.Warning,
        new("A public mirror that is no more", "使用了已停止服务的公共镜像站"),
        new("{host} was ended, or closed to all but its owner's machines ({source}): each pull waits for it to fail before another is asked, or fails with it.",
            "{host} 已停止服务，或只对其自家机器开放（{source}）：每次拉取都要先等它失败才会询问下一个，或者直接随之失败。"),
        new("Take {host} out, and name the company's own mirror in its place.",
            "删除 {host}，改用公司自己的镜像站。"));

    public static Pitfall Insecure { get; } = new("container-insecure-registry", Severity.Warning,
        new("A registry is talked to without checking who answers", "访问镜像仓库时不验证对方身份"),
        new("{setting} turns off https or its certificates for {host}: whoever is on the way can put another image in place of any tag, and reads the registry's password.",
            "{setting} 使访问 {host} 时不用 https 或不校验证书：途中任何人都可替换标签对应的镜像，并读取仓库密码。"),
        // A range of addresses wants something else than a host.
        new("{cure}", "{cure}"));

    public static Pitfall Unreachable { get; } = new("container-mirror-unreachable", Severity.Error,
        new("A mirror that does not answer as a registry", "镜像站没有以镜像仓库的方式应答"),
        new("{mirror} is configured here and does not answer: {said}. Each pull waits for it first.", "这里配置的 {mirror} 没有正常应答：{said}。每次拉取都要先等它。"),
        new("Check the address and the network from this machine (curl -v {mirror}/v2/ answers 200 or 401), or take the mirror out.", "在本机检查地址和网络（curl -v {mirror}/v2/ 应返回 200 或 401），或删除该镜像站。"))
    { IsProbed = true };

    public static IReadOnlyList<Pitfall> All { get; } =
        [HubOnly, DockerInvalid, DockerPath, PodmanScheme, PodmanLocation, PodmanUse, ShortNames, WrongName, HostsNotRead, MirrorsTwice, MirrorsDeprecated, OverridePath, NoPull, DigestsOnly, Order, Retired, Insecure, Unreachable];
}
