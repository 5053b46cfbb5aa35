using NotificationService.Host.Http;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>
/// The refresh token of a browser: a cookie that scripts cannot read, that comes with requests of the same site to the sign-in routes only, and that only
/// <c>refresh-token</c> and <c>logout</c> look at, together with the header <c>X-CSRF-Token</c>.
/// </summary>
public static class SessionCookie
{
    /// <summary>Browsers take a cookie of this name over TLS only.</summary>
    public const string Name = "__Secure-ns-session";

    public const string CsrfHeader = "X-CSRF-Token";

    private const string Path = "/api/v1/auth";

    /// <summary>Null: none, or none of ours.</summary>
    public static RefreshToken? Read(HttpRequest request) => request.Cookies[Name] is { } text ? RefreshToken.Parse(text, isCookie: true) : null;

    /// <summary>Whether the page that asks knows what was answered when it signed in.</summary>
    public static bool HasCsrfToken(HttpRequest request, RefreshToken token) => token.IsCsrfToken(request.Headers[CsrfHeader] is [var text] ? text : null);

    public static void Write(HttpResponse response, RefreshToken token) => response.Cookies.Append(Name, token.ToString(), Options(AccessTokenLifetimes.Refresh));

    public static void Delete(HttpResponse response) => response.Cookies.Append(Name, "", Options(TimeSpan.Zero));

    /// <summary>403: the cookie came without the header, as from a page that is not the one that signed in.</summary>
    public static ProblemResult CsrfRefused() => Problems.Of(403, "csrf_token_invalid", "The request did not come from the page that signed in", $"Send the csrfToken of the sign-in as the header {CsrfHeader}.");

    private static CookieOptions Options(TimeSpan lifetime) => new() { HttpOnly = true, Secure = true, SameSite = SameSiteMode.Strict, Path = Path, MaxAge = lifetime };
}
