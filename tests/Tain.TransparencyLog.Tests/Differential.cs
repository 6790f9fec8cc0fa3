using System.Text;

namespace Tain.TransparencyLog.Tests;

/// <summary>Compares with Go's own code on inputs generated and mutated: a sample in the fast run, more in the slow one. A
/// disagreement names the seed.</summary>
internal static class Differential
{
    public const int Sample = 30_000;
    public const int Many = 1_000_000;
    public const string Bad = "\0bad";

    /// <summary>One input: what Go is asked, and how to show it.</summary>
    public readonly record struct Input(byte[][] Fields, string Shown)
    {
        public static Input Of(string text) => new([Mutator.ToBytes(text)], text);
    }

    /// <summary>Asks Go about <paramref name="count"/> inputs; <paramref name="compare"/> returns what Tain says if that is wrong, else null.</summary>
    public static void Compare(char question, int count, int seed, Func<Random, Input> make, Func<Input, byte[], string?> compare)
    {
        const int batch = 5_000;
        var random = new Random(seed);
        using var oracle = new Oracle();
        var taken = 0;
        for (var done = 0; done < count; done += batch)
        {
            var inputs = new Input[Math.Min(batch, count - done)];
            for (var i = 0; i < inputs.Length; i++) inputs[i] = make(random);
            var answers = oracle.Ask(question, [.. inputs.SelectMany(i => i.Fields)], inputs.Length);
            for (var i = 0; i < inputs.Length; i++)
            {
                if (!answers[i].AsSpan().StartsWith("\0bad"u8)) taken++;
                if (compare(inputs[i], answers[i]) is { } ours)
                    Assert.Fail($"seed {seed}, input {done + i}: {Escape(inputs[i].Shown)}\n  Go:   {Escape(Encoding.UTF8.GetString(answers[i]))}\n  Tain: {Escape(ours)}");
            }
        }
        // Inputs that Go refuses one and all would show nothing.
        Assert.True(taken > count / 20, $"Go took only {taken} of {count} inputs");
    }

    /// <summary>Compares texts.</summary>
    public static void Compare(char question, int count, int seed, Func<Random, Input> make, Func<Input, string> ours) =>
        Compare(question, count, seed, make, (input, go) => ours(input) is var tain && tain == Encoding.UTF8.GetString(go) ? null : tain);

    public static int Seed(int count) => count > Sample ? Environment.TickCount : 20260701;

    private static string Escape(string text) => string.Concat(text.Select(c => c is >= ' ' and < '\x7f' ? c.ToString() : $"\\u{(int)c:x4}"));
}
