using System.Globalization;
using System.Runtime.InteropServices;
using Tain.Doctor.Files;
using Tain.Doctor.Go;
using Tain.Ecosystems.Go;
using Tain.Ecosystems.Go.SumDb;
using Tain.GoModules;
using Tain.Upstream;

namespace Tain.Doctor.Probes;

/// <summary>Asks module proxies: whether they answer, how fast, whether they agree with go.sum and with each other, whether they pass on
/// the checksum database, whether they have the toolchain.</summary>
/// <param name="bare">Without this machine's credentials, for mirrors that only the repository names.</param>
internal sealed class GoProbes(Scene scene, ProbeClient client, ProbeClient bare)
{
    /// <summary>A zip that is larger than this is not fetched to the end: its go.mod has to do. Bytes.</summary>
    private const int MaxZip = 32 << 20;

    /// <summary>Of a go.mod; real ones are below 100 KB. Bytes.</summary>
    private const int MaxMod = 1 << 20;

    /// <summary>Modules whose go.mod is asked of each mirror, and looked up in the database.</summary>
    private const int MaxModules = 300;

    /// <summary>Questions to one mirror at once.</summary>
    private const int AtOnce = 16;

    private static readonly Words CheckAddress = new("Check the address and the network from this machine (curl -v {mirror}), or take the mirror out of GOPROXY.", "在本机检查地址和网络（curl -v {mirror}），或将其从 GOPROXY 中移除。");
    private static readonly Words SetMirror = new("GOPROXY is not set, so this is the go command's own default. Set it to the company's mirror (go env -w GOPROXY=https://goproxy.corp.example); where there is none, check the network from this machine (curl -v {mirror}).", "GOPROXY 未设置，因此用的是 go 命令自己的默认值。请将它设为公司的镜像（go env -w GOPROXY=https://goproxy.corp.example）；如果没有镜像，请在本机检查网络（curl -v {mirror}）。");
    private static readonly Words AskWhy = new("It is reached: ask whoever runs it what it lacks. A Tain says so itself: curl {root}/api/v1/explain/go/{module}.", "已经连上它：请询问其运营者缺少什么。如果是 Tain，它自己会说明：curl {root}/api/v1/explain/go/{module}。");

    private static readonly Words GoesItself = new("the go command goes to the database itself, which learns every module that is new to go.sum, and where it can't be reached each of them fails", "go 命令会直接访问该数据库，go.sum 中没有的每个新模块都会被它知道，而连不上时这些模块都会失败");
    private static readonly Words Ends = new("the go command takes that for an error, and whatever is new to go.sum fails", "go 命令会把它当作错误，go.sum 中没有的新模块都会失败");

    private readonly GoView _go = scene.Go;

    public async Task<IReadOnlyList<MirrorReport>> RunAsync()
    {
        var unusable = new List<(Place Place, string Shown, string Why)>();
        var mirrors = ProbedProxy.Find(scene, _go.Settings, unusable);
        var samples = GoSample.PublicOf(_go).Take(MaxModules).ToList();
        var sample = samples.Find(s => s.ZipHash is not null) ?? samples.FirstOrDefault() ?? GoSample.Default;
        var visits = await Task.WhenAll(mirrors.Select(m => m.MayBeAsked ? VisitAsync(client, m, sample, mirrors.Count(o => o.MayBeAsked) > 1 ? samples : []) : VisitAsync(m.Order < 0 ? bare : client, m, GoSample.Default, [])));
        CompareOrder(visits);
        foreach (var group in visits.GroupBy(v => v.Mirror.MayBeAsked))
            CompareContent([.. group], group.Key ? sample : GoSample.Default);
        await CompareDatabaseAsync(visits, samples);
        await LookForToolchainAsync(visits);
        foreach (var (place, shown, why) in unusable)
            scene.Add(new Finding(GoProbePitfalls.MirrorUnreachable, place, new Fact("mirror", shown), new Fact("module", sample.Name), new Fact("said", why), new Fact("advice", Filled(CheckAddress, shown, "", sample.Name))));
        return [.. visits.Select(v => v.Report), .. unusable.Select(u => new MirrorReport(u.Shown, "go", null, null, null, u.Why))];
    }

