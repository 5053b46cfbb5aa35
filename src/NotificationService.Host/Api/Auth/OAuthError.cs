using NotificationService.Host.Http.Json;

namespace NotificationService.Host.Api.Auth;

/// <summary>Answers as RFC 6749 writes errors, not as a problem: OAuth clients look for exactly this.</summary>
public static class OAuthError
{
    public static IResult Of(string error, string description) =>
        JsonResponse.Of(new OAuthErrorBody(error, description), OAuthJson.Default.OAuthErrorBody, statusCode: StatusCodes.Status400BadRequest);

    /// <summary>Unknown, wrong, expired, disabled or from a network it may not come from: nobody learns which.</summary>
    public static IResult InvalidClient() => new Unauthorized();

    private sealed class Unauthorized : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.WWWAuthenticate = "Basic realm=\"notification-service\", charset=\"UTF-8\"";
            var body = new OAuthErrorBody("invalid_client", "The client's id or secret is wrong, or it may not sign in.");
            return JsonResponse.Of(body, OAuthJson.Default.OAuthErrorBody, statusCode: StatusCodes.Status401Unauthorized).ExecuteAsync(httpContext);
        }
    }
}
