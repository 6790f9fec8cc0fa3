using Tain.Doctor.Files;
using Tain.Doctor.Npm.Settings;
using Tain.Doctor.Workplaces;

namespace Tain.Tests.Doctor.Npm;

public sealed class NpmSettingsTests
{
    [Theory]
    [InlineData("registry=https://a.example/", "registry", "https://a.example/")]
    [InlineData("\ufeffregistry = https://a.example/ \r\n", "registry", "https://a.example/")]
    [InlineData("  registry = \"https://a.example/\"", "registry", "https://a.example/")]
    [InlineData("registry='https://a.example/'", "registry", "https://a.example/")]
    [InlineData("registry=https://a.example/ ; ours", "registry", "https://a.example/")]
    [InlineData("registry=https://a.example/ # ours", "registry", "https://a.example/")]
    [InlineData("\"@acme:registry\"=https://a.example/", "@acme:registry", "https://a.example/")]
    [InlineData("//a.example/:_authToken=${NPM_TOKEN}", "//a.example/:_authToken", "${NPM_TOKEN}")]
    [InlineData("//a.example/:_auth=dXNlcjpwYXNz==", "//a.example/:_auth", "dXNlcjpwYXNz==")]
    [InlineData("ca[]=first", "ca", "first")]
    [InlineData("save-exact", "save-exact", "true")]
    [InlineData("registry=", "registry", "")]
    public void An_npmrc_line_is_read_as_npm_reads_it(string text, string key, string value)
    {
        var setting = Assert.Single(NpmrcFile.Read(File(text)));
        Assert.Equal((key, value), (setting.Key, setting.Value));
        if (setting.Length > 0)
            Assert.Equal(value, text.Substring(setting.Start, setting.Length));
    }

    [Theory]
    [InlineData("; registry=https://a.example/")]
    [InlineData("  # registry=https://a.example/")]
    [InlineData("\r\n\r\n")]
    [InlineData("=x")]
    [InlineData("[section]\nregistry=https://a.example/")]
    public void What_is_no_setting_is_none(string text) => Assert.Empty(NpmrcFile.Read(File(text)));

    [Fact]
    public void Lines_end_in_any_of_three_ways()
    {
        var settings = NpmrcFile.Read(File("a=1\r\nb=2\nc=3\rd=4"));
        Assert.Equal(["1", "2", "3", "4"], settings.Select(s => s.Value));
        Assert.Equal([1, 2, 3], settings.Take(3).Select(s => s.Place.Line));
    }

    [Fact]
    public void A_line_is_removed_with_its_end()
    {
        var file = File("a=1\r\nstrict-ssl=false\r\nb=2");
        var edit = NpmrcFile.Read(file)[1].RemoveOrNull()!;
        Assert.Equal("a=1\r\nb=2", file.Text.Remove(edit.Start, edit.Length));
    }

    [Fact]
    public void Yarn_1_writes_words_with_and_without_quotes()
        => Assert.Equal([("registry", "https://a.example/"), ("@acme:registry", "https://b.example/"), ("strict-ssl", "false"), ("lastUpdateCheck", "1")],
            YarnrcFile.Read(File("# yarn\nregistry \"https://a.example/\"\r\n\"@acme:registry\" https://b.example/\nstrict-ssl false\n\nlastUpdateCheck 1\nlonely\n")).Select(s => (s.Key, s.Value)));

    [Fact]
    public void Bun_has_a_url_or_a_table()
    {
        var text = "\ufeffinstall.registry = \"https://a.example/\"\n[install.scopes]\nacme = \"https://b.example/\"\n\"@corp\" = { url = 'https://c.example/', token = \"$T\" }\n";
        var settings = BunfigFile.Read(File(text), Reader());
        Assert.Equal([("registry", "https://a.example/", 1), ("@acme:registry", "https://b.example/", 3), ("@corp:registry", "https://c.example/", 4), ("@corp:_authToken", "$T", 4)], settings.Select(s => (s.Key, s.Value, s.Place.Line)));
        Assert.All(settings, s => Assert.Equal(s.Value, text.Substring(s.Start, s.Length)));
    }

