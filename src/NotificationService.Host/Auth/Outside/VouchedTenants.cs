using System.Collections.Concurrent;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth.Outside;

/// <summary>Which tenant a name in a token means, and whether the token's issuer may vouch for it. Only names of verified tokens are asked for.</summary>
public sealed class VouchedTenants(SignInLookup lookup, TimeProvider time)
{
    /// <summary>Names that are remembered.</summary>
    public const int Capacity = 10_000;

    /// <summary>All but the platform's own tenant, which has to be named.</summary>
    private const string Everybody = "*";

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (TenantId? Tenant, long At)> known = new(StringComparer.Ordinal);

    /// <summary>Null where there is no such tenant, or the issuer has no say in it.</summary>
    public async ValueTask<TenantId?> FindAsync(OidcIssuerOptions issuer, string name, CancellationToken cancellationToken)
    {
        if (await NamedAsync(name, cancellationToken) is not { } tenant)
            return null;
        foreach (var entry in (issuer.Tenants ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if ((entry == Everybody && tenant != SystemTenant.Id) || await NamedAsync(entry, cancellationToken) == tenant)
                return tenant;
        }

        return null;
    }

    private async ValueTask<TenantId?> NamedAsync(string name, CancellationToken cancellationToken)
    {
        if (known.TryGetValue(name, out var found) && time.GetElapsedTime(found.At) < Lifetime)
            return found.Tenant;
        var tenant = await lookup.TenantNamedAsync(name, cancellationToken);
        if (known.Count >= Capacity)
            known.Clear();
        known[name] = (tenant, time.GetTimestamp());
        return tenant;
    }
}
