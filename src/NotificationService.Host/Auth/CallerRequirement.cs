using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>Passes a service account that has one of the scopes and a person who has one of the roles.</summary>
public sealed class CallerRequirement(string[] scopes, string[] roles)
{
    /// <summary>The scopes that pass; the first is the one to ask for.</summary>
    public IReadOnlyList<string> Scopes => scopes;

    /// <summary>The roles that pass; the first is the least of them.</summary>
    public IReadOnlyList<string> Roles => roles;

    /// <summary>The caller's own account: whoever acts in a tenant that is not theirs has none there, nor has who signs in at an outside issuer and has no row here.</summary>
    public bool IsOfOwnAccount { get; init; }

    /// <summary>
    /// The caller's own things as a recipient, which every person has, without a log-in too. A platform admin who acts in another tenant has none there, nor has anybody
    /// who comes by a test account: what that sends reaches nobody.
    /// </summary>
    public bool IsOfOwnThings { get; init; }

    /// <summary>Nothing but a person's own things is open to a person without a log-in.</summary>
    public bool Allows(Caller caller) => IsOfOwnThings ? caller is { Kind: CallerKind.User, UserId: not null, Elevation: null, Live: true } : AllowsByGrant(caller);

    private bool AllowsByGrant(Caller caller) =>
        !caller.IsVouchedFor && !(IsOfOwnAccount && (caller.Elevation is not null || !caller.HasAccount))
        && (caller.Kind == CallerKind.ServiceAccount ? HasOne(caller.Scopes, scopes) : HasOne(caller.Roles, roles));

    private static bool HasOne(IReadOnlySet<string> has, string[] wanted)
    {
        foreach (var one in wanted)
        {
            if (has.Contains(one))
                return true;
        }

        return false;
    }
}
