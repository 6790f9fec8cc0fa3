using Tain.Tests.Ecosystems.Go;

namespace Tain.Tests.Doctor;

/// <summary>What somebody meant to be private is asked of no public mirror, however it was spelled.</summary>
public sealed class PossiblyPrivateTests
{
    private const string Secret = "github.com/acme/secret";
    private const string Public = "github.com/some/lib";

    [Theory]
    [InlineData("GOPRIVATE=github.com:acme\n")]
    [InlineData("GOPRIVATE=github.com/acme\r\n")]
    [InlineData("GOPRIVATE=https://github.com/acme\n")]
    [InlineData("GOPRIVATE=\"github.com/acme\"\n")]
    [InlineData("GOPRIVATE=github.com/{acme,b}\n")]
    [InlineData("GOPRIVATE=github.com/{ac*,b}\n")]
    [InlineData("GOPRIVATE=GitHub.com/Acme\n")]
    [InlineData("GOPRIVATE=github.com/Acme\n")]
    [InlineData("GOPRIVATE=git.x.example;github.com/acme\n")]
    [InlineData("GOPRIVATE=github.com/acme/secret.git\n")]
    [InlineData("GONOPROXY=ssh://git@github.com:22/acme/lib.git\n")]
    [InlineData("GONOSUMDB = github.com/ac*\n")]
    [InlineData("export GOPRIVATE=github.com/acme\n")]
    [InlineData(" GOPRIVATE=github.com/acme\n")]
    [InlineData("GOPRIVATE=github.com/acme\nGOPRIVATE=git.x.example\n")]
    [InlineData("GOPRIVATE=github.com/ac*\nGOPRIVATE=git.x.example\n")]
    public void A_line_of_the_go_env_file_is_heard_whatever_the_go_command_makes_of_it(string text) => Check("home/.config/go/env", text);

    [Theory]
    [InlineData("repo/Dockerfile", "ENV GOPRIVATE=${GOPRIVATE:-github.com/acme}\n")]
    [InlineData("repo/Dockerfile", "ENV GOPRIVATE=${GOPRIVATE:-github.com/ac*}\n")]
    [InlineData("repo/Dockerfile", "RUN echo \"use GOPRIVATE=github.com/acme\" > README\n")]
    [InlineData("repo/compose.yaml", "services:\n  a:\n    environment:\n      GOPRIVATE: >-\n        git.x.example,\n        github.com/acme\n")]
    [InlineData("repo/.gitlab-ci.yml", "variables: [\n  GOPRIVATE: github.com/acme\n")]
    [InlineData("repo/Makefile", "GOPRIVATE = git.x.example,\\\n  github.com/acme\n")]
    [InlineData("home/.bashrc", "export GOPRIVATE=github.com/acme\n")]
    [InlineData("home/.zshrc", "export GOPRIVATE+=,github.com/acme\n")]
    [InlineData("root/etc/profile.d/go.sh", "export GONOPROXY='github.com/ac*'\n")]
    public void A_list_is_heard_wherever_it_stands(string path, string text) => Check(path, text);

    [Theory]
    [InlineData("home/.config/go/env", "GOPRIVATE=acme\n")]
    [InlineData("home/.config/go/env", "GOPRIVATE=github.com/(acme|shop)\n")]
    [InlineData("home/.config/go/env", "GOPRIVATE=https://github.com:8443/acme\n")]
    [InlineData("repo/Dockerfile", "ARG OWN\nENV GOPRIVATE=$OWN\n")]
    public void Of_a_list_that_nobody_understands_nothing_is_surely_public(string path, string text)
    {
        using var patient = new Patient();
        patient.Write(path, text);
        Assert.False(patient.Look().Go.Private.IsSurelyPublic(Public));
    }

    [Theory]
    [InlineData("home/.config/go/env", "GOPRIVATE=off\n")]
    [InlineData("home/.config/go/env", " GOPRIVATE=none\n")]
    [InlineData("repo/README.md", "GOPRIVATE=github.com/some\n")]
    [InlineData("repo/Dockerfile", "ENV GOFLAGS=$FLAGS\n")]
    public void What_means_no_module_hides_none(string path, string text)
    {
        using var patient = new Patient();
        patient.Write(path, text);
        Assert.True(patient.Look().Go.Private.IsSurelyPublic(Public));
    }

    [Theory]
    [InlineData("home/.config/go/env", " GOPRIVATE=github.com:acme\n")]
    [InlineData("home/.bashrc", "export GOPRIVATE=GitHub.com/Acme\n")]
    [InlineData("repo/Dockerfile", "ENV GOPRIVATE=$OWN\n")]
    public async Task No_public_mirror_sees_the_name(string path, string text)
    {
        using var patient = new Patient();
        await using var mirror = new ModuleUpstream();
        patient.Hosts.Add("goproxy.cn");
        patient.Hosts.Add("goproxy.io");
        var port = new Uri(mirror.Url).Port;
        patient.Environment["GOPROXY"] = $"http://goproxy.cn:{port},http://goproxy.io:{port}";
        patient.Write(path, text).Write("repo/go.mod", $"module example.com/app\n\ngo 1.24\n\nrequire {Secret} v1.0.0\n")
            .Write("repo/go.sum", $"{Secret} v1.0.0 h1:FEBLx1zS214owpjy7qsBeixbURkuhQAwrK5UwLGTwt4=\n{Secret} v1.0.0/go.mod h1:bwawxfHBFNV+L2hUp1rHADufV3IMtnDRdf1r5NINEl0=\n");
        await patient.ExamineAsync();
        Assert.NotEmpty(mirror.Asked);
        Assert.DoesNotContain(mirror.Asked, t => t.Contains("secret", StringComparison.Ordinal));
    }

    private static void Check(string path, string text)
    {
        using var patient = new Patient();
        patient.Write(path, text);
        var known = patient.Look().Go.Private;
        Assert.False(known.IsSurelyPublic(Secret));
        // Nor is all hidden where it is known what was meant.
        Assert.True(known.IsSurelyPublic(Public));
    }
}
