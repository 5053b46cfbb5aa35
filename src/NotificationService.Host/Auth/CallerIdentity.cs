using System.Security.Claims;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>The identity of a verified token: the caller itself, and the claims that the framework's own parts look for. Shared by requests and never changed.</summary>
public sealed class CallerIdentity : ClaimsIdentity
{
    private readonly AccessToken token;

    public CallerIdentity(AccessToken token)
        : base(ClaimsOf(token.Caller), SignInMiddleware.Scheme, "sub", "role") => this.token = token;

    public Caller Caller => token.Caller;

    /// <summary>What it was made of.</summary>
    public AccessToken Token => token;

    /// <summary>The sign-in that the token belongs to; null for a service account.</summary>
    public Guid? SignIn => token.SignIn;

    /// <summary>That of its user or service account when the token was made.</summary>
    public int Version => token.Version;

    /// <summary>When the token ends, and with it whatever stays open on its strength.</summary>
    public DateTimeOffset ExpiresAt => token.ExpiresAt;

    private static IEnumerable<Claim> ClaimsOf(Caller caller) =>
    [
        new Claim("sub", caller.Id.ToString()),
        new Claim("tenant", caller.Tenant.ToString()),
        .. caller.Roles.Select(role => new Claim("role", role)),
    ];
}
