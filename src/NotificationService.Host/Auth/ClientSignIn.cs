using System.Net;
using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>Checks a service account's credentials. Unknown, wrong, expired, disabled and not from here are one answer.</summary>
public sealed class ClientSignIn(
    SignInLookup lookup, TenantStore store, ClientSecrets secrets, SignInLimits limits, SignInRecords records, AccountUses uses, TimeProvider time)
{
    public Task<SignedInClient?> SignInAsync(string clientId, string secret, IPAddress? address, CancellationToken cancellationToken)
    {
        var source = SignInSource.OfClient(address, clientId);
        return limits.RunAsync(source, token => SignInAsync(clientId, secret, address, source, token), cancellationToken);
    }

    private async Task<SignedInClient?> SignInAsync(string clientId, string secret, IPAddress? address, SignInSource source, CancellationToken cancellationToken)
    {
        var account = ClientSecrets.IsClientId(clientId) ? await FindAsync(clientId, cancellationToken) : null;
        var signedIn = await CheckedAsync(account, secret, address, source, cancellationToken);
        if (signedIn is not null)
            records.NoteToken(signedIn.Account);
        else if (account is not null)
            records.NoteFailure(account.TenantId, $"service-account/{account.Id}");
        return signedIn;
    }

    private async Task<SignedInClient?> CheckedAsync(ServiceAccount? account, string secret, IPAddress? address, SignInSource source, CancellationToken cancellationToken)
    {
        var fitting = await secrets.VerifyAsync(account, secret, source, cancellationToken);
        if (fitting == FittingSecret.None || account is null)
            return null;
        if (account.DisabledAt is not null || account.ExpiresAt <= time.GetUtcNow())
            return null;
        var networks = AllowedNetworks.Parse(account.IpAllowList);
        if (networks.Count > 0 && (address is null || !AllowedNetworks.Contain(networks, address)))
            return null;
        uses.Note(account.TenantId, account.Id);
        return new SignedInClient(account, fitting == FittingSecret.Previous ? account.PreviousUntil : null);
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
}

/// <summary>A service account that showed its secret.</summary>
/// <param name="SecretEnds">When that secret ends; null for the newest.</param>
public sealed record SignedInClient(ServiceAccount Account, DateTimeOffset? SecretEnds);
