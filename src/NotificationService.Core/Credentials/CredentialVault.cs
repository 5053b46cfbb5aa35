using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace NotificationService.Credentials;

/// <summary>
/// Seals and opens credentials by AES-256-GCM. Sealed: version (1) · length of the key id (1) · key id · nonce (12) ·
/// tag (16) · ciphertext. Version, key id and address are associated data, so that nothing of it can be changed or moved.
/// </summary>
public sealed class CredentialVault(MasterKeys masterKeys)
{
    private const byte Version = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const string Purpose = "provider credentials";

    private readonly ConcurrentDictionary<string, byte[]> derived = new(StringComparer.Ordinal);

    public string CurrentKeyId => masterKeys.CurrentKeyId;

    public byte[] Seal(string secret, CredentialAddress address)
    {
        var keyId = masterKeys.CurrentKeyId;
        var plain = Encoding.UTF8.GetBytes(secret);
        var header = 2 + keyId.Length;
        var result = new byte[header + NonceBytes + TagBytes + plain.Length];
        result[0] = Version;
        result[1] = (byte)keyId.Length;
        Encoding.ASCII.GetBytes(keyId, result.AsSpan(2));
        var nonce = result.AsSpan(header, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(Key(keyId), TagBytes);
        aes.Encrypt(
            nonce, plain, result.AsSpan(header + NonceBytes + TagBytes), result.AsSpan(header + NonceBytes, TagBytes),
            address.AssociatedData(Version, keyId));
        CryptographicOperations.ZeroMemory(plain);
        return result;
    }

    public OpenedCredential Open(ReadOnlySpan<byte> sealedBytes, CredentialAddress address)
    {
        if (sealedBytes.Length < 2 || sealedBytes[0] != Version)
            return new OpenedCredential.Unreadable($"the stored {address.Field} is damaged: unknown format");
        var header = 2 + sealedBytes[1];
        if (sealedBytes.Length < header + NonceBytes + TagBytes)
            return new OpenedCredential.Unreadable($"the stored {address.Field} is damaged: cut short");
        var keyId = Encoding.ASCII.GetString(sealedBytes[2..header]);
        if (!masterKeys.Contains(keyId))
            return new OpenedCredential.Unreadable($"the stored {address.Field} is encrypted under a master key that this process does not have", IsKeyMissing: true);

        var plain = new byte[sealedBytes.Length - header - NonceBytes - TagBytes];
        using var aes = new AesGcm(Key(keyId), TagBytes);
        try
        {
            aes.Decrypt(
                sealedBytes.Slice(header, NonceBytes), sealedBytes[(header + NonceBytes + TagBytes)..],
                sealedBytes.Slice(header + NonceBytes, TagBytes), plain, address.AssociatedData(Version, keyId));
            return new OpenedCredential.Readable(Encoding.UTF8.GetString(plain));
        }
        catch (AuthenticationTagMismatchException)
        {
            return new OpenedCredential.Unreadable($"the stored {address.Field} does not decrypt: it was changed, or belongs to another place or master key");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>How many bytes are sealed within, which shows without any key; 0 for what is damaged.</summary>
    public static int LengthOf(ReadOnlySpan<byte> sealedBytes) =>
        sealedBytes.Length < 2 ? 0 : Math.Max(0, sealedBytes.Length - 2 - sealedBytes[1] - NonceBytes - TagBytes);

    private byte[] Key(string keyId) => derived.GetOrAdd(keyId, static (id, keys) => keys.DeriveKey(Purpose, id), masterKeys);
}
