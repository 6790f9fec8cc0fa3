using Tain.GitHosting;

namespace Tain.Clients;

/// <summary>What a company has: modules of its own behind a password, and everybody's.</summary>
public sealed class HalfPrivateTests
{
    private const string Host = "git.corp.example";
    private const string Password = "hunter2-and-more";

    [Fact]
    public async Task A_program_whose_modules_are_half_private_and_half_public_is_built_with_nothing_set_but_GOPROXY()
    {
        using var folder = new TempFolder();
        var (box, label) = ($"{Host}/team/box", $"{Host}/team/label");
        var errors = Demo.Modules().First(m => m.Path == "github.com/pkg/errors");
        // A private module that requires a private one and a public one.
        var first = new GitRepository(folder["git"], label);
        first.Commit(("go.mod", $"module {label}\n\ngo 1.24\n"), ("label.go", "package label\n\nfunc For(s string) string { return \"<\" + s + \">\" }\n"));
        first.Tag("v0.3.0");
        var second = new GitRepository(folder["git"], box);
        second.Commit(("go.mod", $"module {box}/v2\n\ngo 1.24\n\nrequire {label} v0.3.0\nrequire {errors.Path} {errors.Version}\n"),
            ("box.go", $"package box\n\nimport (\n\t\"{label}\"\n\t\"{errors.Path}\"\n)\n\nfunc Open() error {{ return errors.Wrap(errors.New(\"empty\"), label.For(\"box\")) }}\n"));
        second.Tag("v2.1.0");
        await using var hosts = await GitServer.StartAsync(folder["git"]);
        hosts.SetImports(box, $"{box} git https://{box}.git");
        hosts.SetImports(label, $"{label} git https://{label}.git");
        foreach (var kind in (RequestKind[])[RequestKind.Refs, RequestKind.ListRefs, RequestKind.Fetch])
            hosts.Add(new(Host) { Only = kind, Password = $"builder:{Password}" });
        await using var upstream = await Nginx.StartAsync(Repository.Corpus);
        var netrc = Path.Combine(folder.Path, "netrc");
        await File.WriteAllTextAsync(netrc, $"machine {Host} login builder password {Password}\n", TestContext.Current.CancellationToken);
        await using var tain = await TainProcess.StartDirectAsync(hosts, $"{upstream.Url},direct", folder["data"], ["--go-private", "*.corp.example", "--upstream-netrc", netrc]);
        // GONOSUMDB, which GoCommand has as GOSUMDB=off: no checksum database knows the private half.
        using var go = new GoCommand(tain.GoProxy);
        go.Write("go.mod", "module tain.test/half\n\ngo 1.24\n");
        go.Write("main.go", $"package main\n\nimport (\n\t\"fmt\"\n\n\t\"{box}/v2\"\n\t\"{errors.Path}\"\n)\n\nfunc main() {{ fmt.Println(box.Open(), \"/\", errors.Cause(box.Open())) }}\n");

        (await go.RunAsync("get", $"{box}/v2@latest", $"{errors.Path}@{errors.Version}")).Succeeded();
        (await go.RunAsync("mod", "tidy", "-e")).Succeeded();
        (await go.RunAsync("build", "-o", "half", ".")).Succeeded();
        Assert.Equal("<box>: empty / empty", (await go.RunProgramAsync(Path.Combine(go.Folder, "half"))).Succeeded().Output.Trim());
        (await go.RunAsync("mod", "verify")).Succeeded();

        // The private names went to their host alone, with the password there alone; the public ones to the proxy alone.
        Assert.Contains($"200 /{errors.Path}/@v/{errors.Version}.zip", upstream.Requests);
        Assert.DoesNotContain(upstream.Requests, r => r.Contains("corp", StringComparison.OrdinalIgnoreCase));
        Assert.All(hosts.Connections.Keys, host => Assert.Equal($"{Host}:443", host));
        Assert.Contains(hosts.Requests, r => r is { Kind: RequestKind.Fetch, User: "builder", Status: 200 });
        Assert.DoesNotContain(Password, tain.Log, StringComparison.Ordinal);

        // A colleague, when the host and the proxy are away.
        hosts.Add(new(Host) { Host = HostFault.Refused });
        await upstream.StopAsync();
        hosts.ForgetRequests();
        go.Forget();
        (await go.RunAsync("build", "-o", "half", ".")).Succeeded();
        Assert.Empty(hosts.Requests);
    }
}
