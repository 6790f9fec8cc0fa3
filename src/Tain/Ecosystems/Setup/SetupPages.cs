using System.Text;
using Tain.Http;

namespace Tain.Ecosystems.Setup;

/// <summary><c>/setup</c>: the settings that each client of this server needs, as a page for people and as scripts. All of it comes from the configuration, nothing from a request's Host.</summary>
internal sealed class SetupPages(Func<SetupAddress> address, ClientSetup client)
{
    private const string Page = "/setup";
    private const string Prefix = "/setup/";

    // What people will look for here before this server has it.
    private static readonly string[] NotYet = ["npm", "docker", "containerd"];

    private static readonly string[] Kinds = ["sh", "env", "ps1"];

    public static bool Has(string path) => path == Page || path.StartsWith(Prefix, StringComparison.Ordinal);

    public Task HandleAsync(HttpContext context, RawTarget target)
    {
        var server = address().For(context.Request);
        var file = target.Path is Page ? "" : target.Path[Prefix.Length..];
        if (file.Length == 0)
            return WritePageAsync(context, target, server);
        if (file == client.Name + ".sh")
            return WriteTextAsync(context, server.Url is null ? SetupScripts.FailingSh : SetupScripts.Sh(server, client.VariablesFor(server.Url)));
        if (file == client.Name + ".ps1")
            return WriteTextAsync(context, server.Url is null ? SetupScripts.FailingPowerShell : SetupScripts.PowerShell(server, client.VariablesFor(server.Url)));
        if (file == client.Name + ".env")
            // Nothing that a list of variables could hold makes its reader fail; the status does.
            return server.Url is null ? WriteNotFoundAsync(context, SetupScripts.NoUrl, []) : WriteTextAsync(context, SetupScripts.Env(client.VariablesFor(server.Url)));

        var reason = NotYet.FirstOrDefault(name => file.StartsWith(name + ".", StringComparison.Ordinal)) is { } name
            ? $"this server does not speak {name} yet"
            : "no such settings";
        return WriteNotFoundAsync(context, $"not found: {reason}; there is", [$"{Page} (for people)", .. Kinds.Select(kind => $"{Prefix}{client.Name}.{kind}")]);
    }

    private Task WritePageAsync(HttpContext context, RawTarget target, SetupAddress server)
    {
        var language = SetupLanguage.Of(context.Request, target);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var part = "no-url";
        if (server.Url is { } url)
        {
            part = client.Name;
            foreach (var (name, value) in client.PageValuesFor(url))
                values.Add(name, value);
            values.Add("url", url);
        }
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = SetupTemplate.ContentSecurityPolicy;
        headers["Referrer-Policy"] = "no-referrer";
        headers.XFrameOptions = "DENY";
        headers.ContentLanguage = language.Tag;
        headers.Vary = "Accept-Language";
        return WriteAsync(context, SetupTemplate.Render(language, part, server.IsThisMachineOnly ? "this-machine" : null, values), "text/html; charset=utf-8");
    }

    private static Task WriteNotFoundAsync(HttpContext context, string reason, IEnumerable<string> lines)
        => ErrorBody.WriteAsync(context, StatusCodes.Status404NotFound, ErrorBody.Format(reason, lines), "no-cache");

    private static Task WriteTextAsync(HttpContext context, string text) => WriteAsync(context, text, "text/plain; charset=utf-8");

    private static Task WriteAsync(HttpContext context, string text, string type)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var headers = context.Response.Headers;
        headers.ContentType = type;
        // Another configuration is another answer.
        headers.CacheControl = "no-cache";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentLength = bytes.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(bytes, 0, bytes.Length, context.RequestAborted);
    }
}
