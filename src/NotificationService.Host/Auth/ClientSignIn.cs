using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>Checks a service account's credentials. Unknown, wrong, expired, disabled and not from here are one answer.</summary>
public sealed partial class ClientSignIn(SignInLookup lookup, TenantStore store, ClientSecrets secrets, SignInLimits limits, TimeProvider time)
{
    public Task<ServiceAccount?> SignInAsync(string clientId, string secret, IPAddress? address, CancellationToken cancellationToken)
    {
        var source = SignInSource.OfClient(address, clientId);
        return limits.RunAsync(source, token => SignInAsync(clientId, secret, address, source, token), cancellationToken);
    }

    private async Task<ServiceAccount?> SignInAsync(string clientId, string secret, IPAddress? address, SignInSource source, CancellationToken cancellationToken)
    {
        var account = ClientId().IsMatch(clientId) ? await FindAsync(clientId, cancellationToken) : null;
        if (!await secrets.VerifyAsync(account, secret, source, cancellationToken) || account is null)
            return null;
        if (account.DisabledAt is not null || account.ExpiresAt <= time.GetUtcNow())
            return null;
        var networks = AllowedNetworks.Parse(account.IpAllowList);
        return networks.Count == 0 || (address is not null && AllowedNetworks.Contain(networks, address)) ? account : null;
    }

    private async Task<ServiceAccount?> FindAsync(string clientId, CancellationToken cancellationToken)
    {
        if (await lookup.TenantOfClientAsync(clientId, cancellationToken) is not { } tenant)
            return null;
        return await store.RunAsync(
            tenant,
            (db, cancellation) => db.Set<ServiceAccount>().AsNoTracking().SingleOrDefaultAsync(account => account.ClientId == clientId, cancellation),
            cancellationToken);
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex ClientId();
}
