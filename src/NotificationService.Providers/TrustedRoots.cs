using System.Security.Cryptography.X509Certificates;

namespace NotificationService.Providers;

/// <summary>Whom a server's certificate may come from: the system's roots, and those of <see cref="ProviderOptions.TrustedRoots"/>.</summary>
internal static class TrustedRoots
{
    /// <summary>Null: the system's are enough.</summary>
    public static X509ChainPolicy? Policy(ProviderOptions options)
    {
        if (options.TrustedRoots is not { Length: > 0 } file)
            return null;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        foreach (var location in (StoreLocation[])[StoreLocation.LocalMachine, StoreLocation.CurrentUser])
        {
            using var store = new X509Store(StoreName.Root, location);
            store.Open(OpenFlags.ReadOnly);
            policy.CustomTrustStore.AddRange(store.Certificates);
        }

        policy.CustomTrustStore.ImportFromPemFile(file);
        return policy;
    }
}
