using System.Security.Cryptography.X509Certificates;

namespace NotificationService.Outbound;

/// <summary>Whom a server's certificate may come from: the system's roots, and those of a PEM file that the settings name.</summary>
public static class TrustedRoots
{
    /// <summary>
    /// Never left to the default, which fetches an issuer that a server did not send from wherever its certificate says: that would
    /// be a connection past the guard, to an address of the server's choosing. Revocation is not asked about for the same reason.
    /// </summary>
    /// <param name="pemFile">None: the system's are enough.</param>
    public static X509ChainPolicy Policy(string? pemFile)
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (pemFile is not { Length: > 0 })
            return policy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
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
