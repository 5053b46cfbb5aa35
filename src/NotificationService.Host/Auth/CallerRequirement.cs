using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>Passes a service account that has one of the scopes and a person who has one of the roles.</summary>
public sealed class CallerRequirement(string[] scopes, string[] roles)
{
    /// <summary>The scopes that pass; the first is the one to ask for.</summary>
    public IReadOnlyList<string> Scopes => scopes;

    /// <summary>The roles that pass; the first is the least of them.</summary>
    public IReadOnlyList<string> Roles => roles;

    public bool Allows(Caller caller) => caller.Kind == CallerKind.ServiceAccount ? HasOne(caller.Scopes, scopes) : HasOne(caller.Roles, roles);

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
