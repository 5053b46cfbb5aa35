using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Net.Http.Headers;
using NotificationService.Host.Api;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>
/// The scheme <c>Bearer</c>. On the hot path: a request whose token is known costs a look-up and is answered without
/// waiting. Every token that is not good gets the same answer.
/// </summary>
internal sealed class BearerHandler(VerifiedTokens tokens) : IAuthenticationHandler
{
    public const string Scheme = "Bearer";
    private const string Prefix = "Bearer ";

    private static readonly Task<AuthenticateResult> None = Task.FromResult(AuthenticateResult.NoResult());
    private static readonly Task<AuthenticateResult> Refused = Task.FromResult(AuthenticateResult.Fail("The access token is not good"));

    private HttpContext? request;

    private HttpContext Context => request ?? throw new InvalidOperationException("the handler belongs to no request yet");

    public Task InitializeAsync(AuthenticationScheme scheme, HttpContext context)
    {
        request = context;
        return Task.CompletedTask;
    }

    public Task<AuthenticateResult> AuthenticateAsync()
    {
        var header = Context.Request.Headers.Authorization;
        if (header.Count == 0)
            return None;
        if (header.Count > 1 || header[0] is not { } text || !text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return Refused;
        var token = tokens.Find(text.AsSpan(Prefix.Length));
        return token is not null && token.MayComeFrom(Context.Connection.RemoteIpAddress) ? token.Answer : Refused;
    }

    /// <summary>401: no token, or one that is not good.</summary>
    public Task ChallengeAsync(AuthenticationProperties? properties)
    {
        Context.Response.Headers.WWWAuthenticate = Context.Request.Headers.ContainsKey(HeaderNames.Authorization)
            ? "Bearer realm=\"notification-service\", error=\"invalid_token\""
            : "Bearer realm=\"notification-service\"";
        return Problems.Of(401, "unauthorized", "Sign in first", "The request needs a valid access token: Authorization: Bearer …").ExecuteAsync(Context);
    }

    /// <summary>403: the token is good and does not allow this.</summary>
    public Task ForbidAsync(AuthenticationProperties? properties)
    {
        var wanted = Context.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>()
            .Select(data => data.Policy is { } policy ? Policies.All.GetValueOrDefault(policy) : null)
            .FirstOrDefault(requirement => requirement is not null && !requirement.Allows(Context.Caller()));
        return Problems.Of(403, "forbidden", "This caller may not do that", Explain(wanted)).ExecuteAsync(Context);
    }

    private string? Explain(CallerRequirement? wanted)
    {
        if (wanted is null)
            return null;
        if (Context.Caller().Kind == CallerKind.User)
            return $"One of the roles {string.Join(", ", wanted.Roles)} is needed.";
        if (wanted.Scopes is not [var scope, ..])
            return "A signed-in person is needed here, not a service account.";
        Context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"notification-service\", error=\"insufficient_scope\", scope=\"{scope}\"";
        return $"The scope {scope} is needed.";
    }
}
