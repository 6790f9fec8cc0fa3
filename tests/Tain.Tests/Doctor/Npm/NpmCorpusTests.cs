using Tain.Doctor;

namespace Tain.Tests.Doctor.Npm;

/// <summary>What holds for all of npm's cases, beside what is found in them.</summary>
public sealed class NpmCorpusTests
{
    public static TheoryData<string> Names => [.. CorpusCase.Names.Where(n => n.StartsWith("npm/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Fixes_make_of_each_file_what_the_case_says(string name)
    {
        using var @case = new CorpusCase(name);
        var plan = new Consultation(@case.Machine, @case.Repo, [], TimeProvider.System).Plan();
        Assert.Equal(@case.After.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => (a.Key, a.Value)), plan.Select(p => (p.Path, p.After)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_fact_has_a_secret(string name)
    {
        using var @case = new CorpusCase(name);
        Assert.All(@case.Look().Findings, finding =>
        {
            foreach (var language in Enum.GetValues<Language>())
            {
                var said = finding.Reason(language) + finding.Remedy(language) + finding.Fix?.Text;
                Assert.DoesNotContain("S3CR3T", said, StringComparison.Ordinal);
                Assert.DoesNotContain("UzNDUjNU", said, StringComparison.Ordinal);
            }
        });
    }

    [Fact]
    public void Each_file_that_makes_no_sense_is_named()
    {
        using var @case = new CorpusCase("npm/bad-input.txt");
        var files = @case.Reader();
        Checkup.Look(@case.Machine, @case.Repo, new(), files);
        Assert.Equal(["a/package-lock.json", "a/package.json", "b/.yarnrc.yml", "b/bunfig.toml", "b/pnpm-workspace.yaml", "c/bun.lock", "c/pnpm-lock.yaml", "c/yarn.lock"], files.PassedOver.Select(p => p.Shown).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Guesses_are_notes_and_blind_pipelines_are_warnings()
    {
        using var likely = new CorpusCase("npm/scope-likely-own.txt");
        Assert.Equal(Severity.Note, Assert.Single(likely.Look().Findings).Severity);
        using var here = new CorpusCase("npm/scope-mapped-on-this-machine-only.txt");
        Assert.Equal(Severity.Warning, Assert.Single(here.Look().Findings).Severity);
    }

    [Theory]
    [InlineData("scope-committed-mirror", ".github/workflows/test.yml", "default", "https://registry.npmmirror.com/")]
    [InlineData("bypass-yarn1-two-hosts", "yarn.lock", "host", "registry.yarnpkg.com (1), nexus.acme.example (1)")]
    [InlineData("bypass-yarn1-two-hosts", "yarn.lock", "command", "sed -i -e 's#https://nexus.acme.example:8443/repository/npm/#https://mirror.acme.example/npm/#g' -e 's#https://registry.yarnpkg.com/#https://mirror.acme.example/npm/#g' yarn.lock")]
    [InlineData("bypass-yarn-archive-and-bun", "a/yarn.lock", "command", "sed -i 's#https%3A%2F%2Fnexus.acme.example%2Frepository%2Fnpm%2F#https%3A%2F%2Fmirror.acme.example%2Fnpm%2F#g' a/yarn.lock")]
    [InlineData("differs-lockfile", "package-lock.json", "registry", "https://nexus.acme.example/repository/npm-all/")]
    [InlineData("token-without-host", ".npmrc", "line", "//npm.acme.example:8443/repository/npm/:_auth=${NPM_TOKEN}")]
    [InlineData("token-without-host", "a/.yarnrc.yml", "key", "npmAuthIdent")]
    [InlineData("token-without-host", "a/.yarnrc.yml", "line", "npmAuthIdent: \"${NPM_AUTH_IDENT}\"")]
    [InlineData("token-without-host", "b/bunfig.toml", "key", "password")]
    [InlineData("token-pipelines", "b/bunfig.toml", "key", "token")]
    [InlineData("token-pipelines", "c/package-lock.json", "line", "//mirror.acme.example/npm/:_authToken=${NPM_TOKEN}")]
    [InlineData("token-without-host", "c/.npmrc", "key", "http://***@proxy.acme.example:3128")]
    [InlineData("token-image", "Dockerfile", "line", "RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci")]
    [InlineData("token-image", ".gitlab-ci.yml", "line", "//npm.acme.example/:_authToken=${NPM_TOKEN}")]
    [InlineData("token-image", "ui/.env", "line", "npmAuthToken: \"${YARN_NPM_AUTH_TOKEN}\"")]
    [InlineData("ssl-value-below-its-key", "a/.yarnrc.yml", "authority", "NODE_EXTRA_CA_CERTS=/path/to/ca.pem, or in .yarnrc.yml httpsCaFilePath: /path/to/ca.pem")]
    [InlineData("scope-public-bun", "bunfig.toml", "line", "\"@acme\" = \"https://npm.corp.example/\"")]
    [InlineData("unread-workspaces-disagree", "packages/api/.npmrc", "line", "registry=https://other.acme.example/, unless packages/web/.npmrc:1 is right, which says https://npm.acme.example/: there is one for all workspaces")]
    [InlineData("integrity-npm1", "package-lock.json", "who", "b has")]
    public void What_it_names_is_what_counts_there(string name, string file, string fact, string value)
    {
        using var @case = new CorpusCase($"npm/{name}.txt");
        Assert.Contains(value, @case.Look().Findings.Where(f => f.Place.File?.Shown == file).SelectMany(f => f.Facts).Where(f => f.Name == fact).Select(f => f.Words.English));
    }

    [Theory]
    [InlineData("npm ci --no-strict-ssl", "--no-strict-ssl")]
    [InlineData("npm config set strict-ssl false", "strict-ssl=false")]
    public void A_flag_is_shown_as_it_stands(string command, string shown)
    {
        using var patient = new Patient();
        patient.Write("repo/Makefile", $"ci:\n\t{command}\n");
        Assert.Equal(shown, Assert.Single(patient.Look().Findings).Facts.Single(f => f.Name == "setting").Words.English);
    }

    [Fact]
    public void Many_packages_of_one_lockfile_are_one_finding_with_their_number()
    {
        using var @case = new CorpusCase("npm/bypass-yarn1.txt");
        var finding = Assert.Single(@case.Look().Findings);
        Assert.Equal("2", finding.Facts.Single(f => f.Name == "count").Words.English);
        Assert.Equal("sed -i 's#https://registry.yarnpkg.com/#https://mirror.acme.example/npm/#g' yarn.lock", finding.Facts.Single(f => f.Name == "command").Words.English);
    }
}
