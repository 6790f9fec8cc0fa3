namespace Tain.Doctor.Go;

/// <summary>The pitfalls of the go command's settings, in words. Facts: <c>value</c> as it is written, secrets masked; <c>meant</c> what to write.</summary>
internal static class GoPitfalls
{
    public static readonly Pitfall ProxyNoDirect = new("go-proxy-no-direct", Severity.Warning,
        new("A public GOPROXY list without direct or off at its end", "公共 GOPROXY 列表末尾缺少 direct 或 off"),
        new("{name} is {value}: a module that {host} does not have (404) fails, where direct would have fetched it from its repository.", "{name} 的值是 {value}：{host} 上没有的模块（404）会直接失败，而 direct 本可以从代码仓库获取它。"),
        new("Write {name}={meant} (or end the list with off, if that is what you want).", "改为 {name}={meant}（如果确实只想用代理，请在末尾写 off）。"));

    public static readonly Pitfall ProxyBypass = new("go-proxy-bypass", Severity.Warning,
        new("Sources behind a company mirror that go past its policy", "公司镜像之后的来源会绕过镜像的策略"),
        new("{name} is {value}: whatever {host} answers 404 or 410 to is fetched from {bypass} instead, unchecked by the mirror and with its name told to the outside.", "{name} 的值是 {value}：凡是 {host} 返回 404 或 410 的模块，都会改从 {bypass} 获取，既不经过镜像检查，名称也会泄露到外部。"),
        new("Write {name}={meant}: the mirror has its own way to direct.", "改为 {name}={meant}：镜像自己会去源头获取。"));

    public static readonly Pitfall ProxyPipe = new("go-proxy-pipe", Severity.Warning,
        new("A | between a company mirror and the outside, which turns refusals and outages into detours", "公司镜像与外部来源之间用了 |，拒绝和故障都会变成绕行"),
        new("{name} is {value}: behind a | the go command goes on to {bypass} after any error of {host}, a 403 of its policy or a short outage included.", "{name} 的值是 {value}：在 | 之后，{host} 的任何错误（包括策略拒绝的 403 和短暂故障）都会让 go 命令转向 {bypass}。"),
        new("Write {name}={meant}.", "改为 {name}={meant}。"));

    public static readonly Pitfall ProxyWordAsUrl = new("go-proxy-word-as-url", Severity.Error,
        new("direct or off spelled as a URL", "把 direct 或 off 写成了 URL"),
        new("{name} is {value}: {word} is the address of a server called {host}; the word stands alone, without https://.", "{name} 的值是 {value}：{word} 会被当成名为 {host} 的服务器地址；这个关键字应单独写，前面没有 https://。"),
        new("Write {name}={meant}.", "改为 {name}={meant}。"));

    public static readonly Pitfall ProxySeparator = new("go-proxy-separator", Severity.Error,
        new("A GOPROXY list with the wrong separator", "GOPROXY 列表用了错误的分隔符"),
        new("{name} is {value}: only a comma or a | separates; the go command takes {separator} for a part of the URL.", "{name} 的值是 {value}：只有英文逗号和 | 是分隔符；go 命令会把{separator}当作 URL 的一部分。"),
        new("Write {name}={meant}.", "改为 {name}={meant}。"));

    public static readonly Pitfall ProxyNeverAsked = new("go-proxy-never-asked", Severity.Warning,
        new("Proxies behind direct or off, which are never asked", "direct 或 off 之后的代理永远不会被询问"),
        new("{name} is {value}: the list ends at {word}, so {ignored} is never asked.", "{name} 的值是 {value}：列表在 {word} 处就结束了，{ignored} 永远不会被询问。"),
        new("Write {name}={meant}.", "改为 {name}={meant}。"));

    public static readonly Pitfall ProxyInvalid = new("go-proxy-invalid", Severity.Error,
        new("A GOPROXY entry that the go command refuses", "GOPROXY 中有 go 命令不接受的条目"),
        new("{name} is {value}: {why}, and every download ends with an error.", "{name} 的值是 {value}：{why}，所有下载都会报错。"),
        new("Write the proxy's whole address, such as https://goproxy.corp.example.", "写出代理的完整地址，例如 https://goproxy.corp.example。"));

