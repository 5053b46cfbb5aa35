using System.Security.Claims;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>A verified token in the form that requests need it, made once and shared by them.</summary>
public sealed class VerifiedToken
{
    private readonly AccessToken token;
    private long askedAt;
    private long usedAt;
    private bool isRefused;
    private long lookAgainAt;

    public VerifiedToken(AccessToken token)
    {
        this.token = token;
        lookAgainAt = token.LookAgainAt?.UtcTicks ?? long.MaxValue;
        Principal = new ClaimsPrincipal(new CallerIdentity(token));
    }

    public ClaimsPrincipal Principal { get; }

    public AccessToken Token => token;

    public Caller Caller => token.Caller;

    /// <summary>When the database was last asked about its caller and said nothing against it; 0: never.</summary>
    public long AskedAt => Volatile.Read(ref askedAt);

    /// <summary>It has ended, which is for good.</summary>
    public bool IsRefused => Volatile.Read(ref isRefused);

    public void Confirm(long asked) => Volatile.Write(ref askedAt, asked);

    public void Refuse() => Volatile.Write(ref isRefused, true);

    /// <summary>Whether the caller has to verify it again. One of those who come together has to, and another half a minute later if that one failed.</summary>
    public bool IsToBeVerifiedAgain(DateTimeOffset now)
    {
        var due = Volatile.Read(ref lookAgainAt);
        return now.UtcTicks >= due && Interlocked.CompareExchange(ref lookAgainAt, now.UtcTicks + TimeSpan.FromSeconds(30).Ticks, due) == due;
    }

    /// <summary>Whether its use is to be noted: once a minute.</summary>
    public bool TryNoteUse(TimeProvider time)
    {
        var (before, now) = (Volatile.Read(ref usedAt), time.GetTimestamp());
        return (before == 0 || time.GetElapsedTime(before, now) >= TimeSpan.FromMinutes(1)) && Interlocked.CompareExchange(ref usedAt, now, before) == before;
    }

    public bool HasExpired(DateTimeOffset now) => now >= token.ExpiresAt;

    public bool MayComeFrom(ConnectionInfo connection) =>
        token.AllowedNetworks.Count == 0 || (connection.RemoteIpAddress is { } address && AllowedNetworks.Contain(token.AllowedNetworks, address));
}