    /// <summary>What one mirror gave.</summary>
    /// <param name="Mods">The hash of each go.mod, or null where it answered 404 or 410; not there when it gave no answer.</param>
    private sealed record Visit(ProbedProxy Mirror, MirrorReport Report, string? ZipHash, IReadOnlyDictionary<GoSample, string?> Mods, ProbeAnswer? Database);

    private async Task<Visit> VisitAsync(ProbeClient client, ProbedProxy mirror, GoSample sample, IReadOnlyList<GoSample> samples)
    {
        // :: The first answer pays for the connection; the latency is the shortest of those after it.
        var info = await client.GetAsync(mirror.Source, Address(sample, "info"), MaxMod);
        var mods = new Dictionary<GoSample, string?>();
        if (info.Fault is not null)
        {
            if (info.IsAbsence)
                mods[sample] = null;
            Unreachable(mirror, sample, info, samples);
            return new(mirror, new(mirror.Name, "go", info.Status is null ? null : info.Elapsed, null, null, info.Said), null, mods, null);
        }
        var mod = await client.GetAsync(mirror.Source, Address(sample, "mod"), MaxMod);
        var zip = await client.GetAsync(mirror.Source, Address(sample, "zip"), MaxZip);
        if (mod.Body is { } content)
            mods[sample] = ModuleHash.GoMod(content);
        var others = AskAllAsync(client, mirror, samples.Where(s => s != sample).ToList());
        var database = mirror.Order < 0 || DatabaseOrNull() is not { } options ? null : await client.GetAsync(mirror.Source, $"sumdb/{options.Name}/supported", 1 << 10);
        foreach (var (other, hash) in await others)
            mods[other] = hash;
        var fault = mod.Fault is not null ? mod : zip.Fault is not null and not FaultKind.TooLarge ? zip : null;
        if (fault is not null)
            Unreachable(mirror, sample, fault, []);
        var latency = mod.Fault is null && mod.Elapsed < info.Elapsed ? mod.Elapsed : info.Elapsed;
        var report = new MirrorReport(mirror.Name, "go", latency, fault is null ? sample.Name : null, mod.Elapsed + zip.Elapsed, fault?.Said);
        return new(mirror, report, await HashAsync(mirror, sample, zip.Body), mods, database);
    }

    private static async Task<List<(GoSample Sample, string? Hash)>> AskAllAsync(ProbeClient client, ProbedProxy mirror, IReadOnlyList<GoSample> samples)
    {
        using var turns = new SemaphoreSlim(AtOnce);
        var answers = await Task.WhenAll(samples.Select(async s =>
        {
            await turns.WaitAsync(CancellationToken.None);
            try
            {
                // Hashed at once: three hundred bodies together would be a lot of memory.
                var answer = await client.GetAsync(mirror.Source, Address(s, "mod"), MaxMod);
                return (Sample: s, Hash: answer.Body is { } body ? ModuleHash.GoMod(body) : null, answer.IsAbsence);
            }
            finally
            {
                turns.Release();
            }
        }));
        return [.. answers.Where(a => a.Hash is not null || a.IsAbsence).Select(a => (a.Sample, a.Hash))];
    }

