using System.Buffers.Text;
using System.Security.Cryptography;

namespace NotificationService.Tenants;

/// <summary>
/// What a refresh token consists of: the tenant, so that the scope is known, the sign-in it belongs to, a secret that
/// stays the same for the sign-in, and one that changes with every use. Only hashes of the secrets are stored. One that is
/// given out as a cookie is good as a cookie only: it hashes to another family than the same bytes in a body.
/// </summary>
public sealed class RefreshToken
{
    private const string Prefix = "nsr_";
    private const string CookiePrefix = "nsc_";
    private const int SecretSize = 32;
    private const int Size = 16 + 16 + SecretSize + SecretSize;

    private readonly byte[] familySecret;
    private readonly byte[] currentSecret;

    private RefreshToken(TenantId tenant, Guid signIn, byte[] familySecret, byte[] currentSecret, bool isCookie) =>
        (Tenant, SignIn, this.familySecret, this.currentSecret, IsCookie) = (tenant, signIn, familySecret, currentSecret, isCookie);

    public TenantId Tenant { get; }

    public Guid SignIn { get; }

    /// <summary>Whether it travels as a cookie, and not in bodies.</summary>
    public bool IsCookie { get; }

    public byte[] FamilyHash => IsCookie ? HMACSHA256.HashData(familySecret, "cookie"u8) : SHA256.HashData(familySecret);

    public byte[] CurrentHash => SHA256.HashData(currentSecret);

    /// <summary>
    /// What whoever uses the cookie must send besides it, in a header: shows that the page that asks was answered when it signed in. It is the same for the whole
    /// sign-in, so that all tabs have the same, and nobody who cannot read the cookie can work it out.
    /// </summary>
    public string CsrfToken => Base64Url.EncodeToString(HMACSHA256.HashData(familySecret, "csrf"u8));

    public static RefreshToken New(TenantId tenant, Guid signIn, bool isCookie = false) =>
        new(tenant, signIn, RandomNumberGenerator.GetBytes(SecretSize), RandomNumberGenerator.GetBytes(SecretSize), isCookie);

    /// <summary>The token to answer with when this one is used.</summary>
    public RefreshToken Next() => new(Tenant, SignIn, familySecret, RandomNumberGenerator.GetBytes(SecretSize), IsCookie);

    /// <summary>Whether that is <see cref="CsrfToken"/>. Takes as long whatever is wrong with it.</summary>
    public bool IsCsrfToken(string? text)
    {
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var isRead = text is { Length: 43 } && Base64Url.TryDecodeFromChars(text, given, out var written) && written == given.Length;
        return CryptographicOperations.FixedTimeEquals(given, HMACSHA256.HashData(familySecret, "csrf"u8)) && isRead;
    }

    public static RefreshToken? Parse(string text, bool isCookie = false)
    {
        var prefix = isCookie ? CookiePrefix : Prefix;
        if (!text.StartsWith(prefix, StringComparison.Ordinal) || text.Length > 200 || !Base64Url.IsValid(text.AsSpan(prefix.Length), out var size) || size != Size)
            return null;
        var bytes = Base64Url.DecodeFromChars(text.AsSpan(prefix.Length));
        return new RefreshToken(
            new TenantId(new Guid(bytes.AsSpan(0, 16), bigEndian: true)),
            new Guid(bytes.AsSpan(16, 16), bigEndian: true),
            bytes[32..(32 + SecretSize)],
            bytes[(32 + SecretSize)..],
            isCookie);
    }

    public override string ToString()
    {
        var bytes = new byte[Size];
        Tenant.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        SignIn.TryWriteBytes(bytes.AsSpan(16), bigEndian: true, out _);
        familySecret.CopyTo(bytes, 32);
        currentSecret.CopyTo(bytes, 32 + SecretSize);
        return (IsCookie ? CookiePrefix : Prefix) + Base64Url.EncodeToString(bytes);
    }
}
