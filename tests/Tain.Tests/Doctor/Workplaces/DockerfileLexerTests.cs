using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;

namespace Tain.Tests.Doctor.Workplaces;

/// <summary>Input as BuildKit's own tests have it (frontend/dockerfile/parser/testfiles), and as the Dockerfile reference describes.</summary>
public sealed class DockerfileLexerTests
{
    [Fact]
    public void Lines_go_on_over_comments_and_empty_lines()
    {
        var run = Assert.Single(Parse("RUN apt-get update \\\n  # a comment \\\n\n   && apt-get install -y \\  \n    curl\n").Instructions);
        Assert.Equal("apt-get update    && apt-get install -y     curl", run.Script);
        Assert.Equal([1, 1, 4, 4, 4, 4, 5], run.Words.Select(w => w.Line));
    }

    [Fact]
    public void The_escape_directive_counts_before_all_else_only()
    {
        var windows = Parse("\ufeff# escape = `\n# syntax=docker/dockerfile:1\nFROM a\nCOPY c:\\x\\ `\n d:\\y\n");
        Assert.Equal(("docker/dockerfile:1", 2), (windows.Syntax?.Text, windows.Syntax?.Line));
        Assert.Equal([@"c:\x\", @"d:\y"], windows.Instructions[1].Words.Select(w => w.Text));
        var late = Parse("# a comment\n# escape=`\n# syntax=x\nFROM a \\\n AS b\n");
        Assert.Null(late.Syntax);
        Assert.Equal(["a", "AS", "b"], late.Instructions[0].Words.Select(w => w.Text));
        Assert.Null(Parse("FROM a\n# syntax=x\n").Syntax);
    }

    [Fact]
    public void Two_escapes_at_a_lines_end_are_none()
    {
        var text = Parse("RUN echo \\\\\nRUN b\n");
        Assert.Equal(2, text.Instructions.Count);
    }

    [Fact]
    public void Here_documents_end_at_their_own_word()
    {
        var text = Parse("""
            FROM a
            RUN <<EOF cat && cat <<-'TWO'
            FROM inside
             EOF
            EOF
            	second
            	TWO
            COPY <<"one file" <<x /dir/
            one
            one file
            COPY --from=never / /
            x
            RUN cat <<<word && echo $((1<<2)) "<<no"
            RUN echo a<<b
            """);
        Assert.Equal(["FROM", "RUN", "COPY", "RUN", "RUN"], text.Instructions.Select(i => i.Keyword));
        Assert.EndsWith("FROM inside\n EOF\n\tsecond", text.Instructions[1].Script, StringComparison.Ordinal);
        Assert.Equal([1, 2, 8, 13, 14], text.Instructions.Select(i => i.Line));
    }

    [Fact]
    public void Flags_words_and_mounts()
    {
        var text = Parse("""
            copy --from=build --chown="a b":c --link /x "/y z" /t/
            RUN --mount=type=cache,target=/root/.npm,sharing=locked --mount=type=bind,from=img:1,ro \
              --network=none npm ci --x
            ADD ["a b", "c", "/d/"]
            onbuild RUN make
            """);
        var copy = text.Instructions[0];
        Assert.Equal("build", copy.FlagOrNull("--from")?.Text);
        Assert.Equal("a b:c", copy.FlagOrNull("--chown")?.Text);
        Assert.Equal(["/x", "/y z", "/t/"], copy.Words.Select(w => w.Text));
        var mounts = text.Instructions[1].Mounts.ToList();
        Assert.Equal(["cache", "bind"], mounts.Select(m => m.Options["type"]));
        Assert.Equal(("img:1", ""), (mounts[1].Options["from"], mounts[1].Options["ro"]));
        Assert.Equal(["npm", "ci", "--x"], text.Instructions[1].Words.Select(w => w.Text));
        Assert.Equal(["a b", "c", "/d/"], text.Instructions[2].Words.Select(w => w.Text));
        Assert.True(text.Instructions[3] is { Keyword: "RUN", IsOnBuild: true });
    }

    [Theory]
    [InlineData("FROM a\nHELLO b\n", 2)]
    [InlineData("FROM a\nRUN <<EOF\nx\n", 2)]
    [InlineData("\n\n{{ if }}\nFROM a\n", 3)]
    [InlineData("ONBUILD ONBUILD RUN a\n", 1)]
    public void What_is_no_Dockerfile_is_named_with_its_line_and_nothing_of_its_text(string text, int line)
    {
        var files = new FileReader("/r", "/h");
        Assert.Null(DockerfileLexer.ParseOrNull(new TextFile("/r/Dockerfile", "Dockerfile", text), files));
        var words = Assert.Single(files.PassedOver).Why.English;
        Assert.Contains($"(line {line})", words, StringComparison.Ordinal);
        Assert.DoesNotContain("HELLO", words, StringComparison.Ordinal);
    }

    [Fact]
    public void Stages_know_what_they_stand_on()
    {
        var stages = DockerStage.Of(Parse("""
            ARG REG=registry.corp.example
            ARG BASE=${REG}/base TAG=
            ARG OTHER
            FROM --platform=$TARGETPLATFORM $BASE:${TAG:-1.2} as Build
            ARG TAG=9
            FROM build AS test
            FROM ${OTHER:-${REG}/x}-y
            FROM ${OTHER}
            FROM a${TAG%x}
            FROM $
            FROM ${
            """));
        Assert.Equal(["registry.corp.example/base:1.2", "build", "registry.corp.example/x-y", null, null, null, null], stages.Select(s => s.Base));
        Assert.Equal("registry.corp.example/base:1.2", stages[1].Root);
        Assert.Same(stages[0], stages[1].Parent);
    }

    private static DockerfileText Parse(string text)
    {
        var files = new FileReader("/r", "/h");
        var parsed = DockerfileLexer.ParseOrNull(new TextFile("/r/Dockerfile", "Dockerfile", text), files);
        Assert.NotNull(parsed);
        return parsed;
    }
}
