using Tain.Ecosystems.Setup;

namespace Tain.Ecosystems.Go;

/// <summary>What a go command needs to get everything from this server and to ask nobody else: the one place that knows (docs/decisions/0013).</summary>
internal sealed class GoSetup(GoOptions options)
{
    // A pattern that matches no module, the go command's own word for it ("go help private"). Empty would not do: the go command then
    // takes what its env file says, and else GOPRIVATE.
    private const string Nothing = "none";

    /// <summary>In the order of their weight.</summary>
    /// <param name="publicUrl">Without a slash at its end.</param>
    public IReadOnlyList<ClientVariable> VariablesFor(string publicUrl) =>
    [
        // Alone: with a direct after it, what this server refuses would be fetched past it.
        new("GOPROXY", publicUrl + "/go"),
        // A GOPRIVATE of the client's own would send its private modules past this server.
        new("GONOPROXY", Nothing),
        // What this server does not ask a checksum database about, else clients would ask it to.
        new("GONOSUMDB", UnlistedPatterns()),
        // This server passes that database on, so no URL follows: with one, the go command would go there past every proxy.
        new("GOSUMDB", options.SumDb?.ClientText ?? "off"),
    ];

    /// <summary>For <c>/setup</c>.</summary>
    public ClientSetup Clients => new("go", VariablesFor, url => new GoSnippets(url, VariablesFor(url)).PageValues());

    private string UnlistedPatterns()
    {
        var patterns = $"{options.PrivateText},{options.NoSumDbText}".Split(',').Where(p => p.Length > 0).Distinct(StringComparer.Ordinal);
        return string.Join(',', patterns) is { Length: > 0 } text ? text : Nothing;
    }
}
