using System.Buffers.Text;
using System.Security.Cryptography;

namespace NotificationService.Tenants;

/// <summary>What a link in a mail says: the tenant, so that the scope is known, which token it is, and a secret of which only a hash is stored.</summary>
public sealed class OneTimeToken
{
    private const string Prefix = "nst_";
    private const int SecretSize = 32;
    private const int Size = 16 + 16 + SecretSize;
    private const int LongestText = 200;

    private readonly byte[] secret;

    private OneTimeToken(TenantId tenant, Guid id, byte[] secret) => (Tenant, Id, this.secret) = (tenant, id, secret);

    public TenantId Tenant { get; }

    public Guid Id { get; }

    public byte[] Hash => SHA256.HashData(secret);

    public static OneTimeToken New(TenantId tenant, Guid id) => new(tenant, id, RandomNumberGenerator.GetBytes(SecretSize));

    /// <summary>What is no token of ours is read as one of nobody's, so that it is looked for like any other.</summary>
    public static OneTimeToken Read(string? text)
    {
        if (text is null || text.Length > LongestText || !text.StartsWith(Prefix, StringComparison.Ordinal) || !Base64Url.IsValid(text.AsSpan(Prefix.Length), out var size) || size != Size)
            return new OneTimeToken(default, Guid.Empty, new byte[SecretSize]);
        var bytes = Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length));
        return new OneTimeToken(new TenantId(new Guid(bytes.AsSpan(0, 16), bigEndian: true)), new Guid(bytes.AsSpan(16, 16), bigEndian: true), bytes[32..]);
    }

    public override string ToString()
    {
        var bytes = new byte[Size];
        Tenant.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        Id.TryWriteBytes(bytes.AsSpan(16), bigEndian: true, out _);
        secret.CopyTo(bytes, 32);
        return Prefix + Base64Url.EncodeToString(bytes);
    }
}
