using System.Security.Cryptography;
using System.Text;
using NotificationService.Credentials;
using NotificationService.Storage;

namespace NotificationService.Erasure;

/// <summary>Signs receipts of removals with a key of the service's own, derived from a master key for this and nothing else.</summary>
public sealed class ErasureSigner(MasterKeys keys)
{
    private const string Purpose = "tenant erasure receipt HMAC-SHA256";

    public string KeyId => keys.CurrentKeyId;

    /// <summary>Null where the key is not there (any more).</summary>
    public string? Sign(TenantErasure erasure, string keyId) => keys.TryDeriveKey(Purpose, keyId, out var key)
        ? Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(TextOf(erasure))))
        : null;

    /// <summary>What is signed: a line each for id, digest and the two times, then one for each table in the order of their names.</summary>
    private static string TextOf(TenantErasure erasure) => string.Join(
        '\n',
        (string[])
        [
            erasure.Id.ToString(), erasure.Digest.ToString(), Rfc3339.Text(erasure.RequestedAt), erasure.FinishedAt is { } end ? Rfc3339.Text(end) : "",
            .. erasure.Counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{count.Key} {count.Value}"),
        ]);
}
