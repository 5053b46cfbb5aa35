using System.Collections.Frozen;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>Makes access tokens for who has signed in.</summary>
public sealed class TokenIssuer(AccessTokenWriter writer, TimeProvider time)
{
    /// <summary>For a service account, no longer than the account and the secret that was shown are good. Answers the token and for how long.</summary>
    /// <param name="account">The account.</param>
    /// <param name="secretEnds">When the secret that was shown ends; null for the newest.</param>
    /// <param name="scopes">What the token is to allow.</param>
    public (string Token, int Seconds) Issue(ServiceAccount account, DateTimeOffset? secretEnds, IReadOnlySet<string> scopes)
    {
        var now = time.GetUtcNow();
        var expires = now + AccessTokenLifetimes.ServiceAccount;
        if (account.ExpiresAt < expires)
            expires = account.ExpiresAt.Value;
        if (secretEnds < expires)
            expires = secretEnds.Value;
        var caller = new Caller(account.TenantId, CallerKind.ServiceAccount, account.Id, UserId: null, account.Live, scopes, FrozenSet<string>.Empty);
        var token = new AccessToken(caller, expires, SignIn: null, AllowedNetworks.Parse(account.IpAllowList)) { Version = account.TokenVersion };
        return (writer.Write(token), (int)(expires - now).TotalSeconds);
    }

    /// <summary>For somebody of the platform who acts as admin of another tenant, and as nothing more: it cannot be used to elevate again.</summary>
    public (string Token, int Seconds) IssueElevated(CallerIdentity by, Guid signIn, TenantId tenant, TimeSpan lifetime)
    {
        var caller = new Caller(tenant, CallerKind.User, by.Caller.Id, UserId: null, Live: true, FrozenSet<string>.Empty, Scopes.Of([UserRoles.Admin]))
        {
            Elevation = new Elevation(by.Caller.Tenant, signIn),
        };
        return (writer.Write(new AccessToken(caller, time.GetUtcNow() + lifetime, signIn, []) { Version = by.Version }), (int)lifetime.TotalSeconds);
    }

    public (string Token, int Seconds) Issue(User user, Guid signIn)
    {
        var caller = new Caller(user.TenantId, CallerKind.User, user.Id, user.UserId, Live: true, FrozenSet<string>.Empty, Scopes.Of(user.Roles)) { Groups = Scopes.Of(user.Groups) };
        var token = writer.Write(new AccessToken(caller, time.GetUtcNow() + AccessTokenLifetimes.User, signIn, []) { Version = user.TokenVersion });
        return (token, (int)AccessTokenLifetimes.User.TotalSeconds);
    }

    /// <summary>For a person without a log-in. It carries the id and the version of the account that vouches, so that it ends when that account's tokens do.</summary>
    /// <param name="userId">The person as a recipient.</param>
    /// <param name="by">The service account that asks.</param>
    /// <param name="accountEnds">When that account ends.</param>
    /// <param name="lifetime">For how long at most.</param>
    /// <param name="groups">The person's groups.</param>
    /// <param name="rooms">Rooms beside them.</param>
    public (string Token, int Seconds) IssueFor(
        string userId, CallerIdentity by, DateTimeOffset? accountEnds, TimeSpan lifetime, IReadOnlySet<string> groups, IReadOnlySet<string> rooms)
    {
        var now = time.GetUtcNow();
        var expires = accountEnds < now + lifetime ? accountEnds.Value : now + lifetime;
        var caller = new Caller(by.Caller.Tenant, CallerKind.User, by.Caller.Id, userId, by.Caller.Live, FrozenSet<string>.Empty, Scopes.Of([UserRoles.User]))
        {
            Groups = groups,
            Rooms = rooms,
            IsVouchedFor = true,
        };
        return (writer.Write(new AccessToken(caller, expires, SignIn: null, []) { Version = by.Version }), (int)(expires - now).TotalSeconds);
    }
}
