using System.Text;
using NotificationService.Tenants;

namespace NotificationService.Credentials;

/// <summary>Where a secret belongs. It is bound into the ciphertext: at any other place it does not decrypt.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Owner">The provider or the webhook endpoint that uses it.</param>
/// <param name="Field">Which of its secrets it is.</param>
public sealed record CredentialAddress(TenantId Tenant, Guid Owner, string Field)
{
    /// <summary>Fixed-length parts first and the field last, so that no two addresses give the same bytes.</summary>
    internal byte[] AssociatedData(byte version, string keyId)
    {
        var bytes = new byte[1 + 16 + 16 + 1 + keyId.Length + Encoding.UTF8.GetByteCount(Field)];
        bytes[0] = version;
        Tenant.Value.TryWriteBytes(bytes.AsSpan(1), bigEndian: true, out _);
        Owner.TryWriteBytes(bytes.AsSpan(17), bigEndian: true, out _);
        bytes[33] = (byte)keyId.Length;
        Encoding.ASCII.GetBytes(keyId, bytes.AsSpan(34));
        Encoding.UTF8.GetBytes(Field, bytes.AsSpan(34 + keyId.Length));
        return bytes;
    }
}
