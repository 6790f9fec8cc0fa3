using Tain.Ecosystems.Go.Git;
using Tain.GoModules;
using Tain.Http;
using Tain.Mirror;

namespace Tain.Ecosystems.Go;

/// <summary><c>GET /api/v1/go/resolve?module=…&amp;ref=feature/x</c>: the version of a branch whose name the go command can't ask for
/// (golang/go#32955), as a <c>.info</c>; then <c>go get MODULE@VERSION</c> takes it.</summary>
internal sealed class GoResolve(GoMirror mirror)
{
    public async Task HandleAsync(HttpContext context, RawTarget target)
    {
        if (!target.TryGetQuery("module", out var name) || !target.TryGetQuery("ref", out var reference))
        {
            await GoErrors.WriteMalformedAsync(context, "ask with ?module=PATH&ref=BRANCH, TAG or COMMIT");
            return;
        }
        if (!ModulePath.TryParse(name, out var module, out var error))
        {
            await GoErrors.WriteMalformedAsync(context, error);
            return;
        }
        if (WhyNot(reference) is { } wrong)
        {
            await GoErrors.WriteMalformedAsync(context, wrong);
            return;
        }
        var address = new GoAddress(module, GoResource.Info, reference);
        var answer = await mirror.GetDocumentAsync(address, cachedOnly: false, context.RequestAborted);
        answer.Served.ToCacheStatus().Apply(context.Response);
        if (answer.Document is not { } document)
        {
            await GoErrors.WriteAsync(context, address, answer.Failure!);
            return;
        }
        using var body = new MemoryStream(document.Body.Length + 1);
        body.Write(document.Body);
        body.WriteByte((byte)'\n');
        await JsonBody.WriteAsync(context, body, "no-store");
    }

    /// <summary>What is wrong with the short name of a ref, or null.</summary>
    internal static string? WhyNot(string reference)
    {
        if (reference.Length is 0 or > GoAddress.MaxQuery)
            return $"a ref has 1 to {GoAddress.MaxQuery} characters, this one {reference.Length}";
        if (reference is "latest" or "upgrade" or "patch")
            return $"\"{reference}\" is the go command's word, not a ref";
        var broken = reference[0] == '-' || reference.AsSpan().ContainsAnyExceptInRange('!', '~') || !RefGrammar.IsRef("refs/heads/" + reference);
        return broken ? "that is no legal name of a branch, tag or commit (git-check-ref-format)" : null;
    }
}
