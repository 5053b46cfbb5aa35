using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Users;

/// <summary>Sign-ins that have not ended: a person's own, and those of a user by an admin.</summary>
public static class SessionsApi
{
    private const string Example =
        """{"items":[{"id":"01890a5d-ac96-774b-bcce-b302099a8057","device":{"userAgent":"Mozilla/5.0 …"},"ip":"192.0.2.7","createdAt":"2026-01-31T09:30:00.000000Z","lastUsedAt":"2026-01-31T10:30:00.000000Z","expiresAt":"2026-02-14T10:30:00.000000Z","current":true}]}""";

    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup("/api/v1/auth/sessions").WithTags("Sign-in").RequireAuthorization(Policies.SignedInUser);
        own.MapGet("/", ListOwnAsync).Documented("Lists your sessions", $"The latest first. A person has at most {Sessions.MaxOfUser}: one more sign-in ends the oldest.").Responds<SessionList>(StatusCodes.Status200OK, Example);
        own.MapDelete("/{id:guid}", EndOwnAsync).Documented("Ends one of your sessions", "Its access tokens are refused within 30 seconds.").RespondsNoContent();

        var ofUser = routes.MapGroup($"{UsersApi.Path}/{{id:guid}}/sessions").WithTags("Users").RequireAuthorization(Policies.Admin).ChangesWhatLiveUses();
        ofUser.MapGet("/", ListAsync).Documented("Lists a user's sessions", "The latest first.").Responds<SessionList>(StatusCodes.Status200OK, Example);
        ofUser.MapDelete("/", EndAsync).Documented("Ends all sessions of a user", "Access tokens are refused within 30 seconds. The user may sign in again.").RespondsNoContent();
    }

    private static Task<IResult> ListOwnAsync(HttpContext context, Sessions sessions, CancellationToken cancellationToken) =>
        ListAsync(context.Caller().Id, context, sessions, cancellationToken);

    private static Task<IResult> EndOwnAsync(Guid id, HttpContext context, Sessions sessions, EndedTokens ended, CancellationToken cancellationToken) =>
        RespondAsync(context, context.Caller().Id, id, sessions, ended, cancellationToken);

    private static async Task<IResult> ListAsync(Guid id, HttpContext context, Sessions sessions, CancellationToken cancellationToken) =>
        await sessions.ListAsync(context.Caller().Tenant, id, cancellationToken) is { } found
            ? JsonResponse.Of(new SessionList([.. found.Select(session => SessionResponse.Of(session, (context.User.Identity as CallerIdentity)?.SignIn))]), SessionsJson.Default.SessionList)
            : Problems.NotFound();

    private static Task<IResult> EndAsync(Guid id, HttpContext context, Sessions sessions, EndedTokens ended, CancellationToken cancellationToken) =>
        RespondAsync(context, id, session: null, sessions, ended, cancellationToken);

    private static async Task<IResult> RespondAsync(HttpContext context, Guid user, Guid? session, Sessions sessions, EndedTokens ended, CancellationToken cancellationToken)
    {
        if (await sessions.EndAsync(context.Caller(), user, session, cancellationToken) is not { } gone)
            return Problems.NotFound();
        foreach (var one in gone)
            ended.AddSignIn(one);
        return Results.NoContent();
    }
}
