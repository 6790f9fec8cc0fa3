using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace Tain.GitHosting;

/// <summary>What another server answers, by plain http on loopback.</summary>
internal sealed class Forwarding(Uri to)
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromMinutes(5) };

    public async Task ServeAsync(HttpContext context, string below, Stream body, Exchange exchange)
    {
        var request = context.Request;
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(to.AbsoluteUri.TrimEnd('/') + below + request.QueryString));
        message.Headers.Host = request.Host.Value;
        if (request.Method == "POST")
            message.Content = new StreamContent(body);
        foreach (var (name, values) in request.Headers)
        {
            if (name is "Host" or "Connection" or "Transfer-Encoding" || name.StartsWith(':'))
                continue;
            if (!message.Headers.TryAddWithoutValidation(name, values.ToArray()))
                message.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        }
        using var answer = await Http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        Copy(answer.Headers, context.Response);
        Copy(answer.Content.Headers, context.Response);
        await using var content = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
        await exchange.SendAsync(content);
    }

    private static void Copy(HttpHeaders headers, HttpResponse response)
    {
        foreach (var (name, values) in headers)
            if (name is not ("Transfer-Encoding" or "Connection" or "Content-Length"))
                response.Headers[name] = values.ToArray();
    }
}
