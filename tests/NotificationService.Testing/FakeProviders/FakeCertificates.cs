using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NotificationService.Testing.FakeProviders;

/// <summary>An authority of a test's own and a certificate of it for this machine.</summary>
public sealed class FakeCertificates : IDisposable
{
    private readonly X509Certificate2 authority;
    private readonly X509Certificate2? between;

    /// <param name="now">All are valid from the day before for two days.</param>
    /// <param name="issuerAt">Where the server's certificate says that its issuer's may be fetched: one between it and the authority, which the server does not send.</param>
    public FakeCertificates(DateTimeOffset now, Uri? issuerAt = null)
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        authority = Issuer("CN=Fake authority", authorityKey).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        if (issuerAt is not null)
        {
            using var betweenKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var issued = Issuer("CN=Fake authority between", betweenKey).Create(authority, now.AddDays(-1), now.AddDays(1), RandomNumberGenerator.GetBytes(8));
            between = issued.CopyWithPrivateKey(betweenKey);
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        var leaf = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        leaf.CertificateExtensions.Add(names.Build());
        if (issuerAt is not null)
            leaf.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(ocspUris: null, caIssuersUris: [issuerAt.AbsoluteUri]));
        using var certificate = leaf.Create(between ?? authority, now.AddDays(-1), now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        Server = certificate.CopyWithPrivateKey(key);
        File.WriteAllText(AuthorityFile, authority.ExportCertificatePem());
    }

    public X509Certificate2 Server { get; }

    /// <summary>What a server sends: its certificate and nothing that it would have to fetch first.</summary>
    public SslStreamCertificateContext ServerAlone => SslStreamCertificateContext.Create(Server, additionalCertificates: null, offline: true);

    /// <summary>The authority as PEM.</summary>
    public string AuthorityFile { get; } = Path.Combine(Path.GetTempPath(), $"fake-authority-{Convert.ToHexString(RandomNumberGenerator.GetBytes(8))}.pem");

    public void Dispose()
    {
        File.Delete(AuthorityFile);
        Server.Dispose();
        between?.Dispose();
        authority.Dispose();
    }

    private static CertificateRequest Issuer(string name, ECDsa key) => new(name, key, HashAlgorithmName.SHA256)
    {
        CertificateExtensions = { new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true) },
    };
}