    private async Task<string?> HashAsync(ProbedProxy mirror, GoSample sample, byte[]? zip)
    {
        if (zip is null)
            return null;
        try
        {
            return (await ModuleZip.VerifyAsync(new MemoryStream(zip), sample.Path, sample.Version, client.End)).H1;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (ModuleZipException e)
        {
            scene.Add(new Finding(GoProbePitfalls.MirrorUnreachable, mirror.Place, new Fact("mirror", mirror.Name), new Fact("module", sample.Name), new Fact("said", Secrets.OneLine(e.Message, 200)), Advice(mirror, sample, isReached: true)));
            return null;
        }
    }

    private void Unreachable(ProbedProxy mirror, GoSample sample, ProbeAnswer answer, IReadOnlyList<GoSample> samples)
    {
        // An absence may be this mirror's alone: the comparison says so. Without another mirror it is what it is.
        if (answer.IsAbsence && samples.Count > 0)
            return;
        scene.Add(new Finding(GoProbePitfalls.MirrorUnreachable, mirror.Place, new Fact("mirror", mirror.Name), new Fact("module", sample.Name), new Fact("said", answer.Said), Advice(mirror, sample, answer.Status is not null))
        {
            // What a pipeline names need not be reachable from here.
            Severity = mirror.Order < 0 ? Severity.Note : Severity.Error,
        });
    }

    private static Fact Advice(ProbedProxy mirror, GoSample sample, bool isReached)
        => new("advice", Filled(mirror.IsDefault ? SetMirror : isReached ? AskWhy : CheckAddress, mirror.Name, mirror.Name.EndsWith("/go", StringComparison.Ordinal) ? mirror.Name[..^3] : mirror.Name, sample.Name));

    private static Words Filled(Words words, string mirror, string root, string module)
    {
        Fact[] facts = [new("mirror", mirror), new("root", root), new("module", module)];
        return new(words.In(Language.English, facts), words.In(Language.Chinese, facts));
    }

    private void CompareOrder(IReadOnlyList<Visit> visits)
    {
        var own = visits.Where(v => v.Mirror.Order >= 0 && v.Report is { Latency: not null, Said: null }).OrderBy(v => v.Mirror.Order).ToList();
        foreach (var slow in own)
        {
            // Three times and 50 ms: less is the noise of one measurement.
            if (own.Find(v => v.Mirror.Order > slow.Mirror.Order && slow.Report.Latency > v.Report.Latency * 3 && slow.Report.Latency - v.Report.Latency > TimeSpan.FromMilliseconds(50)) is not { } fast)
                continue;
            scene.Add(new Finding(GoProbePitfalls.MirrorSlow, slow.Mirror.Place, new Fact("mirror", slow.Mirror.Name), new Fact("time", Ms(slow.Report.Latency!.Value)), new Fact("other", fast.Mirror.Name), new Fact("othertime", Ms(fast.Report.Latency!.Value))));
        }
    }

    private void CompareContent(IReadOnlyList<Visit> visits, GoSample sample)
    {
        // A zip: against go.sum, else against the first mirror that has it.
        var wanted = sample.ZipHash ?? visits.Select(v => v.ZipHash).FirstOrDefault(h => h is not null);
        var from = sample.ZipHash is not null ? "go.sum" : visits.FirstOrDefault(v => v.ZipHash is not null)?.Mirror.Name;
        if (sample == GoSample.Default)
            from = "sum.golang.org";
        foreach (var visit in visits.Where(v => v.ZipHash is not null && v.ZipHash != wanted))
            Differs(visit, sample.Name, visit.ZipHash!, from!, wanted!);

        foreach (var one in visits.SelectMany(v => v.Mods.Keys).Distinct().ToList())
        {
            var reference = visits.FirstOrDefault(v => v.Mods.GetValueOrDefault(one) is not null);
            var hash = one.ModHash ?? reference?.Mods[one];
            foreach (var visit in visits.Where(v => v.Mods.GetValueOrDefault(one) is { } got && got != hash))
                Differs(visit, one.Name + "/go.mod", visit.Mods[one]!, one.ModHash is null ? reference!.Mirror.Name : one == GoSample.Default ? "sum.golang.org" : "go.sum", hash!);
        }
        foreach (var visit in visits)
        {
            var absent = visit.Mods.Where(m => m.Value is null).Select(m => m.Key).Where(s => visits.Any(o => o.Mods.GetValueOrDefault(s) is not null)).ToList();
            if (absent.Count == 0)
                continue;
            var other = visits.First(o => o.Mods.GetValueOrDefault(absent[0]) is not null);
            scene.Add(new Finding(GoProbePitfalls.VersionSkew, visit.Mirror.Place, new Fact("count", absent.Count), new Fact("mirror", visit.Mirror.Name), new Fact("other", other.Mirror.Name), new Fact("example", absent[0].Name))
            {
                // One that has nothing public at all may be there for the company's own modules.
                Severity = !visit.Mirror.IsPublic && visit.Mods.Values.All(h => h is null) ? Severity.Note : Severity.Warning,
            });
        }

        void Differs(Visit visit, string module, string got, string other, string hash) => scene.Add(new Finding(GoProbePitfalls.IdentityDiffers, visit.Mirror.Place,
            new Fact("module", module), new Fact("mirror", visit.Mirror.Name), new Fact("got", got), new Fact("other", other), new Fact("wanted", hash)));
    }

    /// <summary>The database in effect; null when it is off, is asked for nothing, or no such thing.</summary>
    private SumDbOptions? DatabaseOrNull()
    {
        if ((_go.Settings["GONOSUMDB"] ?? _go.Settings["GOPRIVATE"])?.Value is "*")
            return null;
        var value = _go.Settings["GOSUMDB"]?.Value is { Length: > 0 } text ? text : "sum.golang.org";
        return SumDbOptions.TryParse(value, out var options, out _) ? options : null;
    }

    private async Task CompareDatabaseAsync(IReadOnlyList<Visit> visits, IReadOnlyList<GoSample> samples)
    {
        if (DatabaseOrNull() is not { } options)
            return;
        foreach (var visit in visits.Where(v => v.Database?.Fault is not null && !(v.Mirror.IsPublic && v.Database.IsAbsence)))
        {
            scene.Add(new Finding(GoProbePitfalls.SumDbNotProxied, visit.Mirror.Place, new Fact("mirror", visit.Mirror.Name), new Fact("database", options.Name), new Fact("said", visit.Database!.Said), new Fact("effect", visit.Database.IsAbsence ? GoesItself : Ends))
            {
                // Anything but 200, 404 and 410 is an error of every build (docs/go-protocol.md, 5).
                Severity = visit.Database.IsAbsence ? Severity.Warning : Severity.Error,
            });
        }
        if (visits.FirstOrDefault(v => v.Database is { Fault: null }) is not { } through)
            return;
        var database = SumDbSources.Below(through.Mirror.Source, $"sumdb/{options.Name}");
        await new GoSumProbe(scene, new ProbedDatabase(client, database), options, through.Mirror).RunAsync(samples, client.End);
    }

    private async Task LookForToolchainAsync(IReadOnlyList<Visit> visits)
    {
        if (_go.Settings.GoVersion is not { } own || _go.Settings["GOTOOLCHAIN"]?.Value is "local" || visits.Count == 0)
            return;
        var newest = _go.Modules.Select(m => m.WantedGo).OfType<GoDemand>().MaxBy(d => d.Version, Comparer<string>.Create(GoVersion.Compare));
        if (newest is not { Version: var wanted } || GoVersion.Compare(own, wanted) >= 0)
            return;
        // For "go 1.27" the go command fetches go1.27.0.
        var release = wanted.Count(c => c == '.') < 2 && !wanted.Contains("rc", StringComparison.Ordinal) ? wanted + ".0" : wanted;
        var toolchain = $"v0.0.1-go{release}.linux-{(RuntimeInformation.OSArchitecture is Architecture.Arm64 ? "arm64" : "amd64")}";
        var reachable = visits.Where(v => v.Mirror.Order >= 0 && v.Report.Latency is not null).ToList();
        var answers = await Task.WhenAll(reachable.Select(v => client.LookAsync(v.Mirror.Source, $"golang.org/toolchain/@v/{toolchain}.zip")));
        if (answers.Length == 0 || answers.Any(a => a.Fault is null))
            return;
        scene.Add(new Finding(GoProbePitfalls.ToolchainUnfetchable, newest.File.AtLine(LineOf(newest)), new Fact("file", newest.File.Shown), new Fact("wanted", wanted), new Fact("version", own), new Fact("toolchain", toolchain), new Fact("said", answers[0].Said)));
    }

    private static int LineOf(GoDemand demand)
    {
        for (var line = 1; line <= demand.File.LineCount; line++)
        {
            if (demand.File.Line(line).TrimEnd().EndsWith(demand.Version, StringComparison.Ordinal))
                return line;
        }
        return 0;
    }

    private static string Address(GoSample sample, string suffix) => GoAddress.UrlEscape($"{sample.Path.Escaped}/@v/{ModuleVersion.Escape(sample.Version)}.{suffix}");

    private static string Ms(TimeSpan time) => time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) + " ms";
}
