using CsCheck;
using Tain.Doctor;
using Tain.Doctor.Containers;
using Tain.Doctor.Files;

namespace Tain.Tests.Doctor.Containers;

public sealed class ContainerChecksTests
{
    /// <summary>All the files that are read for it.</summary>
    private static readonly string[] Names =
    [
        "root/etc/docker/daemon.json", "root/etc/containerd/config.toml", "root/etc/containerd/certs.d/docker.io/hosts.toml", "root/etc/containers/registries.conf", "root/etc/buildkit/buildkitd.toml", "root/etc/rancher/k3s/registries.yaml",
        "repo/Dockerfile", "repo/compose.yaml", "repo/k8s.yaml", "repo/.gitlab-ci.yml", "repo/.github/workflows/ci.yml", "repo/Jenkinsfile", "repo/.circleci/config.yml", "repo/.drone.yml",
    ];

    [Fact]
    public void Arbitrary_text_stops_nothing()
    {
        var piece = Gen.OneOf(
            Gen.OneOf<string>("FROM ", "RUN ", "COPY ", "ADD ", "ARG ", "ONBUILD ", "--from=", "--mount=type=bind,from=", "<<EOF", "EOF", "# escape=`\n", "# syntax=", "\\\n", " AS ", "$", "${", "}", ":-", "scratch"),
            Gen.OneOf<string>("apiVersion: v1\nkind: Pod\n", "services:\n", "containers:\n", "  - image: ", "image: ", "uses: docker://", "jobs:\n", "  a:\n", "&a ", "*a", "- ", "? ", "<<: "),
            Gen.OneOf<string>("[plugins.cri.registry]\n", "[[registry]]\n", "[[registry.mirror]]\n", "[host.\"", "\"]\n", "location = ", "prefix = ", "pull-from-mirror = ", "mirrors:\n", "endpoint: [", "config_path = ", "mirrors = [", "capabilities = []\n", "\"registry-mirrors\": ["),
            Gen.OneOf<string>("nginx", "a:latest", "https://u:s3cr3t@a.example/x?y", "http://", "@sha256:", "docker.io", "registry-1.docker.io", "0.0.0.0/0", "::", "true", "image('a')"),
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
    [InlineData("localhost:5000", true)]
    [InlineData("127.3.2.1", true)]
    [InlineData("127.0.0.0/8", true)]
    [InlineData("[::1]:5000", true)]
    [InlineData("::1/128", true)]
    [InlineData("a.localhost", true)]
    [InlineData("0.0.0.0/0", false)]
    [InlineData("127.0.0.0/1", false)]
    [InlineData("localhost.corp.example", false)]
    [InlineData("10.0.0.1:5000", false)]
    [InlineData("", false)]
    public void This_machine_is_no_network(string host, bool isLoopback) => Assert.Equal(isLoopback, KnownHosts.IsLoopback(host));
}
