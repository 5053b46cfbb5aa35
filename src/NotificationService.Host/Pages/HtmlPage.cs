using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace NotificationService.Host.Pages;

/// <summary>
/// A page of ours. Wherever its text has <see cref="NoncePlaceholder"/>, each response has a nonce of its own, and a Content-Security-Policy that lets nothing else run: files of
/// this service, and what carries the nonce.
/// </summary>
public sealed class HtmlPage
{
    public const string NoncePlaceholder = "__CSP_NONCE__";

    private readonly string[] parts;
    private readonly string pictures;

    /// <param name="text">The whole page.</param>
    /// <param name="pictures">Where pictures may come from.</param>
    public HtmlPage(string text, string pictures = "'self' data:") => (parts, this.pictures) = (text.Split(NoncePlaceholder), pictures);

    public static HtmlPage Of(BuiltFile file, string pictures = "'self' data:") => new(Encoding.UTF8.GetString(file.Content.Span), pictures);

    /// <summary>A page that is part of the program.</summary>
    public static HtmlPage Embedded(string name)
    {
        using var stream = typeof(HtmlPage).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"the program has no page {name}");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return new HtmlPage(reader.ReadToEnd());
    }

    public async Task WriteAsync(HttpContext context)
    {
        var nonce = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        var body = Encoding.UTF8.GetBytes(string.Join(nonce, parts));
        var response = context.Response;
        response.Headers.ContentSecurityPolicy = Policy(nonce);
        // A nonce that a cache gives out again would be known beforehand.
        response.Headers.CacheControl = "no-store";
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(body, context.RequestAborted);
    }

    private string Policy(string nonce) =>
        $"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src {pictures}; font-src 'self'; connect-src 'self'; "
        + "manifest-src 'self'; worker-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
}
