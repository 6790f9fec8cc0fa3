using CsCheck;

namespace Tain.GoModules.Tests;

/// <summary>What holds for all inputs, whatever Go says.</summary>
public sealed class PropertyTests
{
    private static readonly Gen<string> s_element = Gen.Char["abzABZ019-._~"].Array[1, 8].Select(c => new string(c));

    private static readonly Gen<string> s_path = s_element.Array[1, 4].Select(e => "x.y/" + string.Join('/', e));

    private static readonly Gen<string> s_version = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 12], Gen.Int[0, 3], Gen.Char["ab01.-"].Array[0, 5].Select(c => new string(c)), Gen.Int[0, 2].Select(i => new[] { "", "+incompatible", "+m" }[i]),
        (major, minor, patch, pre, build) => $"v{major}.{minor}.{patch}{(pre.Length > 0 ? "-" : "")}{pre}{build}");

    [Fact]
    public void What_is_escaped_unescapes_to_itself() => s_path.Sample(text =>
    {
        if (!ModulePath.TryParse(text, out var path, out _)) return;
        Assert.True(ModulePath.TryUnescape(path.Escaped, out var back, out _));
        Assert.Equal(path, back);
        Assert.DoesNotContain(path.Escaped, char.IsAsciiLetterUpper);
    });

    [Fact]
    public void No_two_escaped_forms_name_one_path() => Gen.Select(s_path, Gen.Char["!abAB"], Gen.Int[0, 20]).Sample((text, c, at) =>
    {
        var changed = text.Insert(Math.Min(at, text.Length), c.ToString());
        if (ModulePath.TryUnescape(changed, out var path, out _)) Assert.Equal(changed, path.Escaped);
    });

    [Fact]
    public void Versions_are_totally_ordered() => Gen.Select(s_version, s_version, s_version).Sample((a, b, c) =>
    {
        Assert.Equal(ModuleVersion.Compare(a, b), -ModuleVersion.Compare(b, a));
        Assert.Equal(a == b, ModuleVersion.Compare(a, b) == 0);
        if (ModuleVersion.Compare(a, b) <= 0 && ModuleVersion.Compare(b, c) <= 0) Assert.True(ModuleVersion.Compare(a, c) <= 0);
    });

    [Fact]
    public void Suffixes_of_go_sum_sort_behind_their_version()
    {
        Assert.Equal(-1, ModuleVersion.Compare("v1.0.0", "v1.0.0/go.mod"));
        Assert.Equal(-1, ModuleVersion.Compare("v1.0.0/go.mod", "v1.0.1"));
        Assert.Equal(1, ModuleVersion.Compare("v1.10.0", "v1.9.0/go.mod"));
    }

    [Theory]
    [InlineData("a[", "bad class")]
    [InlineData("ok.example,[]x]", "bad class")]
    [InlineData("corp.example, git.example", "remove the space")]
    [InlineData("a\\", "bad class")]
    public void Patterns_that_would_silently_match_nothing_are_errors(string list, string says)
    {
        Assert.False(ModulePatterns.TryParse(list, out _, out var error));
        Assert.Contains(says, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_without_patterns_is_empty()
    {
        Assert.True(ModulePatterns.TryParse(",/,", out var patterns, out _));
        Assert.True(patterns.IsEmpty);
        Assert.False(patterns.Matches("a.b/c"));
        Assert.False(ModulePatterns.None.Matches("a.b/c"));
    }

    [Fact]
    public void Checksums_are_the_same_by_tables_and_by_instructions() => Gen.Select(Gen.Byte.Array[0, 600], Gen.Int[0, 600]).Sample((data, cut) =>
    {
        var expected = ~Zip.Crc32.Tables(~0u, data);
        Assert.Equal(expected, Zip.Crc32.Append(0, data));
        cut = Math.Min(cut, data.Length);
        Assert.Equal(expected, Zip.Crc32.Append(Zip.Crc32.Append(0, data.AsSpan(0, cut)), data.AsSpan(cut)));
        Assert.Equal(0xcbf43926u, Zip.Crc32.Append(0, "123456789"u8));
    });

    [Fact]
    public void Messages_are_one_printable_line_of_bounded_length()
    {
        Assert.False(ModulePath.TryParse("a.b/" + new string('x', 5000) + "\n\x1b[31m", out _, out var error));
        Assert.InRange(error.Length, 20, 250);
        Assert.DoesNotContain(error, char.IsControl);
    }
}
