using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using NotificationService.Host.Pages;

namespace NotificationService.UnitTests.Pages;

/// <summary>A console in a temporary folder, as its build leaves it, and the middleware that serves it.</summary>
public sealed class BuiltConsole : IDisposable
{
    /// <summary>What answers when the console does not.</summary>
    public const int Next = StatusCodes.Status418ImATeapot;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("console-");
    private readonly Lazy<ConsoleMiddleware> middleware;

    public BuiltConsole() => middleware = new(() =>
    {
        BuiltFolder In(string name) => new(Path.Combine(folder.FullName, name));
        var built = new BuiltPages(In("inbox"), In("inbox-page"), In("demo-page"), In("console"));
        return new ConsoleMiddleware(
            context =>
            {
                context.Response.StatusCode = Next;
                return Task.CompletedTask;
            },
            built,
            new ConsolePage(built));
    });

    /// <summary>With a page, a script in three forms and a picture in one.</summary>
    public static BuiltConsole WithEverything() => new BuiltConsole()
        .With("index.html", """<!doctype html><meta name="csp-nonce" content="__CSP_NONCE__"><script type="module" nonce="__CSP_NONCE__" src="/assets/app-1a2b.js"></script>""")
        .With("assets/app-1a2b.js", "plain").With("assets/app-1a2b.js.br", "brotli").With("assets/app-1a2b.js.gz", "gzip")
        .With("favicon.svg", "<svg/>");

    public BuiltConsole With(string path, string content)
    {
        var file = Path.Combine(folder.FullName, "console", path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        return this;
    }

    public async Task<(HttpResponse Response, string Body)> AskAsync(string path, string method = "GET", Endpoint? endpoint = null, params (string Name, string Value)[] headers)
    {
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        context.Request.Method = method;
        context.Request.Path = new PathString(path);
        context.SetEndpoint(endpoint);
        foreach (var (name, value) in headers)
            context.Request.Headers[name] = value;
        await middleware.Value.InvokeAsync(context);
        return (context.Response, System.Text.Encoding.UTF8.GetString(body.ToArray()));
    }

    /// <summary>As a browser goes to an address.</summary>
    public Task<(HttpResponse Response, string Body)> GoToAsync(string path) => AskAsync(path, headers: ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"));

    public void Dispose() => folder.Delete(recursive: true);
}
