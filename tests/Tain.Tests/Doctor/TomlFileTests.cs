using Tain.Doctor.Files;

namespace Tain.Tests.Doctor;

public sealed class TomlFileTests
{
    [Fact]
    public void Values_have_their_places()
    {
        const string Text = "\ufeff# 镜像 😀\nversion = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry] # x\n  config_path = '/a'\n  list = [ \"😀\", 2, { a.b = true } ]\n[[registry]]\nlocation = \"one\"\n[[registry.mirror]]\nlocation = \"m1\"\n[[registry.mirror]]\nlocation = \"m2\"\n[[registry]]\nlocation = \"two\"\n";
        var file = new TextFile("/r/a.toml", "a.toml", Text);
        var root = TomlFile.ParseOrNull(file, new FileReader("/r", "/h"))!;
        var path = root.At("plugins", "io.containerd.grpc.v1.cri", "registry", "config_path")!;
        Assert.Equal(("/a", "'/a'", 4), (path.StringOrNull, Text.Substring(path.Start, path.Length), file.At(path.Start).Line));
        var list = root.At("plugins", "io.containerd.grpc.v1.cri", "registry", "list")!.Items.ToList();
        Assert.Equal(["\"😀\"", "2"], list.Take(2).Select(v => Text.Substring(v.Start, v.Length)));
        Assert.True(list[2].At("a", "b")!.IsTrue);
        var registries = root["registry"]!.Items.ToList();
        Assert.Equal(["one", "two"], registries.Select(r => r["location"]!.Text));
        Assert.Equal(["m1", "m2"], registries[0]["mirror"]!.Items.Select(m => m["location"]!.Text));
        Assert.Equal([6, 12], registries.Select(r => file.At(r.Start).Line));
        Assert.Equal("2", root["version"]!.Text);
        Assert.Null(root.At("version", "x"));
    }

    [Theory]
    [InlineData("a = hunter2\n", 1)]
    [InlineData("a = 1\n\nb = \"hunter2\n", 3)]
    [InlineData("a = 1\na = 2 # hunter2\n", 2)]
    [InlineData("[a]\nb = 1\n[a]\nc = 'hunter2'\n", 3)]
    [InlineData("a = 1\nb = \"hunter2\\", 2)]
    public void What_is_no_TOML_is_named_with_its_line_and_nothing_of_its_text(string text, int line)
    {
        var files = new FileReader("/r", "/h");
        Assert.Null(TomlFile.ParseOrNull(new TextFile("/r/a.toml", "a.toml", text), files));
        var over = Assert.Single(files.PassedOver);
        Assert.Contains($"(line {line})", over.Why.English, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", over.Why.English, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[", "")]
    [InlineData("{a=", "")]
    [InlineData("[", "]")]
    public void Depth_has_a_bound(string open, string close)
    {
        var files = new FileReader("/r", "/h");
        var text = "a = " + string.Concat(Enumerable.Repeat(open, 100_000)) + string.Concat(Enumerable.Repeat(close, 100_000));
        Assert.Null(TomlFile.ParseOrNull(new TextFile("/r/a.toml", "a.toml", text), files));
        Assert.Single(files.PassedOver);
    }
}
