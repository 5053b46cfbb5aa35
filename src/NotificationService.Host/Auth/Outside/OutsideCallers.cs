using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth.Outside;

/// <summary>Makes a caller of a verified token of an outside issuer.</summary>
public sealed class OutsideCallers(OutsideTokenVerifier verifier, VouchedTenants tenants, OutsidePeople people, TimeProvider time)
{
    /// <summary>So long nothing is asked about a token that was found good. Then its keys, its tenant and its person are looked at again.</summary>
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMinutes(5);

    public bool Any => verifier.Any;

    /// <summary>The bearer; null for a token that is not good.</summary>
    /// <exception cref="IssuerUnavailableException">Nobody can say now whether it is.</exception>
    public async ValueTask<AccessToken?> FindAsync(string token, CancellationToken cancellationToken)
    {
        if (await verifier.VerifyAsync(token, cancellationToken) is not { } claims || await tenants.FindAsync(claims.Options, claims.Tenant, cancellationToken) is not { } tenant)
            return null;
        if (claims.IsService)
            return TokenOf(ServiceOf(tenant, claims), claims);
        var email = claims.Email is { } address ? User.Normalize(address) : null;
        return await people.FindAsync(tenant, claims.Issuer, claims.Subject, email, cancellationToken) switch
        {
            null => TokenOf(StrangerOf(tenant, claims), claims),
            { DisabledAt: not null } => null,
            var user => TokenOf(PersonOf(user, claims), claims) with { Version = user.TokenVersion },
        };
    }

    private static Caller ServiceOf(TenantId tenant, OutsideClaims claims) =>
        new(tenant, CallerKind.ServiceAccount, IdOf(claims), UserId: null, Live: true, Scopes.Of(claims.Scopes), FrozenSet<string>.Empty);

    /// <summary>Who was not invited has the roles and groups of the token.</summary>
    private static Caller StrangerOf(TenantId tenant, OutsideClaims claims) =>
        new(tenant, CallerKind.User, IdOf(claims), claims.UserId, Live: true, FrozenSet<string>.Empty, Scopes.Of(claims.Roles)) { Groups = Scopes.Of(claims.Groups), HasAccount = false };

    /// <summary>Who was has those of the row and those of the token.</summary>
    private static Caller PersonOf(User user, OutsideClaims claims)
    {
        var roles = user.Roles.Where(role => role != UserRoles.PlatformAdmin || claims.Options.AllowPlatformAdmin).Union(claims.Roles, StringComparer.Ordinal);
        return new Caller(user.TenantId, CallerKind.User, user.Id, user.UserId, Live: true, FrozenSet<string>.Empty, Scopes.Of(roles))
        {
            Groups = Scopes.Of(user.Groups.Union(claims.Groups, StringComparer.Ordinal)),
        };
    }

    private AccessToken TokenOf(Caller caller, OutsideClaims claims) =>
        new(caller, claims.ExpiresAt, SignIn: null, AllowedNetworks: []) { LookAgainAt = time.GetUtcNow() + LookAgainAfter };

    /// <summary>Who has no row goes by an id made of what the issuer calls it.</summary>
    private static Guid IdOf(OutsideClaims claims) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{claims.Issuer} {claims.Subject}")).AsSpan(0, 16), bigEndian: true);
}