    public static readonly Pitfall ProxyRetired = new("go-proxy-retired", Severity.Error,
        new("A public proxy that was shut down", "已经停止服务的公共代理"),
        new("{name} is {value}: {host} was shut down for good; each module waits for it and fails there, unless a | follows.", "{name} 的值是 {value}：{host} 已永久停止服务；每个模块都会在它那里失败，除非其后是 |。"),
        new("Write {name}={meant}.", "改为 {name}={meant}。"));

    public static readonly Pitfall ProxyDiffers = new("go-proxy-differs", Severity.Warning,
        new("A place that goes past the company's mirror which others use", "有的地方绕过了其他地方都在用的公司镜像"),
        new("{name} is {value} here, while {where} uses {mirror}: what is built here goes to the outside, past the mirror's policy and its cache.", "这里 {name} 的值是 {value}，而 {where} 用的是 {mirror}：在这里构建会直接访问外部，绕过镜像的策略和缓存。"),
        new("Write {name}={meant} here too.", "这里也写 {name}={meant}。"));

    public static readonly Pitfall ProxyPlainHttp = new("go-proxy-plain-http", Severity.Warning,
        new("A mirror over plain http", "通过明文 http 访问镜像"),
        new("{name} is {value}: whoever is on the way to {host} can read and change what it sends; what GONOSUMDB or GOPRIVATE covers has no other check.", "{name} 的值是 {value}：通往 {host} 途中的任何人都能读取和篡改内容；GONOSUMDB 或 GOPRIVATE 覆盖的模块没有别的校验。"),
        new("Give {host} a certificate and write https://.", "为 {host} 配置证书，并使用 https://。"));

    public static readonly Pitfall CredentialsInUrl = new("go-credentials-in-url", Severity.Error,
        new("Credentials in a URL", "URL 中含有凭据"),
        new("{name} has a password in the URL of {host}: whoever can read this setting has it: in logs, in `go env`, among the processes, in the history of this file.", "{name} 在 {host} 的 URL 中写了密码：能看到这项设置的人都能得到它：日志、`go env`、进程列表以及该文件的历史记录。"),
        new("Take it out of the URL and change the password. {advice}", "从 URL 中删除并更换该密码。{advice}"));

    public static readonly Pitfall PrivateUncovered = new("go-private-uncovered", Severity.Error,
        new("Private modules that no pattern keeps from public servers", "私有模块没有被任何模式覆盖，会被发往公共服务器"),
        new("{name} ({value}) does not cover this company's own {modules}: private names go to {receivers}, which can't have what they name.", "{name}（{value}）没有覆盖公司自己的 {modules}：私有名称会发送给 {receivers}，而对方不可能有这些模块。"),
        new("{write}", "{write}"));

    public static readonly Pitfall PrivateTooWide = new("go-private-too-wide", Severity.Warning,
        new("A private pattern that covers public modules", "私有模式覆盖了公共模块"),
        new("{name} has the pattern {pattern}, which covers {example} too: public modules are treated as if they were private, past every mirror or unchecked.", "{name} 中的模式 {pattern} 也覆盖了 {example}：公共模块被当成私有模块，绕过镜像或不再校验。"),
        new("Name your own owner or host instead, such as github.com/acme or *.corp.example.", "只写自己的组织或主机，例如 github.com/acme 或 *.corp.example。"));

    public static readonly Pitfall PrivateNoEffect = new("go-private-no-effect", Severity.Error,
        new("A private pattern that matches nothing", "私有模式匹配不到任何模块"),
        new("{name} has the pattern {pattern}, which {why}: the go command passes over it silently, and the names it was for go out.", "{name} 中的模式 {pattern} {why}：go 命令会悄悄忽略它，本应保密的名称会被发送出去。"),
        new("Write {write}: globs of path prefixes, separated by commas, without scheme, port, spaces, quotes, /... or a leading dot.", "改为 {write}：路径前缀的通配模式，用英文逗号分隔，不带协议、端口、空格、引号、/... 或开头的点。"));

    public static readonly Pitfall SumDbOff = new("go-sumdb-off", Severity.Error,
        new("The checksum database is switched off", "校验数据库被关闭"),
        new("{name}={value}: a module that is new to go.sum is believed, whoever sends it.", "{name}={value}：go.sum 中还没有的模块，无论谁发来都会被直接信任。"),
        new("Write {name}={meant}, and exclude only your own modules by GONOSUMDB.", "改为 {name}={meant}，只用 GONOSUMDB 排除自己的模块。"));

