using System.Collections.Frozen;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>Makes access tokens for who has signed in.</summary>
public sealed class TokenIssuer(AccessTokenWriter writer, TimeProvider time)
{
    /// <summary>For a service account, no longer than the account itself is good. Answers the token and for how long.</summary>
    public (string Token, int Seconds) Issue(ServiceAccount account, IReadOnlySet<string> scopes)
    {
        var now = time.GetUtcNow();
        var expires = now + AccessTokenLifetimes.ServiceAccount;
        if (account.ExpiresAt < expires)
            expires = account.ExpiresAt.Value;
        var caller = new Caller(account.TenantId, CallerKind.ServiceAccount, account.Id, UserId: null, account.Live, scopes, FrozenSet<string>.Empty);
        return (writer.Write(new AccessToken(caller, expires, SignIn: null, AllowedNetworks.Parse(account.IpAllowList))), (int)(expires - now).TotalSeconds);
    }

    public (string Token, int Seconds) Issue(User user, Guid signIn)
    {
        var caller = new Caller(user.TenantId, CallerKind.User, user.Id, user.UserId, Live: true, FrozenSet<string>.Empty, Scopes.Of(user.Roles));
        var token = writer.Write(new AccessToken(caller, time.GetUtcNow() + AccessTokenLifetimes.User, signIn, []));
        return (token, (int)AccessTokenLifetimes.User.TotalSeconds);
    }
}
