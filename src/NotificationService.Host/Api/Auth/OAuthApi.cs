using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Auth;

/// <summary>Sign-in of service accounts: OAuth 2.0 client credentials, with the errors of RFC 6749 that OAuth clients expect.</summary>
public static class OAuthApi
{
    public static RouteGroupBuilder MapOAuth(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/oauth").WithTags("Sign-in").AllowAnonymous();
        group.MapPost("/token", TokenAsync)
            .Documented("Gives a service account an access token", "The client's id and secret stand in the form or in HTTP Basic. Without scope the token has every scope of the account.")
            .Takes<TokenForm>("""{"grant_type":"client_credentials","client_id":"demo-service","client_secret":"demo-service-secret"}""", "application/x-www-form-urlencoded")
            .Responds<TokenResponse>(StatusCodes.Status200OK, """{"access_token":"eyJhbGciOi…","token_type":"Bearer","expires_in":3600,"scope":"notifications:read notifications:send"}""")
            .Responds<OAuthErrorBody>(StatusCodes.Status400BadRequest, """{"error":"invalid_scope","error_description":"The client may not have a scope that was asked for."}""")
            .Responds<OAuthErrorBody>(StatusCodes.Status401Unauthorized, """{"error":"invalid_client","error_description":"The client's id or secret is wrong, or it may not sign in."}""");
        return group;
    }

    private static async Task<IResult> TokenAsync(HttpContext context, ClientSignIn signIn, TokenIssuer issuer, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Pragma = "no-cache";
        switch (await TokenRequest.ReadAsync(context.Request, cancellationToken))
        {
            case TokenRequest.Refused refused:
                return OAuthError.Of(refused.Error, refused.Description);
            case TokenRequest.Asked asked:
                if (await signIn.SignInAsync(asked.ClientId, asked.ClientSecret, context.Connection.RemoteIpAddress, cancellationToken) is not var (account, secretEnds))
                    return OAuthError.InvalidClient();
                if (Narrow(account, asked.Scope) is not { } scopes)
                    return OAuthError.Of("invalid_scope", "The client may not have a scope that was asked for.");
                var (token, seconds) = issuer.Issue(account, secretEnds, Scopes.Of(scopes));
                return JsonResponse.Of(new TokenResponse(token, "Bearer", seconds, string.Join(' ', scopes)), OAuthJson.Default.TokenResponse);
            default:
                return OAuthError.InvalidClient();
        }
    }

    /// <summary>What was asked for, or everything; null when something was asked for that the account does not have.</summary>
    private static IReadOnlyList<string>? Narrow(ServiceAccount account, string? asked)
    {
        if (string.IsNullOrWhiteSpace(asked))
            return [.. Scopes.All.Where(account.Scopes.Contains)];
        var wanted = asked.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return wanted.All(account.Scopes.Contains) ? [.. Scopes.All.Where(wanted.Contains)] : null;
    }
}
