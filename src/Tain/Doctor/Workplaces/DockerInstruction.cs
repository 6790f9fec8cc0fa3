namespace Tain.Doctor.Workplaces;

/// <summary>A word of an instruction, without its quotes.</summary>
/// <param name="Line">From 1: an instruction may go on over many lines.</param>
internal sealed record DockerWord(string Text, int Line);

/// <summary>One instruction of a Dockerfile.</summary>
/// <param name="Keyword">In capitals; of <c>ONBUILD RUN …</c> it is <c>RUN</c>.</param>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="Flags">The words that begin with <c>--</c>.</param>
/// <param name="Words">The rest. Of an instruction in JSON form, the elements of its list.</param>
/// <param name="Script">The rest as it runs: joined lines, then what stands in here-documents.</param>
internal sealed record DockerInstruction(string Keyword, int Line, IReadOnlyList<DockerWord> Flags, IReadOnlyList<DockerWord> Words, string Script)
{
    /// <summary>Runs in the images that are made from this one.</summary>
    public bool IsOnBuild { get; init; }

    /// <summary>The flag's value: <c>build</c> of <c>--from=build</c>.</summary>
    public DockerWord? FlagOrNull(string name)
        => Flags.FirstOrDefault(f => f.Text.StartsWith(name + "=", StringComparison.Ordinal)) is { } flag ? flag with { Text = flag.Text[(name.Length + 1)..] } : null;

    /// <summary>All <c>--mount=a=b,c=d</c>, each as its keys and values; a key by itself has an empty value.</summary>
    public IEnumerable<(IReadOnlyDictionary<string, string> Options, int Line)> Mounts
    {
        get
        {
            foreach (var flag in Flags.Where(f => f.Text.StartsWith("--mount=", StringComparison.Ordinal)))
            {
                var options = new Dictionary<string, string>(StringComparer.Ordinal);
                foreach (var option in flag.Text["--mount=".Length..].Split(','))
                {
                    var pair = option.Split('=', 2);
                    options[pair[0].Trim()] = pair.Length > 1 ? pair[1].Trim() : "";
                }
                yield return (options, flag.Line);
            }
        }
    }
}
