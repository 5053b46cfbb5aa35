using System.Security.Claims;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>A verified token in the form that requests need it, made once and shared by them.</summary>
public sealed class VerifiedToken
{
    private readonly AccessToken token;

    public VerifiedToken(AccessToken token)
    {
        this.token = token;
        Principal = new ClaimsPrincipal(new CallerIdentity(token));
    }

    public ClaimsPrincipal Principal { get; }

    public Caller Caller => token.Caller;

    public bool HasExpired(DateTimeOffset now) => now >= token.ExpiresAt;

    public bool MayComeFrom(ConnectionInfo connection) =>
        token.AllowedNetworks.Count == 0 || (connection.RemoteIpAddress is { } address && AllowedNetworks.Contain(token.AllowedNetworks, address));
}
