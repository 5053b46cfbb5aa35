using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using NotificationService.Channels;
using NotificationService.Credentials;
using NotificationService.Tenants;

namespace NotificationService.Recipients;

/// <summary>
/// Links by which whoever reads at an address says what is not to be sent there, without a log-in. All that a link is about is sealed in it: nothing is stored for it, nobody can read the
/// address in it, guess one or make another of it, and it works for as long as there is the master key by which it was sealed. The same link is the same text.
/// </summary>
public sealed class OptOutLinks
{
    /// <summary>Of a token: what is longer is none.</summary>
    public const int Longest = 1_000;

    /// <summary>A header's line has at most 998 characters.</summary>
    private const int LongestUrl = 900;

    private const string SealingPurpose = "opt-out link AES-256-GCM", NamingPurpose = "opt-out link nonce HMAC-SHA256";
    private const byte Version = 1;
    private const int NonceBytes = 12, TagBytes = 16, TenantBytes = 16, HeadBytes = TenantBytes + 2 + sizeof(ushort);

    private readonly FrozenDictionary<string, Keys> keys;
    private readonly string current;
    private readonly PublicUrl publicUrl;

    public OptOutLinks(MasterKeys keys, PublicUrl publicUrl)
    {
        (this.publicUrl, current) = (publicUrl, keys.CurrentKeyId);
        this.keys = keys.KeyIds.ToFrozenDictionary(id => id, id => new Keys(keys.DeriveKey(SealingPurpose, id), keys.DeriveKey(NamingPurpose, id)), StringComparer.Ordinal);
    }

    /// <summary>The address of the page; null where the service does not know its own address, and where it would be too long for a header.</summary>
    public string? UrlOf(OptOutLink link) => publicUrl.Value is not null && publicUrl.At($"u/{Seal(link)}")?.AbsoluteUri is { Length: <= LongestUrl } url ? url : null;

    /// <summary>What stands behind <c>/u/</c>.</summary>
    public string Seal(OptOutLink link)
    {
        var (category, address) = (Encoding.UTF8.GetBytes(link.Category ?? ""), Encoding.UTF8.GetBytes(link.Address));
        var plain = new byte[HeadBytes + category.Length + address.Length];
        link.Tenant.Value.TryWriteBytes(plain, bigEndian: true, out _);
        plain[TenantBytes] = (byte)link.Channel;
        plain[TenantBytes + 1] = link.Category is null ? (byte)0 : (byte)1;
        BinaryPrimitives.WriteUInt16BigEndian(plain.AsSpan(TenantBytes + 2), (ushort)category.Length);
        category.CopyTo(plain, HeadBytes);
        address.CopyTo(plain, HeadBytes + category.Length);

        var with = keys[current];
        var token = new byte[1 + NonceBytes + TagBytes + plain.Length];
        token[0] = Version;
        // Of what is sealed, so that two different links never share one.
        HMACSHA256.HashData(with.Naming, plain).AsSpan(0, NonceBytes).CopyTo(token.AsSpan(1));
        using var cipher = new AesGcm(with.Sealing, TagBytes);
        cipher.Encrypt(token.AsSpan(1, NonceBytes), plain, token.AsSpan(1 + NonceBytes + TagBytes), token.AsSpan(1 + NonceBytes, TagBytes), token.AsSpan(0, 1));
        return Base64Url.EncodeToString(token);
    }

    /// <summary>Null for whatever this service did not seal.</summary>
    public OptOutLink? Open(string token)
    {
        if (token.Length is 0 or > Longest || !Base64Url.IsValid(token))
            return null;
        var bytes = Base64Url.DecodeFromChars(token);
        // Bits that say nothing would make several texts of one token.
        if (bytes.Length < 1 + NonceBytes + TagBytes + HeadBytes || bytes[0] != Version || Base64Url.EncodeToString(bytes) != token)
            return null;
        var plain = new byte[bytes.Length - 1 - NonceBytes - TagBytes];
        foreach (var with in keys.Values)
        {
            using var cipher = new AesGcm(with.Sealing, TagBytes);
            try
            {
                cipher.Decrypt(bytes.AsSpan(1, NonceBytes), bytes.AsSpan(1 + NonceBytes + TagBytes), bytes.AsSpan(1 + NonceBytes, TagBytes), plain, bytes.AsSpan(0, 1));
            }
            catch (AuthenticationTagMismatchException)
            {
                continue;
            }

            return Read(plain);
        }

        return null;
    }

    private static OptOutLink Read(byte[] plain)
    {
        var length = BinaryPrimitives.ReadUInt16BigEndian(plain.AsSpan(TenantBytes + 2));
        return new OptOutLink(
            new TenantId(new Guid(plain.AsSpan(0, TenantBytes), bigEndian: true)),
            (ChannelKind)plain[TenantBytes],
            Encoding.UTF8.GetString(plain, HeadBytes + length, plain.Length - HeadBytes - length),
            plain[TenantBytes + 1] == 0 ? null : Encoding.UTF8.GetString(plain, HeadBytes, length));
    }

    private sealed record Keys(byte[] Sealing, byte[] Naming);
}

/// <summary>What a link is about.</summary>
/// <param name="Address">As suppressions spell it.</param>
/// <param name="Category">That of the message which has the link; null for none.</param>
public sealed record OptOutLink(TenantId Tenant, ChannelKind Channel, string Address, string? Category)
{
    /// <summary>What is left by one click.</summary>
    public string Scope => Category is null ? SuppressionScopes.Marketing : Preferences.OptOuts.OfCategory + Category;

    /// <summary>Addresses stay out of logs and exceptions.</summary>
    public override string ToString() => "an opt-out link";
}
