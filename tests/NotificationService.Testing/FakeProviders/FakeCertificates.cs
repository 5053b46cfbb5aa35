using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NotificationService.Testing.FakeProviders;

/// <summary>An authority of a test's own and a certificate of it for this machine.</summary>
public sealed class FakeCertificates : IDisposable
{
    private readonly X509Certificate2 authority;

    /// <param name="now">Both are valid from the day before for two days.</param>
    public FakeCertificates(DateTimeOffset now)
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Fake authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        authority = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        var leaf = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        leaf.CertificateExtensions.Add(names.Build());
        using var certificate = leaf.Create(authority, now.AddDays(-1), now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        Server = certificate.CopyWithPrivateKey(key);
        File.WriteAllText(AuthorityFile, authority.ExportCertificatePem());
    }

    public X509Certificate2 Server { get; }

    /// <summary>The authority as PEM.</summary>
    public string AuthorityFile { get; } = Path.Combine(Path.GetTempPath(), $"fake-authority-{Convert.ToHexString(RandomNumberGenerator.GetBytes(8))}.pem");

    public void Dispose()
    {
        File.Delete(AuthorityFile);
        Server.Dispose();
        authority.Dispose();
    }
}
