using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using NotificationService.Credentials;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Erasure;

/// <summary>Signs receipts of removals with keys of the service's own, each derived from a master key for this and nothing else.</summary>
public sealed class ErasureSigner(MasterKeys keys)
{
    private const string Purpose = "tenant erasure receipt HMAC-SHA256";
    private const string RecipientPurpose = "recipient erasure receipt ECDSA P-256";
    private const string DigestPurpose = "recipient erasure digest HMAC-SHA256";

    /// <summary>n - 1 of the curve P-256: a private key is from 1 to that.</summary>
    private static readonly BigInteger MaxScalar = new(Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632550"), isUnsigned: true, isBigEndian: true);

    public string KeyId => keys.CurrentKeyId;

    /// <summary>Null where the key is not there (any more).</summary>
    public string? Sign(TenantErasure erasure, string keyId) => keys.TryDeriveKey(Purpose, keyId, out var key)
        ? Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(TextOf(erasure))))
        : null;

    /// <summary>By the current key: ECDSA with SHA-256 over the receipt's text, DER, in base64. Whoever has the public key verifies it.</summary>
    public string Sign(RecipientErasure erasure)
    {
        using var key = SigningKey(keys.DeriveKey(RecipientPurpose, KeyId));
        return Convert.ToBase64String(key.SignData(Encoding.UTF8.GetBytes(erasure.Text()), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    /// <summary>The public key that belongs to a key id: SubjectPublicKeyInfo in base64. Null where the key is not there (any more).</summary>
    public string? PublicKey(string keyId)
    {
        if (!keys.TryDeriveKey(RecipientPurpose, keyId, out var derived))
            return null;
        using var key = SigningKey(derived);
        return Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());
    }

    /// <summary>Of a person of a tenant. Nobody without the service's key can try userIds until one fits.</summary>
    public byte[] DigestOf(TenantId tenant, string userId) =>
        HMACSHA256.HashData(keys.DeriveKey(DigestPurpose, KeyId), Encoding.UTF8.GetBytes($"{tenant}\n{userId}"));

    /// <summary>The derived bytes as a number from 1 to n - 1.</summary>
    private static ECDsa SigningKey(byte[] derived)
    {
        var scalar = (new BigInteger(derived, isUnsigned: true, isBigEndian: true) % MaxScalar) + 1;
        var bytes = scalar.ToByteArray(isUnsigned: true, isBigEndian: true);
        var padded = new byte[32];
        bytes.CopyTo(padded, padded.Length - bytes.Length);
        return ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = padded });
    }

    /// <summary>What is signed: a line each for id, digest and the two times, then one for each table in the order of their names.</summary>
    private static string TextOf(TenantErasure erasure) => string.Join(
        '\n',
        (string[])
        [
            erasure.Id.ToString(), erasure.Digest.ToString(), Rfc3339.Text(erasure.RequestedAt), erasure.FinishedAt is { } end ? Rfc3339.Text(end) : "",
            .. erasure.Counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{count.Key} {count.Value}"),
        ]);
}
