namespace Tain.Doctor.Npm;

internal static class NpmPitfalls
{
    /// <summary>Facts: scope, name, default (registry), evidence (the place, and what it says), file, line.</summary>
    public static Pitfall ScopeNoRegistry { get; } = new("npm-scope-no-registry", Severity.Error,
        new("A scope of your own is asked of a public registry", "自有作用域的包会向公共 registry 请求"),
        new("{scope} is your own ({evidence}), but no setting that counts here names its registry. {name} is asked of {default}, where a stranger may publish that name and have it installed.",
            "{scope} 是自有作用域（{evidence}），但此处生效的配置没有为它指定 registry。{name} 会向 {default} 请求：外人可以在那里发布同名包，并被安装进来。"),
        new("Write into {file}: {line}", "在 {file} 中写入：{line}"));

    /// <summary>Facts: scope, registry, evidence (the place, and what it says), line.</summary>
    public static Pitfall ScopePublic { get; } = new("npm-scope-public", Severity.Error,
        new("A scope of your own is mapped to a public registry", "自有作用域被指向公共 registry"),
        new("{scope} is your own ({evidence}), but is mapped to {registry} here: its names are sent there, and what strangers publish under them is installed.",
            "{scope} 是自有作用域（{evidence}），这里却指向 {registry}：包名会泄露到那里，外人发布的同名包也会被安装。"),
        new("Map it to your own registry: {line}", "改为指向自己的 registry：{line}"));

    /// <summary>Facts: registry, other (registry), where (the other's place).</summary>
    public static Pitfall RegistryDiffers { get; } = new("npm-registry-differs", Severity.Warning,
        new("Different places use different registries", "不同位置使用了不同的 registry"),
        new("Packages come from {registry} here, but from {other} by {where}. What installs in one place may be missing, older or another package in the other, and the lockfile changes with whoever wrote it.",
            "这里从 {registry} 取包，而 {where} 用的是 {other}。同一个包在一处能安装，在另一处可能缺失、更旧，甚至是另一个包；锁文件也会随写入者而变。"),
        new("Name one registry for all, {registry} or {other}, in a file that is committed, and let nothing else name another.",
            "统一用一个 registry（{registry} 或 {other}），写在提交到仓库的配置文件里，其他位置不要再写别的。"));

    /// <summary>Facts: old, new, error (and how many places in the file, where there are more).</summary>
    public static Pitfall RegistryRetired { get; } = new("npm-registry-retired", Severity.Error,
        new("A registry that is no more", "使用了已停用的 registry"),
        new("{old} was replaced by {new} and is to be shut off; its certificate expired in January 2024, so installs fail with {error}.",
            "{old} 已由 {new} 取代，即将下线；其证书已于 2024 年 1 月过期，安装会报 {error}。"),
        new("Write {new} in place of {old}. Don't switch certificate checks off.", "把 {old} 换成 {new}。不要关闭证书校验。"));

    /// <summary>Facts: setting, whose (who believes it), authority (where an own one is named).</summary>
    public static Pitfall StrictSslOff { get; } = new("npm-strict-ssl-off", Severity.Error,
        new("Certificates are not checked", "关闭了证书校验"),
        new("{setting} has any certificate accepted by {whose}: anyone on the way can answer in the server's place, and gets the token that is sent to it.",
            "{setting} 会让{whose}接受任何证书：网络路径上的任何人都可以冒充服务器应答，并拿到发给它的令牌。"),
        new("Remove it. If the registry's certificate is from your own authority, name that one: {authority}.",
            "删除此项。若 registry 的证书由自建 CA 签发，请信任该 CA：{authority}。"));

    /// <summary>Facts: registry, https.</summary>
    public static Pitfall PlainHttp { get; } = new("npm-registry-plain-http", Severity.Warning,
        new("A registry by plain http", "通过明文 http 访问 registry"),
        new("{registry} is asked without TLS: anyone on the way can read the token and replace what is new to the lockfile, its integrity included.",
            "访问 {registry} 没有 TLS：途经者可以读到令牌，也可以替换锁文件中尚未记录的包，连同其完整性校验值。"),
        new("Have the registry serve TLS, and write {https}", "让 registry 提供 TLS，并改为 {https}"));

