using System.Diagnostics;
using System.Globalization;
using System.Text;
using CsCheck;
using Tain.Doctor;
using Tain.Doctor.Files;
using Tain.Doctor.Npm;
using Tain.Doctor.Npm.Lockfiles;

namespace Tain.Tests.Doctor.Npm;

public sealed class LockfileTests
{
    [Fact]
    public void Yarn_1_has_many_patterns_aliases_and_hashes_behind_the_url()
    {
        var lockfile = Read("yarn.lock", """
            # yarn lockfile v1


            "@acme/ui@^1.0.0", "@acme/ui@^1.1.0":
              version "1.1.0"
              resolved "https://npm.acme.example/@acme/ui/-/ui-1.1.0.tgz"
              integrity sha512-abc
              dependencies:
                resolved "9"

            old@~1.0.0:
              version "1.0.0"
              resolved "https://registry.npmjs.org/old/-/old-1.0.0.tgz#678591c564c3bffaae8454cf0b3df370c3d6911c"

            ui2@npm:@acme/ui@^2.0.0:
              version "2.0.0"
              resolved "https://npm.acme.example/@acme/ui/-/ui-2.0.0.tgz"

            fork@git+https://github.com/acme/fork.git:
              version "1.0.0"
              resolved "git+https://github.com/acme/fork.git#678591c564c3bffaae8454cf0b3df370c3d6911c"
            """);
        Assert.Equal(NpmTool.Yarn1, lockfile.Tool);
        Assert.Equal([("@acme/ui", true, 6), ("old", true, 13), ("@acme/ui", false, 17)], lockfile.Entries.Select(e => (e.Name, e.HasIntegrity, lockfile.At(e).Line)));
    }

    [Theory]
    [InlineData("  /lodash/4.17.21:", "lodash")]
    [InlineData("  /lodash@4.17.21:", "lodash")]
    [InlineData("  lodash@4.17.21:", "lodash")]
    [InlineData("  /@acme/ui/1.0.0_react@18.0.0:", "@acme/ui")]
    [InlineData("  '@acme/ui@1.0.0(react@18.0.0)':", "@acme/ui")]
    [InlineData("  /@acme/ui@1.0.0(@types/react@18.0.0):", "@acme/ui")]
    [InlineData("  npm.acme.example/@acme/ui/1.0.0:", "@acme/ui")]
    [InlineData("  registry.npmmirror.com/lodash/4.17.21:", "lodash")]
    public void Pnpm_has_had_many_kinds_of_keys(string key, string name)
        => Assert.Equal(name, Assert.Single(Read("pnpm-lock.yaml", $"lockfileVersion: 5.4\r\n\r\npackages:\r\n\r\n{key}\r\n    resolution: {{integrity: sha512-abc}}\r\n").Entries).Name);

    [Fact]
    public void Pnpm_writes_a_resolution_on_one_line_or_several()
    {
        var lockfile = Read("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  a@1.0.0:\n    resolution:\n      integrity: sha512-abc\n      tarball: 'https://npm.acme.example/a/-/a-1.0.0.tgz'\n    engines: {node: '>=18'}\n  b@1.0.0:\n    resolution: {directory: b, type: directory}\nsnapshots:\n  c@1.0.0:\n    resolution: {integrity: x}\n");
        var entry = Assert.Single(lockfile.Entries);
        Assert.Equal(("a", "https://npm.acme.example/a/-/a-1.0.0.tgz", true, 4), (entry.Name, entry.Url, entry.HasIntegrity, lockfile.At(entry).Line));
    }

    [Fact]
    public void Places_count_characters_and_not_bytes()
    {
        var lockfile = Read("package-lock.json", "\ufeff{\n \"name\": \"商店💠\",\n \"packages\": {\n  \"node_modules/a\": { \"version\": \"1.0.0\",\n   \"resolved\": \"https://registry.npmjs.org/a/-/a-1.0.0.tgz\" } } }");
        var entry = Assert.Single(lockfile.Entries);
        Assert.Equal(5, lockfile.At(entry).Line);
        Assert.StartsWith("\"resolved\"", lockfile.File.Text[entry.Offset..], StringComparison.Ordinal);
    }

    [Fact]
    public void An_alias_is_what_it_stands_for()
    {
        Assert.Equal("@acme/ui", Assert.Single(Read("package-lock.json", """{"packages":{"node_modules/ui":{"name":"@acme/ui","version":"1.0.0"}}}""").Entries).Name);
        Assert.Equal("@acme/ui", Assert.Single(Read("package-lock.json", """{"dependencies":{"ui":{"version":"npm:@acme/ui@1.0.0"}}}""").Entries).Name);
    }

