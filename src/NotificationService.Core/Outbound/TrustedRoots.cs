using System.Security.Cryptography.X509Certificates;

namespace NotificationService.Outbound;

/// <summary>Whom a server's certificate may come from: the system's roots, and those of a PEM file that the settings name.</summary>
public static class TrustedRoots
{
    /// <summary>Null: the system's are enough.</summary>
    public static X509ChainPolicy? Policy(string? pemFile)
    {
        if (pemFile is not { Length: > 0 })
            return null;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        foreach (var location in (StoreLocation[])[StoreLocation.LocalMachine, StoreLocation.CurrentUser])
        {
            using var store = new X509Store(StoreName.Root, location);
            store.Open(OpenFlags.ReadOnly);
            policy.CustomTrustStore.AddRange(store.Certificates);
        }

        policy.CustomTrustStore.ImportFromPemFile(pemFile);
        return policy;
    }
}
