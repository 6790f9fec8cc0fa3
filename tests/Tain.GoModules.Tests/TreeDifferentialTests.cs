using System.Text;

namespace Tain.GoModules.Tests;

/// <summary>Which files of a tree make a zip, and the zip, compared with the go command's own code on random trees.</summary>
public sealed class TreeDifferentialTests
{
    private const string Version = "v1.0.0";

    [Fact]
    public void Trees_are_checked_as_Go_does() => CompareChecks(40_000, 20260103);

    [Fact, Trait("Speed", "slow")]
    public void A_million_trees_are_checked_as_Go_does() => CompareChecks(1_500_000, Environment.TickCount);

    private static void CompareChecks(int count, int seed)
    {
        const int batch = 2_000;
        var random = new Random(seed);
        using var oracle = new Oracle();
        int legal = 0, tooLarge = 0, omitted = 0;
        for (var done = 0; done < count; done += batch)
        {
            var trees = Enumerable.Range(0, batch).Select(_ => RandomTree.Next(random)).ToArray();
            var answers = oracle.Ask('T', [.. trees.Select(t => t.AskCheck())], batch);
            for (var i = 0; i < batch; i++)
            {
                var tree = trees[i].Check(ZipFiles.Path, Version);
                if (!answers[i].AsSpan().SequenceEqual(RandomTree.Answer(tree)))
                    Assert.Fail($"seed {seed}, tree {done + i}, go {trees[i].GoVersion}\n{string.Join('\n', trees[i].Files.Select(f => f.File))}\n  Go:   {Show(answers[i])}\n  Tain: {Show(RandomTree.Answer(tree))}");

                var goRefuses = tree.Invalid.Count > 0 || tree.Error?.Contains("too large", StringComparison.Ordinal) == true;
                Assert.Equal(goRefuses, tree.Error != null);
                Assert.All(tree.Valid, f => Assert.True(tree.Contains(f.Name)));
                legal += goRefuses ? 0 : 1;
                tooLarge += tree.Error?.Contains("too large", StringComparison.Ordinal) == true ? 1 : 0;
                omitted += tree.Omitted.Count;
            }
        }
        Assert.InRange(legal, count / 8, count);
        Assert.InRange(tooLarge, count / 200, count);
        Assert.InRange(omitted, count / 2, 10 * count);
    }

    private static string Show(byte[] answer) => Encoding.UTF8.GetString(answer).Replace('\0', ' ');

    [Fact]
    public Task Zips_have_the_hash_of_those_that_Go_makes() => CompareZipsAsync(4_000, 20260104);

    [Fact, Trait("Speed", "slow")]
    public Task A_hundred_thousand_zips_have_the_hash_of_those_that_Go_makes() => CompareZipsAsync(100_000, Environment.TickCount);

    private static async Task CompareZipsAsync(int count, int seed)
    {
        const int batch = 500;
        var random = new Random(seed);
        using var oracle = new Oracle();
        byte[] path = [.. "example.com/m"u8], version = [.. "v1.0.0"u8];
        var made = 0;
        for (var done = 0; done < count; done += batch)
        {
            var trees = Enumerable.Range(0, batch).Select(_ => RandomTree.NextWithContent(random)).ToArray();
            var go = oracle.Ask('C', [.. trees.Select(t => t.AskCreate("example.com/m", Version))], batch);
            var zips = new byte[batch][];
            var ours = new string[batch];
            for (var i = 0; i < batch; i++)
            {
                var tree = trees[i].Check(ZipFiles.Path, Version);
                zips[i] = tree.Error == null ? await trees[i].MakeZipAsync(tree, ZipFiles.Path, Version) : [];
                ours[i] = tree.Error == null ? (await ZipFiles.VerifyAsync(zips[i])).H1 : "\0bad";
                made += tree.Error == null ? 1 : 0;
            }
            // Go's CheckZip and HashZip of Tain's zip, and nothing odd about it.
            var judged = oracle.Ask('Z', [.. zips.SelectMany(z => new[] { path, version, z })], batch);
            for (var i = 0; i < batch; i++)
            {
                var (created, checkedZip) = (Encoding.UTF8.GetString(go[i]), Encoding.UTF8.GetString(judged[i]));
                if (created == ours[i] && (zips[i].Length == 0 || checkedZip == "good " + ours[i])) continue;
                Assert.Fail($"seed {seed}, tree {done + i}, go {trees[i].GoVersion}\n{string.Join('\n', trees[i].Files.Select(f => f.File))}\n  Go makes {created}, Tain {ours[i]}; of Tain's zip Go says {checkedZip}");
            }
        }
        Assert.InRange(made, count / 3, count);
    }
}