    [Fact]
    public void A_large_lockfile_takes_no_time()
    {
        var text = new StringBuilder("{\"lockfileVersion\":3,\"packages\":{\"\":{\"name\":\"商店\"}");
        for (var i = 0; i < 25_000; i++)
            text.Append(CultureInfo.InvariantCulture, $",\n\"node_modules/p{i}\": {{\n \"version\": \"1.0.0\",\n \"resolved\": \"https://registry.npmjs.org/p{i}/-/p{i}-1.0.0.tgz\",\n \"integrity\": \"sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs17LhbZVGedAJv8XZ1tvj5FvSg==\"\n}}");
        text.Append("}}");
        var watch = Stopwatch.StartNew();
        Assert.Equal(25_000, Read("package-lock.json", text.ToString()).Entries.Count);
        // Some 30 ms; a quadratic reader takes minutes.
        Assert.InRange(watch.ElapsedMilliseconds, 0, 5_000);
    }

    [Fact]
    public void Whatever_the_bytes_nothing_throws()
    {
        string[] names = [".npmrc", ".yarnrc", ".yarnrc.yml", "bunfig.toml", "pnpm-workspace.yaml", "package.json", "package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", ".gitlab-ci.yml", "Dockerfile"];
        string[] scraps =
        [
            "registry", "=", ":", "\n", "\r\n", " ", "  ", "\"", "'", "{", "}", "[", "]", ",", "@acme:registry", "@", "/", "https://", "http://registry.npm.taobao.org/", "npmScopes:", "\n  acme:\n    ", "npmRegistryServer: ", "[install]", "[install.scopes]\n",
            "packages", "dependencies", "resolution: {", "tarball: ", "integrity", "lockfileVersion: 9", "\n\npackages:\n\n  ", "\n    ", "__metadata:", "  resolved \"", "  resolution: \"a@npm:1", "::__archiveUrl=%", "npm config set ", "--registry=", ".npmrc", "_authToken=", "name", "version", "${", "}", "💠", "\ufeff", "\\", "#", ";", "*", "&a", "npm:", "node_modules/", "workspaces", "packageManager", "pnpm@11.6.0", "publishConfig",
        ];
        var text = Gen.OneOf(Gen.String[0, 60], OneOf(scraps).Array[0, 40].Select(string.Concat));
        Gen.Select(OneOf(names), text, text).Sample((name, content, other) =>
        {
            var folder = Directory.CreateTempSubdirectory("tain-npm-").FullName;
            try
            {
                File.WriteAllText(Path.Combine(folder, name), content);
                File.WriteAllText(Path.Combine(folder, name == ".npmrc" ? "yarn.lock" : ".npmrc"), other);
                var files = new FileReader(folder, Path.Combine(folder, "home"));
                var scene = Checkup.Look(new Machine(new Dictionary<string, string>(), Path.Combine(folder, "home"), folder), folder, new(), files);
                foreach (var finding in scene.Findings)
                {
                    finding.Reason(Language.Chinese);
                    finding.Remedy(Language.English);
                }
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }, iter: 3_000);
    }

    [Fact]
    public void Whatever_the_text_no_lockfile_throws()
    {
        var text = Gen.OneOf(Gen.String, OneOf("packages:\n", "  /a@1:\n", "    resolution: {", "a@npm:", "\"", "\n", "  resolved \"http", "#", "__metadata:\n", "lockfileVersion: 6\n", "{", "\"packages\":", "}", "[", "]", ",", "  '@a/b'", "::__archiveUrl=%2", "(", "\r", "https://x/-/y.tgz").Array[0, 60].Select(string.Concat));
        Gen.Select(OneOf("package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"), text).Sample((name, content) =>
        {
            var lockfile = Lockfile.ReadOrNull(NpmSettingsTests.File(content, name), NpmSettingsTests.Reader());
            foreach (var entry in lockfile?.Entries ?? [])
                Assert.InRange(lockfile!.At(entry).Line, 1, lockfile.File.LineCount);
        }, iter: 20_000);
    }

    private static Gen<string> OneOf(params string[] words) => Gen.Int[0, words.Length - 1].Select(i => words[i]);

    private static Lockfile Read(string name, string text) => Lockfile.ReadOrNull(NpmSettingsTests.File(text, name), NpmSettingsTests.Reader())!;
}
