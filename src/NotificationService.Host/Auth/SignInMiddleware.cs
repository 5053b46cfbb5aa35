using System.Collections.Concurrent;
using Microsoft.Net.Http.Headers;
using NotificationService.Host.Auth.Outside;
using NotificationService.Host.Http;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>
/// The scheme <c>Bearer</c> and the policies, in one step, because every request goes through it: a request whose
/// token is known costs two look-ups, and what a route demands is worked out once. Every token that is not good gets
/// the same response. It stands in for the framework's two middlewares, which cost several times as much.
/// </summary>
public sealed class SignInMiddleware(RequestDelegate next, VerifiedTokens tokens, StreamTickets tickets, AccountUses uses)
{
    public const string Scheme = "Bearer";
    private const string Prefix = "Bearer ";

    private readonly ConcurrentDictionary<Endpoint, RouteAccess> routes = new();

    public Task InvokeAsync(HttpContext context)
    {
        var token = FindTokenAsync(context);
        if (!token.IsCompletedSuccessfully)
            return AwaitAsync(context, token);
        return AskOrGoOnAsync(context, token.Result);
    }

    private async Task AwaitAsync(HttpContext context, ValueTask<VerifiedToken?> token)
    {
        VerifiedToken? found;
        try
        {
            found = await token;
        }
        catch (IssuerUnavailableException)
        {
            // Neither good nor bad. Who needs no token gets on without.
            await (IsOpen(context) ? GoOnAsync(context, found: null) : Problems.Unavailable(TimeSpan.FromSeconds(10)).ExecuteAsync(context));
            return;
        }

        await AskOrGoOnAsync(context, found);
    }

    private bool IsOpen(HttpContext context) => context.GetEndpoint() is not { } endpoint || routes.GetOrAdd(endpoint, RouteAccess.Of).IsOpen;

    private Task AskOrGoOnAsync(HttpContext context, VerifiedToken? token) => token is not null && tokens.IsInDoubt(token) ? AskAsync(context, token) : GoOnAsync(context, token);

    private async Task AskAsync(HttpContext context, VerifiedToken token) => await GoOnAsync(context, await tokens.AskAsync(token, context.RequestAborted));

    private Task GoOnAsync(HttpContext context, VerifiedToken? found)
    {
        var token = found is not null && found.MayComeFrom(context.Connection) ? found : null;
        if (token is not null)
        {
            uses.Note(token);
            context.User = token.Principal;
        }

        if (context.GetEndpoint() is not { } endpoint)
            return next(context);

        var access = routes.GetOrAdd(endpoint, RouteAccess.Of);
        if (access.IsOpen)
            return next(context);
        if (token is null)
            return ChallengeAsync(context);
        if (access.FirstRefusing(token.Caller) is { } refusing)
            return ForbidAsync(context, token.Caller, refusing);
        return access.IsClosedToTestAccounts && token.Caller.OnlyMode is false ? Problems.LiveAccountRequired().ExecuteAsync(context) : next(context);
    }

    private ValueTask<VerifiedToken?> FindTokenAsync(HttpContext context)
    {
        var header = context.Request.Headers.Authorization;
        if (header.Count == 0 && context.GetEndpoint()?.Metadata.GetMetadata<TakesStreamTicket>() is not null && context.Request.Query["ticket"] is [{ Length: > 0 } ticket])
            return FindTokenAsync(ticket, context.RequestAborted);
        return header.Count == 1 && header[0] is { } text && text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? tokens.FindAsync(text.AsSpan(Prefix.Length), context.RequestAborted) : default;
    }

    private async ValueTask<VerifiedToken?> FindTokenAsync(string ticket, CancellationToken cancellationToken) =>
        await tickets.RedeemAsync(ticket, cancellationToken) is { } token ? await tokens.FindAsync(token, cancellationToken) : null;

    /// <summary>401: no token, or one that is not good.</summary>
    private static Task ChallengeAsync(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = context.Request.Headers.ContainsKey(HeaderNames.Authorization)
            ? "Bearer realm=\"notification-service\", error=\"invalid_token\""
            : "Bearer realm=\"notification-service\"";
        return Problems.Of(401, "unauthorized", "Sign in first", "The request needs a valid access token: Authorization: Bearer …").ExecuteAsync(context);
    }

    private static string OwnThings(Caller caller) => caller.Kind == CallerKind.ServiceAccount
        ? "A person's token is needed here, not a service account's: a backend gets one by POST /api/v1/services/recipients/{userId}/tokens."
        : caller.Elevation is not null
            ? "An elevated token opens nobody's own things."
            : "A token of a test account opens no inbox: what test accounts send reaches none.";

    /// <summary>403: the token is good and does not allow this.</summary>
    private static Task ForbidAsync(HttpContext context, Caller caller, CallerRequirement wanted)
    {
        var detail = wanted.IsOfOwnThings ? OwnThings(caller)
            : caller.IsVouchedFor ? "The token of a person without a log-in opens the person's own things only."
            : caller.Elevation is not null && wanted.IsOfOwnAccount ? "An elevated token opens nobody's own account."
            : wanted.IsOfOwnAccount && !caller.HasAccount ? "The person has no account here: it signs in at an outside issuer, which has what is asked for."
            : caller.Kind == CallerKind.User && wanted.Roles.Count == 0 ? "A service account is needed here, not a person."
            : caller.Kind == CallerKind.User ? $"One of the roles {string.Join(", ", wanted.Roles)} is needed."
            : wanted.Scopes is [var scope, ..] ? $"The scope {scope} is needed."
            : "A signed-in person is needed here, not a service account.";
        if (caller.Kind == CallerKind.ServiceAccount && wanted.Scopes is [var missing, ..])
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"notification-service\", error=\"insufficient_scope\", scope=\"{missing}\"";
        return Problems.Of(403, "forbidden", "This caller may not do that", detail).ExecuteAsync(context);
    }
}