    public static readonly Pitfall SumDbInvalid = new("go-sumdb-invalid", Severity.Error,
        new("A GOSUMDB value that the go command refuses", "go 命令不接受的 GOSUMDB 值"),
        new("GOSUMDB is {value}, which {why}", "GOSUMDB 的值 {value} 无效：{why}"),
        new("Write sum.golang.org, or NAME+HASH+KEY as whoever runs the database publishes it; a mirror needs no line here.", "写 sum.golang.org，或数据库运营者公布的 NAME+HASH+KEY；使用镜像不需要改这里。"));

    public static readonly Pitfall NoSumDbWideOpen = new("go-nosumdb-wide-open", Severity.Error,
        new("GONOSUMDB covers public modules", "GONOSUMDB 覆盖了公共模块"),
        new("GONOSUMDB has the pattern {pattern}, which covers {example} too: what is public is checked against nothing.", "GONOSUMDB 中的模式 {pattern} 也覆盖了 {example}：公共模块不再经过任何校验。"),
        new("Name your own owner or host only, such as github.com/acme or *.corp.example.", "只写自己的组织或主机，例如 github.com/acme 或 *.corp.example。"));

    public static readonly Pitfall Insecure = new("go-insecure", Severity.Warning,
        new("GOINSECURE lets downloads go unencrypted, and takes any certificate", "GOINSECURE 允许明文下载，也不验证证书"),
        new("GOINSECURE is {value}: for these modules http and wrong certificates are accepted, and whoever is on the way decides what you build.", "GOINSECURE 的值是 {value}：这些模块接受 http 和错误的证书，途中的任何人都能决定你构建的内容。"),
        new("Take it out; give the host a certificate, and machines its authority (SSL_CERT_FILE, or git's http.sslCAInfo).", "删除它；为主机配置证书，并让机器信任其 CA（SSL_CERT_FILE 或 git 的 http.sslCAInfo）。"));

    public static readonly Pitfall FlagInsecure = new("go-flag-insecure", Severity.Error,
        new("The -insecure flag", "-insecure 参数"),
        new("{name} says -insecure: since Go 1.17 go get refuses it, and before, it switched encryption and checks off for everything.", "{name} 中写了 -insecure：从 Go 1.17 起 go get 不再接受它；在那之前，它会关闭所有加密和校验。"),
        new("Take it out.", "删除它。"));

    public static readonly Pitfall ModulesOff = new("go-modules-off", Severity.Warning,
        new("Modules are switched off", "模块功能被关闭"),
        new("GO111MODULE=off: go.mod, go.sum, proxies and the database are ignored; what lies in GOPATH is built.", "GO111MODULE=off：忽略 go.mod、go.sum、代理和校验数据库，GOPATH 里有什么就构建什么。"),
        new("Take it out: modules are on by default.", "删除它：模块功能默认开启。"));

    public static readonly Pitfall EnvHidden = new("go-env-hidden", Severity.Warning,
        new("A variable of the environment hides what go env -w has written", "环境变量遮住了 go env -w 写入的值"),
        new("{name} is {value} in this file, but {by} says {other}, and that counts.", "该文件中 {name} 的值是 {value}，但 {by} 设置为 {other}，后者生效。"),
        new("Keep one: unset the variable where it is set, or go env -u {name}.", "只保留一处：在设置处取消该变量，或执行 go env -u {name}。"));

    public static readonly Pitfall EnvBrokenLine = new("go-env-broken-line", Severity.Error,
        new("A line of the go env file that the go command does not read as it looks", "go env 文件中有 go 命令不会按字面理解的行"),
        new("{name} stands in a line that {why}: the go command reads NAME=value to the end of the line and nothing else, and does not complain.", "{name} 所在的行{why}：go 命令只读取“名称=值”直到行尾，其他写法不会生效，也不会报错。"),
        new("Write {name}={meant}, or let go env -w write it.", "改为 {name}={meant}，或用 go env -w 写入。"));

    public static readonly Pitfall ReplaceLocal = new("go-replace-local", Severity.Error,
        new("A folder in go.mod or go.work that others don't have", "go.mod 或 go.work 引用了他人没有的本地目录"),
        new("{directive} leads to {path}, which {why}: nobody else can build it, and no mirror can serve it.", "{directive} 指向 {path}，而它{why}：别人无法构建，任何镜像也无法提供。"),
        new("Publish the module and require a version of it; for work on both at once use a go.work that is not committed.", "发布该模块并 require 它的版本；若要同时修改两者，请使用不提交的 go.work。"));

