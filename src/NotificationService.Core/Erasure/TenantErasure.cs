using System.Security.Cryptography;
using NotificationService.Tenants;

namespace NotificationService.Erasure;

/// <summary>The receipt of a tenant's removal.</summary>
/// <param name="Digest">Of the tenant's id: whoever knows the id can see that it is this tenant's, and nobody else learns it.</param>
/// <param name="Counts">Rows that were removed, by table.</param>
/// <param name="Signature">Null until it is finished.</param>
public sealed record TenantErasure(Guid Id, DateTimeOffset RequestedAt, DateTimeOffset? FinishedAt, Guid Digest, IReadOnlyDictionary<string, long> Counts, string? KeyId, string? Signature)
{
    /// <summary>The first half of the SHA-256 of the id's sixteen bytes.</summary>
    public static Guid DigestOf(TenantId tenant)
    {
        Span<byte> bytes = stackalloc byte[16];
        Span<byte> hash = stackalloc byte[32];
        tenant.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        SHA256.HashData(bytes, hash);
        return new Guid(hash[..16], bigEndian: true);
    }
}
