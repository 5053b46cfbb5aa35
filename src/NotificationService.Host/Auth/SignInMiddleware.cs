using System.Collections.Concurrent;
using Microsoft.Net.Http.Headers;
using NotificationService.Host.Http;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>
/// The scheme <c>Bearer</c> and the policies, in one step, because every request goes through it: a request whose
/// token is known costs two look-ups, and what a route demands is worked out once. Every token that is not good gets
/// the same response. It stands in for the framework's two middlewares, which cost several times as much.
/// </summary>
public sealed class SignInMiddleware(RequestDelegate next, VerifiedTokens tokens)
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

    private async Task AwaitAsync(HttpContext context, ValueTask<VerifiedToken?> token) => await AskOrGoOnAsync(context, await token);

    private Task AskOrGoOnAsync(HttpContext context, VerifiedToken? token) => token is not null && tokens.IsInDoubt(token) ? AskAsync(context, token) : GoOnAsync(context, token);

    private async Task AskAsync(HttpContext context, VerifiedToken token) => await GoOnAsync(context, await tokens.AskAsync(token, context.RequestAborted));

    private Task GoOnAsync(HttpContext context, VerifiedToken? found)
    {
        var token = found is not null && found.MayComeFrom(context.Connection) ? found : null;
        if (token is not null)
            context.User = token.Principal;
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
        return header.Count == 1 && header[0] is { } text && text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? tokens.FindAsync(text.AsSpan(Prefix.Length), context.RequestAborted) : default;
    }

    /// <summary>401: no token, or one that is not good.</summary>
    private static Task ChallengeAsync(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = context.Request.Headers.ContainsKey(HeaderNames.Authorization)
            ? "Bearer realm=\"notification-service\", error=\"invalid_token\""
            : "Bearer realm=\"notification-service\"";
        return Problems.Of(401, "unauthorized", "Sign in first", "The request needs a valid access token: Authorization: Bearer …").ExecuteAsync(context);
    }

    /// <summary>403: the token is good and does not allow this.</summary>
    private static Task ForbidAsync(HttpContext context, Caller caller, CallerRequirement wanted)
    {
        var detail = caller.Kind == CallerKind.User ? $"One of the roles {string.Join(", ", wanted.Roles)} is needed."
            : wanted.Scopes is [var scope, ..] ? $"The scope {scope} is needed."
            : "A signed-in person is needed here, not a service account.";
        if (caller.Kind == CallerKind.ServiceAccount && wanted.Scopes is [var missing, ..])
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"notification-service\", error=\"insufficient_scope\", scope=\"{missing}\"";
        return Problems.Of(403, "forbidden", "This caller may not do that", detail).ExecuteAsync(context);
    }
}
