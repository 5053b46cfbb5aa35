using NotificationService.Channels;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Recipients;

/// <summary>Tokens for people who have no log-in here: their own backend knows them and vouches for them.</summary>
public static class RecipientTokensApi
{
    public static void MapRecipientTokens(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("/api/v1/services/recipients").WithTags("Recipients").RequireAuthorization(Policies.VouchForPeople)
            .MapPost("/{userId}/tokens", MakeAsync)
            .Documented("Makes a token for a person without a log-in", "For a page or app of your own: its backend knows who the person is. The token has the role `user`, the mode of the service account, and opens nothing but the person's own things under `/api/v1/users/me`. It is refused within 30 seconds of when the service account is disabled, deleted or changed. The body may be left out.")
            .Takes<RecipientTokenRequest>("""{"groups":["landlord"],"rooms":["building-7"],"ttl":900}""")
            .Responds<RecipientTokenResponse>(StatusCodes.Status200OK, """{"accessToken":"eyJhbGciOi…","tokenType":"Bearer","expiresIn":900}""");

    private static async Task<IResult> MakeAsync(string userId, HttpContext context, TokenIssuer issuer, ServiceAccounts accounts, CancellationToken cancellationToken)
    {
        var request = (await JsonBody.ReadOptionalAsync(context.Request, RecipientTokensJson.Default.RecipientTokenRequest, cancellationToken))?.Value ?? new RecipientTokenRequest(null, null, null);
        var errors = request.Check();
        if (AddressRules.UserId(userId) is { } issue)
            errors.Insert(0, new FieldError("/path/userId", issue.Code, issue.Message));
        if (errors.Count > 0)
            return Problems.Validation(errors);
        // When the account itself ends is not in its token.
        if (context.User.Identity is not CallerIdentity by || await accounts.FindAsync(by.Caller, by.Caller.Id.ToString(), cancellationToken) is not { } account)
            return Problems.OfStatus(StatusCodes.Status401Unauthorized);
        var (token, seconds) = issuer.IssueFor(
            userId, by, account.ExpiresAt, TimeSpan.FromSeconds(request.Ttl ?? RecipientTokenRequest.DefaultTtl), Scopes.Of((request.Groups ?? []).OfType<string>()), Scopes.Of((request.Rooms ?? []).OfType<string>()));
        context.Response.Headers.CacheControl = "no-store";
        return JsonResponse.Of(new RecipientTokenResponse(token, "Bearer", seconds), RecipientTokensJson.Default.RecipientTokenResponse);
    }
}