    [Fact]
    public void Pnpm_has_scopes_of_urls_and_urls_of_scopes()
    {
        Assert.Equal([("registry", "https://a.example/"), ("@acme:registry", "https://b.example/")],
            PnpmWorkspaceFile.Read(File("registries:\n  default: https://a.example/\n  '@acme': https://b.example/\n"), Reader()).Select(s => (s.Key, s.Value)));
        Assert.Equal([("@acme:registry", "https://a.example/"), ("registry", "https://b.example/"), ("strict-ssl", "false")],
            PnpmWorkspaceFile.Read(File("strictSsl: false\nregistries:\n  https://a.example/:\n    scopes: ['@acme']\n  https://b.example/:\n    scopes: ['@']\n"), Reader()).OrderBy(s => s.Place.Line == 1).Select(s => (s.Key, s.Value)));
    }

    [Theory]
    [InlineData("npm config set registry https://a.example/", "registry", "https://a.example/", false)]
    [InlineData("npm config set registry=https://a.example/ && npm ci", "registry", "https://a.example/", false)]
    [InlineData("RUN npm set --location=global \"@acme:registry\" 'https://a.example/'", "@acme:registry", "https://a.example/", false)]
    [InlineData("yarn config set npmScopes.acme.npmRegistryServer https://a.example", "@acme:registry", "https://a.example", false)]
    [InlineData("sh 'pnpm i --registry=https://a.example/'", "registry", "https://a.example/", false)]
    [InlineData("npm publish --registry https://a.example/", "registry", "https://a.example/", true)]
    [InlineData("echo \"@acme:registry=https://a.example/\" >> ~/.npmrc", "@acme:registry", "https://a.example/", false)]
    [InlineData("echo //a.example/:_authToken=abc > .npmrc", "//a.example/:_authToken", "abc", false)]
    [InlineData("npm ci --no-strict-ssl", "strict-ssl", "false", false)]
    public void A_command_is_a_setting(string text, string key, string value, bool isForPublishing)
    {
        var setting = Assert.Single(Commands(text));
        Assert.Equal((key, value, isForPublishing), (setting.Key, setting.Value, setting.IsForPublishing));
    }

    [Fact]
    public void A_command_goes_on_behind_a_backslash()
    {
        var setting = Assert.Single(Commands("RUN npm ci \\\n    --registry=https://a.example/\n"));
        Assert.Equal(2, setting.Place.Line);
    }

    [Theory]
    [InlineData("# npm config set registry https://a.example/")]
    [InlineData("helm registry login --registry=https://a.example/")]
    [InlineData("npm config set fund false")]
    [InlineData("npm config get registry")]
    [InlineData("docker run -p 5000:5000 registry:2")]
    public void Other_commands_are_none(string text) => Assert.Empty(Commands(text));

    [Theory]
    [InlineData("NPM_CONFIG_STRICT_SSL", "strict-ssl")]
    [InlineData("npm_config_registry", "registry")]
    [InlineData("npm_config_@acme:registry", "@acme:registry")]
    [InlineData("npm_config_//a.example/:_authToken", "//a.example/:_authToken")]
    [InlineData("YARN_NPM_REGISTRY_SERVER", null)]
    [InlineData("npm_config_", null)]
    public void A_variable_of_npms_is_a_setting(string variable, string? key) => Assert.Equal(key, MachineSettings.KeyOrNull(Tain.Doctor.Npm.NpmTool.Npm, variable));

    private static IReadOnlyList<NpmSetting> Commands(string text)
    {
        var name = text.StartsWith("RUN ", StringComparison.Ordinal) ? "Dockerfile" : text.StartsWith("sh '", StringComparison.Ordinal) ? "Jenkinsfile" : "build.sh";
        var file = File(text, name);
        return CommandScan.Find(new Workplace(WorkplaceKind.Developer, file, [], text), file);
    }

    internal static TextFile File(string text, string name = ".npmrc") => new("/repo/" + name, name, text);

    internal static FileReader Reader() => new("/repo", "/home");
}
