using System.Buffers.Binary;
using System.Security.Cryptography;
using NotificationService.Credentials;
using NotificationService.Tenants;

namespace NotificationService.Erasure;

/// <summary>
/// Ids of exports: when each ends, and a signature over that and the tenant, in sixteen bytes. Nothing is stored for an export, and the id opens nothing by itself:
/// whoever fetches it is an admin of the tenant.
/// </summary>
public sealed class ExportTickets(MasterKeys keys, TimeProvider time)
{
    public static readonly TimeSpan GoodFor = TimeSpan.FromHours(24);

    private const string Purpose = "tenant export ticket HMAC-SHA256";
    private const int TimeBytes = 8;

    public (Guid Id, DateTimeOffset ExpiresAt) Issue(TenantId tenant)
    {
        var ends = time.GetUtcNow().Add(GoodFor).ToUnixTimeSeconds();
        return (IdOf(tenant, ends, keys.CurrentKeyId), DateTimeOffset.FromUnixTimeSeconds(ends));
    }

    public bool IsGood(Guid id, TenantId tenant)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var ends = BinaryPrimitives.ReadInt64BigEndian(bytes);
        return ends > time.GetUtcNow().ToUnixTimeSeconds() && keys.KeyIds.Any(key => Is(id, IdOf(tenant, ends, key)));
    }

    private Guid IdOf(TenantId tenant, long ends, string keyId)
    {
        Span<byte> signed = stackalloc byte[16 + TimeBytes];
        tenant.Value.TryWriteBytes(signed, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(signed[16..], ends);
        Span<byte> mac = stackalloc byte[32];
        HMACSHA256.HashData(keys.DeriveKey(Purpose, keyId), signed, mac);
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(id, ends);
        mac[..8].CopyTo(id[TimeBytes..]);
        return new Guid(id, bigEndian: true);
    }

    private static bool Is(Guid one, Guid other) => CryptographicOperations.FixedTimeEquals(one.ToByteArray(), other.ToByteArray());
}
