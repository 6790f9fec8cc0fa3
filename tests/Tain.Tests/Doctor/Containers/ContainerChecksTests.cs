using CsCheck;
using Tain.Doctor;
using Tain.Doctor.Files;

namespace Tain.Tests.Doctor.Containers;

public sealed class ContainerChecksTests
{
    /// <summary>All the files that are read for it.</summary>
    private static readonly string[] Names =
    [
        "root/etc/docker/daemon.json", "root/etc/containerd/config.toml", "root/etc/containerd/certs.d/docker.io/hosts.toml", "root/etc/containers/registries.conf", "root/etc/buildkit/buildkitd.toml", "root/etc/rancher/k3s/registries.yaml",
        "repo/Dockerfile", "repo/compose.yaml", "repo/k8s.yaml", "repo/.gitlab-ci.yml", "repo/.github/workflows/ci.yml", "repo/Jenkinsfile", "repo/.circleci/config.yml", "repo/.drone.yml",
        "repo/chart/Chart.yaml", "repo/chart/values.yaml", "repo/kustomization.yaml", "repo/.devcontainer.json", "repo/docker-bake.hcl", "repo/build.sh",
    ];

    [Fact]
    public void Arbitrary_text_stops_nothing()
    {
        var piece = Gen.OneOf(
            Gen.OneOf<string>("FROM ", "RUN ", "COPY ", "ADD ", "ARG ", "ONBUILD ", "--from=", "--mount=type=bind,from=", "<<EOF", "EOF", "# escape=`\n", "# syntax=", "\\\n", " AS ", "$", "${", "}", ":-", "scratch"),
            Gen.OneOf<string>("apiVersion: v1\nkind: Pod\n", "services:\n", "containers:\n", "  - image: ", "image: ", "uses: docker://", "jobs:\n", "  a:\n", "&a ", "*a", "- ", "? ", "<<: "),
            Gen.OneOf<string>("[plugins.cri.registry]\n", "[[registry]]\n", "[[registry.mirror]]\n", "[host.\"", "\"]\n", "location = ", "prefix = ", "pull-from-mirror = ", "mirrors:\n", "endpoint: [", "config_path = ", "mirrors = [", "capabilities = []\n", "\"registry-mirrors\": ["),
            Gen.OneOf<string>("nginx", "a:latest", "https://u:s3cr3t@a.example/x?y", "http://", "@sha256:", "docker.io", "registry-1.docker.io", "0.0.0.0/0", "::", "true", "image('a')", "docker run -it ", "docker build -t ", "<<'EOF'\n", "`", "$(", "${{", "}}", "tags = [", "repository: ", "newTag: "),
            Gen.OneOf<string>("{", "}", "[", "]", "\"", "'", "=", ":", ",", "#", "\n", " ", "\t", "\r\n", "\ufeff", "\ud800", "\0", "😀"),
            Gen.Char.Select(c => c.ToString()));
        // A file that is whole gets further than noise: bits of one, with noise between.
        var wholes = CorpusCase.Names.Where(n => n.StartsWith("containers/", StringComparison.Ordinal)).Select(n => File.ReadAllText(Path.Combine(CorpusCase.Corpus, n)))
            .SelectMany(t => t.Split("\n-- ").Skip(1)).Select(t => t[(t.IndexOf('\n', StringComparison.Ordinal) + 1)..]).ToArray();
        var noise = piece.Array[0, 40].Select(string.Concat);
        var whole = Gen.Select(Gen.OneOf<string>(wholes), Gen.Int[0, 2000], Gen.Int[0, 4], piece)
            .Select((text, at, cut, insert) => text.Remove(Math.Min(at, text.Length), Math.Min(cut, Math.Max(text.Length - at, 0))).Insert(Math.Min(at, Math.Max(text.Length - cut, 0)), insert));
        var text = Gen.OneOf(noise, whole);
        var top = Directory.CreateTempSubdirectory("tain-doctor-").FullName;
        try
        {
            text.Array[Names.Length].Sample(texts =>
            {
                foreach (var (name, content) in Names.Zip(texts))
                {
                    var path = Path.Combine(top, name);
                    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                    // Half a surrogate pair is a question mark then.
                    File.WriteAllBytes(path, System.Text.Encoding.UTF8.GetBytes(content));
                }
                var files = new FileReader(Path.Combine(top, "repo"), Path.Combine(top, "home"));
                var scene = Checkup.Look(new Machine(new Dictionary<string, string>(StringComparer.Ordinal), Path.Combine(top, "home"), Path.Combine(top, "root")), Path.Combine(top, "repo"), new DoctorFile { Images = ["registry.corp.example"] }, files);
                foreach (var finding in scene.Findings)
                {
                    foreach (var language in Enum.GetValues<Language>())
                        Assert.DoesNotContain("s3cr3t", finding.Reason(language) + finding.Remedy(language), StringComparison.Ordinal);
                }
            }, threads: 1, iter: 400);
        }
        finally
        {
            Directory.Delete(top, recursive: true);
        }
    }

