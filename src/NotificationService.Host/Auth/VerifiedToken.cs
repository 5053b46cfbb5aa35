using System.Security.Claims;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>A verified token in the form that requests need it, made once and shared by them.</summary>
public sealed class VerifiedToken
{
    private readonly AccessToken token;
    private long askedAt;
    private bool isRefused;

    public VerifiedToken(AccessToken token)
    {
        this.token = token;
        Principal = new ClaimsPrincipal(new CallerIdentity(token));
    }

    public ClaimsPrincipal Principal { get; }

    public Caller Caller => token.Caller;

    /// <summary>When the database was last asked about its caller and said nothing against it; 0: never.</summary>
    public long AskedAt => Volatile.Read(ref askedAt);

    /// <summary>Its caller was disabled, which is for good.</summary>
    public bool IsRefused => Volatile.Read(ref isRefused);

    public void Confirm(long asked) => Volatile.Write(ref askedAt, asked);

    public void Refuse() => Volatile.Write(ref isRefused, true);

    public bool HasExpired(DateTimeOffset now) => now >= token.ExpiresAt;

    public bool MayComeFrom(ConnectionInfo connection) =>
        token.AllowedNetworks.Count == 0 || (connection.RemoteIpAddress is { } address && AllowedNetworks.Contain(token.AllowedNetworks, address));
}
