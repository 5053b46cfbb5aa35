using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;

namespace NotificationService.Host.Auth;

/// <summary>A request for an access token, read from the form and the header. Whatever a client sends, it is one of the two.</summary>
public abstract record TokenRequest
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly string[] Single = ["grant_type", "client_id", "client_secret", "scope"];

    private TokenRequest()
    {
    }

    public sealed record Asked(string ClientId, string ClientSecret, string? Scope) : TokenRequest;

    /// <summary>Not understood; the words are those of RFC 6749.</summary>
    public sealed record Refused(string Error, string Description) : TokenRequest;

    /// <summary>Credentials that cannot be anybody's.</summary>
    public sealed record Unreadable : TokenRequest;

    public static async Task<TokenRequest> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !"application/x-www-form-urlencoded".Equals(type.MediaType, StringComparison.OrdinalIgnoreCase))
            return Invalid("The request is a form: Content-Type application/x-www-form-urlencoded.");
        var (bytes, wrong) = await BodyReader.ReadAsync(request, BodyPolicy.SignIn, cancellationToken);
        // What is no mistake of the form keeps its own status: too slow, too many, not now.
        if (wrong is { Value.Status: StatusCodes.Status408RequestTimeout or StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable })
            throw new ProblemException(wrong);
        if (wrong is not null || ReadForm(bytes.Span) is not { } form)
            return Invalid($"The form could not be read, or is larger than {BodyPolicy.SignIn.MaxBytes} bytes.");
        if (Single.FirstOrDefault(name => form.TryGetValue(name, out var values) && values.Count > 1) is { } repeated)
            return Invalid($"The parameter {repeated} stands there more than once.");
        if (!form.TryGetValue("grant_type", out var grant) || grant.ToString().Length == 0)
            return Invalid("The parameter grant_type is missing.");
        if (grant != "client_credentials")
            return new Refused("unsupported_grant_type", "The grant_type is client_credentials.");

        var scope = form.TryGetValue("scope", out var scopes) ? scopes.ToString() : null;
        var inForm = form.TryGetValue("client_id", out var id) && form.ContainsKey("client_secret");
        if (request.Headers.Authorization.Count == 0)
            return inForm ? new Asked(id.ToString(), form["client_secret"].ToString(), scope) : new Unreadable();
        if (form.ContainsKey("client_secret"))
            return Invalid("The credentials stand in the form or in the header, not in both.");
        return Basic(request.Headers.Authorization.ToString()) is var (user, password) && (id.Count == 0 || id == user)
            ? new Asked(user, password, scope)
            : new Unreadable();
    }

    private static Refused Invalid(string description) => new("invalid_request", description);

    private static Dictionary<string, Microsoft.Extensions.Primitives.StringValues>? ReadForm(ReadOnlySpan<byte> utf8)
    {
        try
        {
            using var reader = new FormReader(StrictUtf8.GetString(utf8)) { ValueCountLimit = 32, KeyLengthLimit = 256, ValueLengthLimit = BodyPolicy.SignIn.MaxBytes };
            return reader.ReadForm();
        }
        catch (Exception exception) when (exception is DecoderFallbackException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>RFC 6749, section 2.3.1: id and secret are form-encoded before they are joined.</summary>
    private static (string User, string Password)? Basic(string header)
    {
        if (!AuthenticationHeaderValue.TryParse(header, out var parsed) || !"Basic".Equals(parsed.Scheme, StringComparison.OrdinalIgnoreCase) || parsed.Parameter is null)
            return null;
        try
        {
            var text = StrictUtf8.GetString(Convert.FromBase64String(parsed.Parameter));
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            return colon <= 0 ? null : (Uri.UnescapeDataString(text[..colon].Replace('+', ' ')), Uri.UnescapeDataString(text[(colon + 1)..].Replace('+', ' ')));
        }
        catch (Exception exception) when (exception is FormatException or DecoderFallbackException)
        {
            return null;
        }
    }
}
