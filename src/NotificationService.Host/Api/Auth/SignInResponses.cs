using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Auth;

/// <summary>What a person who signed in is answered: tokens, or a token and a cookie.</summary>
internal static class SignInResponses
{
    public const string CookieSession = "cookie";

    /// <summary>What is wrong with the kind of session that was asked for, or null.</summary>
    public static FieldError? Check(string? session) =>
        session is null or CookieSession ? null : new FieldError("/session", "choice_invalid", $"'session' is {CookieSession}, or left out.");

    /// <param name="refresh">The next refresh token; one that is a cookie goes nowhere else.</param>
    public static IResult Of(HttpContext context, User user, RefreshToken refresh, TokenIssuer issuer, int status = StatusCodes.Status200OK)
    {
        if (refresh.IsCookie)
            SessionCookie.Write(context.Response, refresh);
        return Respond(context, user, refresh, issuer, status);
    }

    /// <summary>To a tab whose cookie another tab has just used: the browser has the next one already.</summary>
    public static IResult WithoutNext(HttpContext context, User user, RefreshToken presented, TokenIssuer issuer) => Respond(context, user, presented, issuer, StatusCodes.Status200OK);

    private static IResult Respond(HttpContext context, User user, RefreshToken refresh, TokenIssuer issuer, int status)
    {
        context.Response.Headers.CacheControl = "no-store";
        var (token, seconds) = issuer.Issue(user, refresh.SignIn);
        var who = new SignedInUser(user.Id, user.UserId, user.Email, user.Name, user.TenantId.Value, user.Roles);
        return JsonResponse.Of(
            new SignedIn(token, refresh.IsCookie ? null : refresh.ToString(), refresh.IsCookie ? refresh.CsrfToken : null, "Bearer", seconds, who), AuthJson.Default.SignedIn, statusCode: status);
    }
}
