using CsCheck;
using Tain.Doctor.Containers;

namespace Tain.Tests.Doctor.Containers;

public sealed class ShellScriptTests
{
    [Theory]
    [InlineData("a b; c && d | e", "a b/1", "c/1", "d/1", "e/1")]
    [InlineData("a \\\n  b\nc", "a b/1", "c/3")]
    [InlineData("a \\\r\n  b\r\nc", "a b/1", "c/3")]
    [InlineData("# a\na # b\na#b", "a/2", "a#b/3")]
    [InlineData("echo 'a; b' \"c; \\\" d\"", "echo a; b c; \\\" d/1")]
    [InlineData("a 'b\nc' d\ne", "a b\nc d/1", "e/3")]
    [InlineData("cat <<EOF; b\nx\nEOF\nc", "cat /1", "b/1", "c/4")]
    [InlineData("cat <<-'E' > x\n\tx y\n\tE\nc", "cat  > x/1", "c/4")]
    [InlineData("cat <<EOF\nx", "cat /1")]
    [InlineData("a <<< b", "a  b/1")]
    [InlineData("a $(b; c) d", "a $$(b; c d/1")]
    [InlineData("a 'b")]
    [InlineData("a\\")]
    public void Commands_are_those_of_a_shell(string script, params string[] expected)
        => Assert.Equal(expected, ShellScript.Commands(script).Select(c => $"{string.Join(' ', c.Words)}/{c.Line}"));

    [Theory]
    [InlineData("docker run a", "a")]
    [InlineData("sudo -E docker run --rm -itv x:y --net=host a b", "a")]
    [InlineData("A=b podman pull docker://a", "a")]
    [InlineData("docker image pull --platform linux/amd64 a", "a")]
    [InlineData("docker run -p8080:80 -e A a", "a")]
    [InlineData("docker run --pull always a", "a")]
    [InlineData("docker run --pull never a", null)]
    [InlineData("docker run --unknown a", null)]
    [InlineData("docker run -z a", null)]
    [InlineData("docker run --rm", null)]
    [InlineData("docker compose run a", null)]
    [InlineData("echo docker run a", null)]
    [InlineData("podman pull oci-archive:a", null)]
    public void What_a_command_pulls_is_told_or_left_alone(string command, string? expected) => Assert.Equal(expected, ScriptImages.ImageOrNull(command.Split(' ')));

    [Fact]
    public void Any_text_has_an_end()
        => Gen.OneOf(Gen.OneOf<string>("'", "\"", "`", "$(", "${", ")", "}", "\\", "\n", "<<", "<<-E", "E", "<<<", "#", " ", "a", ";", "\r"), Gen.Char.Select(c => c.ToString())).Array[0, 60].Select(string.Concat)
            .Sample(script => Assert.All(ShellScript.Commands(script), c => Assert.InRange(c.Line, 1, 1 + script.Count(x => x == '\n'))));
}
