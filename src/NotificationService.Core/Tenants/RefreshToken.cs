using System.Buffers.Text;
using System.Security.Cryptography;

namespace NotificationService.Tenants;

/// <summary>
/// What a refresh token consists of: the tenant, so that the scope is known, the sign-in it belongs to, a secret that
/// stays the same for the sign-in, and one that changes with every use. Only hashes of the secrets are stored.
/// </summary>
public sealed class RefreshToken
{
    private const string Prefix = "nsr_";
    private const int SecretSize = 32;
    private const int Size = 16 + 16 + SecretSize + SecretSize;

    private readonly byte[] familySecret;
    private readonly byte[] currentSecret;

    private RefreshToken(TenantId tenant, Guid signIn, byte[] familySecret, byte[] currentSecret) =>
        (Tenant, SignIn, this.familySecret, this.currentSecret) = (tenant, signIn, familySecret, currentSecret);

    public TenantId Tenant { get; }

    public Guid SignIn { get; }

    public byte[] FamilyHash => SHA256.HashData(familySecret);

    public byte[] CurrentHash => SHA256.HashData(currentSecret);

    public static RefreshToken New(TenantId tenant, Guid signIn) =>
        new(tenant, signIn, RandomNumberGenerator.GetBytes(SecretSize), RandomNumberGenerator.GetBytes(SecretSize));

    /// <summary>The token to answer with when this one is used.</summary>
    public RefreshToken Next() => new(Tenant, SignIn, familySecret, RandomNumberGenerator.GetBytes(SecretSize));

    public static RefreshToken? Parse(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text.Length > 200 || !Base64Url.IsValid(text.AsSpan(Prefix.Length), out var size) || size != Size)
            return null;
        var bytes = Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length));
        return new RefreshToken(
            new TenantId(new Guid(bytes.AsSpan(0, 16), bigEndian: true)),
            new Guid(bytes.AsSpan(16, 16), bigEndian: true),
            bytes[32..(32 + SecretSize)],
            bytes[(32 + SecretSize)..]);
    }

    public override string ToString()
    {
        var bytes = new byte[Size];
        Tenant.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        SignIn.TryWriteBytes(bytes.AsSpan(16), bigEndian: true, out _);
        familySecret.CopyTo(bytes, 32);
        currentSecret.CopyTo(bytes, 32 + SecretSize);
        return Prefix + Base64Url.EncodeToString(bytes);
    }
}