    /// <summary>Facts: key, file, line, target.</summary>
    public static Pitfall TokenInRepository { get; } = new("npm-token-in-repository", Severity.Error,
        new("A registry's credentials in the repository", "仓库中存有 registry 凭据"),
        new("{key} stands in {file} as it is. Whoever can read the repository, its history or an image made of it has it.",
            "{file} 中以明文写着 {key}。能读到仓库、历史记录或由其构建的镜像的人都能拿到它。"),
        new("Revoke it: taking it out leaves it in the history. Keep the new one in the pipeline's secrets, and write into {target}: {line}",
            "先吊销它：仅删除这一行，历史记录里仍然有。把新令牌放进流水线的密钥，并在 {target} 中写入：{line}"));

    /// <summary>Facts: count, first (package), host (those that it goes to), registry, where (its place), tool, command.</summary>
    public static Pitfall LockfileBypass { get; } = new("npm-lockfile-bypass", Severity.Warning,
        new("The lockfile goes past the mirror", "锁文件绕过了镜像"),
        new("{tool} fetches {count} of its packages ({first} is the first) from {host}, as the lockfile says, and not from {registry} ({where}): slow or impossible without the internet, and past whatever the mirror checks.",
            "{tool} 会按锁文件从 {host} 下载其中 {count} 个包（第一个是 {first}），而不是从 {registry}（{where}）：没有外网时会很慢或失败，也绕过了镜像上的检查。"),
        new("Write the mirror's address into the lockfile: {command}", "把锁文件里的地址换成镜像：{command}"));

    /// <summary>Facts: who (the packages, and the verb), command.</summary>
    public static Pitfall LockfileNoIntegrity { get; } = new("npm-lockfile-no-integrity", Severity.Warning,
        new("Packages in the lockfile without a checksum", "锁文件中有包缺少校验值"),
        new("{who} no integrity: whatever a registry, mirror or proxy sends is installed unchecked.",
            "{who}完整性校验值：无论 registry、镜像或代理返回什么，都会不经校验地安装。"),
        new("Have these entries written anew, and look at what changes: {command}", "重新生成这些条目，并检查改动：{command}"));

    /// <summary>Facts: tool, file, key, target, line.</summary>
    public static Pitfall SettingsNotRead { get; } = new("npm-settings-not-read", Severity.Error,
        new("Registry settings in a file that is not read", "registry 配置写在了不会被读取的文件里"),
        new("{tool} does not read {file}: {key} has no effect, and packages come from elsewhere.",
            "{tool} 不读取 {file}：{key} 不起作用，包会从别处下载。"),
        new("Write into {target}: {line}", "在 {target} 中写入：{line}"));

    /// <summary>Facts: variable, key, version, file.</summary>
    public static Pitfall VariableNotExpanded { get; } = new("npm-variable-not-expanded", Severity.Error,
        new("A variable that pnpm does not fill in", "pnpm 不会展开的变量"),
        new("{version} ignores {key} in {file}, because {variable} stands in it: since 10.34.2 and 11.5.3 pnpm fills in no variables in a repository's registry and login settings.",
            "{version} 会忽略 {file} 中的 {key}，因为其中有变量 {variable}：自 10.34.2 和 11.5.3 起，pnpm 不再展开仓库内 registry 与认证配置里的变量。"),
        new("An address: write it out, without a variable. Credentials: move the line to ~/.npmrc, or set the variable pnpm_config_{key} (pnpm 11.6).",
            "地址：直接写出，不用变量。凭据：把这一行移到 ~/.npmrc，或设置环境变量 pnpm_config_{key}（pnpm 11.6 起）。"));

    /// <summary>Facts: registry, said.</summary>
    public static Pitfall RegistryUnreachable { get; } = new("npm-registry-unreachable", Severity.Error,
        new("A registry that does not answer as one", "registry 没有正常应答"),
        new("{registry} is configured here and does not answer: {said}.", "这里配置的 {registry} 没有正常应答：{said}。"),
        new("Check the address and the network from this machine: npm ping --registry {registry}", "在本机检查地址和网络：npm ping --registry {registry}"))
    { IsProbed = true };

    public static IReadOnlyList<Pitfall> All { get; } =
    [
        ScopeNoRegistry, ScopePublic, RegistryDiffers, RegistryRetired, StrictSslOff, PlainHttp,
        TokenInRepository, LockfileBypass, LockfileNoIntegrity, SettingsNotRead, VariableNotExpanded, RegistryUnreachable,
    ];
}