    [Fact]
    public void Files_that_make_no_sense_are_named()
    {
        using var @case = new CorpusCase("containers/bad-input.txt");
        var scene = @case.Look();
        Assert.Equal(["app.dockerfile", "buildkitd.toml", "compose.yaml", "config.toml", "daemon.json", "Dockerfile", "Dockerfile.j2", "hosts.toml", "registries.conf"],
            scene.Files.PassedOver.Select(p => Path.GetFileName(p.Shown)).Order(StringComparer.OrdinalIgnoreCase));
        Assert.All(scene.Files.PassedOver, p => Assert.DoesNotContain("hunter2", p.Why.English + p.Why.Chinese, StringComparison.Ordinal));
    }

    [Fact]
    public void No_password_gets_into_what_is_said()
    {
        foreach (var name in CorpusCase.Names.Where(n => n.StartsWith("containers/", StringComparison.Ordinal)))
        {
            using var @case = new CorpusCase(name);
            Assert.All(@case.Look().Findings, f => Assert.All(f.Facts, fact => Assert.DoesNotContain("s3cr3t", fact.Words.English, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Retired_mirrors_are_taken_out_in_one_edit()
    {
        using var @case = new CorpusCase("containers/retired-docker.txt");
        var edit = Assert.Single(@case.Look().Findings.Select(f => f.Fix).Distinct());
        Assert.NotNull(edit);
        var text = edit.File.Text.Remove(edit.Start, edit.Length).Insert(edit.Start, edit.Text);
        Assert.Equal(Assert.Single(@case.After.Values), text);
    }

    [Theory]
    [InlineData("mirrors-in-use", "https://hub-mirror.c.163.com", "https://mirror.ccs.tencentyun.com", "https://mirror.corp.example", "https://mirror2.corp.example")]
    [InlineData("k3s", "https://mirror.gcr.io")]
    [InlineData("order", "https://mirror.corp.example", "https://mirror.corp.example/hub", "https://mirror.gcr.io")]
    public void Mirrors_are_asked_at_their_roots_unless_they_have_settings_of_their_own(string name, params string[] addresses)
    {
        using var @case = new CorpusCase($"containers/healthy-{name}.txt");
        Assert.Equal(addresses, @case.Look().Mirrors.Select(m => m.Address).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void All_of_the_internet_is_an_error()
    {
        using var @case = new CorpusCase("containers/insecure-docker.txt");
        Assert.Equal("0.0.0.0/0", Assert.Single(@case.Look().Findings, f => f.Severity is Severity.Error).Facts.Single(f => f.Name == "host").Words.English);
    }

    [Theory]
    [InlineData("10.0.0.0/8", "Take 10.0.0.0/8 out")]
    [InlineData("0.0.0.0/0", "Take 0.0.0.0/0 out")]
    [InlineData("r:5000/x", "/etc/docker/certs.d/r:5000/ca.crt")]
    public void A_range_of_addresses_gets_no_certificate(string host, string expected)
    {
        var finding = Assert.Single(Look(new Patient().Write("root/etc/docker/daemon.json", $"{{\"insecure-registries\": [\"{host}\"]}}")));
        Assert.Contains(expected, finding.Remedy(Language.English), StringComparison.Ordinal);
        Assert.Equal(!host.Contains("/x", StringComparison.Ordinal), !finding.Remedy(Language.Chinese).Contains("certs.d", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("node:20.1.0", "npm run build", "node:20-slim")]
    [InlineData("node:18-alpine", "npm run build", "node:18-alpine")]
    [InlineData("node:bookworm", "npm run build", "node:22-slim")]
    [InlineData("maven:3.9-eclipse-temurin-17", "mvn package", "eclipse-temurin:17-jre")]
    [InlineData("gradle:8-jdk11", "gradle build", "eclipse-temurin:11-jre")]
    [InlineData("gradle:8", "gradle build", "eclipse-temurin:21-jre")]
    [InlineData("mcr.microsoft.com/dotnet/sdk:8.0.401", "dotnet publish", "mcr.microsoft.com/dotnet/aspnet:8.0")]
    public void What_runs_stays_with_the_major_version_that_built_it(string image, string build, string expected)
    {
        var finding = Assert.Single(Look(new Patient().Write("repo/Dockerfile", $"FROM {image}\nRUN {build}\nCMD x\n")), f => f.Pitfall.Id == "dockerfile-ships-toolchain");
        Assert.Contains($"FROM {expected}@sha256:", finding.Remedy(Language.English), StringComparison.Ordinal);
    }

    [Fact]
    public void A_Dockerfile_that_doubles_its_arguments_costs_nothing()
    {
        var text = "ARG A0=xxxxxxxxxx\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"ARG A{i + 1}=$A{i}$A{i}\n")) + "FROM x:$A60\nFROM y:$A1\n";
        Assert.Equal(["x:…", "y:xxxxxxxxxxxxxxxxxxxx"], Images(text));
    }

    [Theory]
    [InlineData("${A:-", "}")]
    [InlineData("${A:-$A", "}")]
    [InlineData("$A", "")]
    [InlineData("${", "")]
    public void Nested_defaults_cost_no_more_than_their_length(string open, string close)
    {
        // Each of these was work for a square of its length, or more.
        var value = string.Concat(Enumerable.Repeat(open, 500)) + "x" + string.Concat(Enumerable.Repeat(close, 500));
        var text = "ARG A\n" + string.Concat(Enumerable.Range(0, 2000).Select(i => $"ARG B{i}={value}\n")) + "FROM x:1\n";
        var began = TimeProvider.System.GetTimestamp();
        Assert.Equal(["x:1"], Images(text));
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void A_long_row_of_stages_is_no_deep_one()
    {
        var text = "FROM x:1 AS s0\n" + string.Concat(Enumerable.Range(1, 100_000).Select(i => $"FROM s{i - 1} AS s{i}\nCOPY --from=s{i - 1} / /\n"));
        Assert.Equal(["x:1"], Images(text));
    }

    /// <summary>The images that an unpinned or moving name is told of, for a Dockerfile's text.</summary>
    private static List<string> Images(string dockerfile)
    {
        using var patient = new Patient().Write("repo/Dockerfile", dockerfile);
        // A list that nothing is in has each image named.
        return [.. patient.Look(new() { Images = ["registry.corp.example"] }).Findings.Where(f => f.Pitfall.Id == "container-image-not-allowed").Select(f => f.Facts.Single(x => x.Name == "image").Words.English)];
    }

    private static IReadOnlyList<Finding> Look(Patient patient)
    {
        using (patient)
            return patient.Look().Findings;
    }
}