    public static readonly Pitfall SumMissing = new("go-sum-missing", Severity.Error,
        new("go.sum lacks lines", "go.sum 缺少条目"),
        new("go.sum lacks {count} of the lines that the requirements of go.mod need, {example} for one: a build with -mod=readonly, which is the default, stops; what fetches them anyway is checked by the database alone.", "go.sum 缺少 {count} 条 go.mod 所需的记录，例如 {example}：默认的 -mod=readonly 构建会中止；若强行获取，则只剩校验数据库把关。"),
        new("Run go mod tidy, and commit go.sum.", "运行 go mod tidy，并提交 go.sum。"));

    public static readonly Pitfall SumBroken = new("go-sum-broken", Severity.Error,
        new("A go.sum that contradicts itself", "go.sum 自相矛盾"),
        new("{what}: the go command refuses the file, or compares with the first line only.", "{what}：go 命令会拒绝该文件，或只与第一行比对。"),
        new("Resolve it with git: take one side whole, then run go mod tidy; don't edit hashes by hand.", "用 git 解决：完整采用其中一方，再运行 go mod tidy；不要手工修改哈希。"));

    public static readonly Pitfall ModBroken = new("go-mod-broken", Severity.Error,
        new("A go.mod that the go command can't read", "go 命令无法读取的 go.mod"),
        new("{what}: every go command in this folder ends with it.", "{what}：在此目录运行的 go 命令都会因此失败。"),
        new("Mend the line. After a merge, take one side whole and run go mod tidy; where a folder replaces a module, write its path with / and not with \\.", "请修正该行。若是合并造成的，请完整采用其中一方，再运行 go mod tidy；若用目录替换模块，路径请用 /，不要用 \\。"));

    public static readonly Pitfall ToolchainTooOld = new("go-toolchain-too-old", Severity.Error,
        new("A Go command that may not fetch the toolchain which go.mod needs", "go 命令过旧，又不允许下载 go.mod 所需的工具链"),
        new("{file} needs Go {wanted}, and {have} with GOTOOLCHAIN={toolchain}, so that every command that reads it ends with an error.", "{file} 需要 Go {wanted}，而 {have}，且 GOTOOLCHAIN={toolchain}，凡是读取它的命令都会报错。"),
        new("Take a Go {wanted} or newer there, or set GOTOOLCHAIN=auto (the mirror then serves golang.org/toolchain).", "在那里改用 Go {wanted} 或更新版本，或设置 GOTOOLCHAIN=auto（由镜像提供 golang.org/toolchain）。"));

    public static readonly Pitfall CommandOld = new("go-command-old", Severity.Warning,
        new("A Go command whose checksum checks can be bypassed", "校验检查可被绕过的旧版 go 命令"),
        new("This is Go {version}, older than the fixes of CVE-2026-42501, CVE-2026-56864 and CVE-2026-56865: a malicious proxy or database can make it accept modules and toolchains that the checksum database never saw.", "这里是 Go {version}，早于 CVE-2026-42501、CVE-2026-56864 和 CVE-2026-56865 的修复：恶意的代理或数据库可以让它接受校验数据库从未见过的模块和工具链。"),
        new("Upgrade to Go {fixed} or newer; a toolchain line in go.mod is not enough, since it is the old command that fetches it.", "升级到 Go {fixed} 或更新版本；只改 go.mod 的 toolchain 行不够，因为仍是旧命令去下载它。"));

    public static IReadOnlyList<Pitfall> All { get; } =
    [
        ProxyNoDirect, ProxyBypass, ProxyPipe, ProxyWordAsUrl, ProxySeparator, ProxyNeverAsked, ProxyInvalid, ProxyRetired, ProxyDiffers, ProxyPlainHttp, CredentialsInUrl,
        PrivateUncovered, PrivateTooWide, PrivateNoEffect, SumDbOff, SumDbInvalid, NoSumDbWideOpen, Insecure, FlagInsecure, ModulesOff, EnvHidden, EnvBrokenLine,
        ReplaceLocal, SumMissing, SumBroken, ModBroken, ToolchainTooOld, CommandOld,
        .. GoProbePitfalls.All,
    ];
}
