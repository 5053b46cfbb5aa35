using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>
/// What an idempotency key identifies: SHA-256 over route, tenant and the canonical body. White space, the order of
/// properties and the way a character is escaped do not count; any other difference does.
/// </summary>
public static class RequestFingerprint
{
    public const int Size = SHA256.HashSizeInBytes;

    /// <summary>The one place that compares fingerprints.</summary>
    public static bool AreSame(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => one.SequenceEqual(other);

    /// <summary>The fingerprint of a body that is valid JSON; an empty body counts as none.</summary>
    public static byte[] Of(string route, TenantId tenant, ReadOnlySpan<byte> json)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> head = stackalloc byte[20];
        tenant.Value.TryWriteBytes(head, bigEndian: true, out _);
        var name = Encoding.UTF8.GetBytes(route);
        BinaryPrimitives.WriteInt32BigEndian(head[16..], name.Length);
        hash.AppendData(head);
        hash.AppendData(name);
        if (!json.IsEmpty)
            CanonicalJson.Write(json, hash, static (bytes, into) => into.AppendData(bytes));
        return hash.GetHashAndReset();
    }
}
