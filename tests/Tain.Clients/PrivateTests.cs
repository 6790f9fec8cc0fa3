namespace Tain.Clients;

/// <summary>A private name is never sent to a public source, whichever way one asks for it.</summary>
public sealed class PrivateTests
{
    [Fact]
    public async Task What_go_private_matches_never_reaches_a_public_upstream()
    {
        await using var upstream = await Nginx.StartAsync(Repository.Corpus);
        await using var tain = await TainProcess.StartAsync(upstream.Url, null, "--go-private", "corp.example.com,*.internal.example/secret");
        using var go = new GoCommand(tain.GoProxy);

        foreach (var module in new[] { "corp.example.com/secret/a", "corp.example.com/secret", "git.internal.example/secret" })
        {
            (await go.RunAsync("list", "-m", "-versions", module)).Failed();
            (await go.RunAsync("mod", "download", module + "@v1.0.0")).Failed();
            foreach (var rest in new[] { "@v/list", "@latest", "@v/v1.0.0.info", "@v/v1.0.0.mod", "@v/v1.0.0.zip", "@v/main.info" })
            {
                (await Answer.OfAsync($"{tain.GoProxy}/{module}/{rest}")).IsExplained();
                (await Answer.OfAsync($"{tain.GoProxy}/cached-only/{module}/{rest}")).IsExplained();
            }
            await Answer.OfAsync($"{tain.Url}/api/v1/explain/go/{module}@v1.0.0");
        }
        Assert.Equal(200, (await Answer.OfAsync(tain.GoProxy + "/github.com/pkg/errors/@v/list")).Status);

        Assert.Equal(["200 /github.com/pkg/errors/@v/list"], upstream.Requests);
    }

    [Fact]
    public async Task What_looks_like_a_private_name_but_is_not_matched_is_asked_for()
    {
        await using var upstream = await Nginx.StartAsync(Repository.Corpus);
        await using var tain = await TainProcess.StartAsync(upstream.Url, null, "--go-private", "corp.example.com");
        Assert.Equal(404, (await Answer.OfAsync(tain.GoProxy + "/corp.example.company/a/@v/list")).Status);
        Assert.Equal(["404 /corp.example.company/a/@v/list"], upstream.Requests);
    }
}
