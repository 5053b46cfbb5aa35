using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace NotificationService.Host.Auth;

/// <summary>
/// The signing keys of access tokens, one derived from each master key. The first signs, all verify, so that a
/// rotation of master keys invalidates no token.
/// </summary>
public sealed class AccessTokenKeys
{
    private readonly FrozenDictionary<string, byte[]> byHeader;

    public AccessTokenKeys(IReadOnlyList<KeyValuePair<string, byte[]>> masterKeys)
    {
        if (masterKeys.Count == 0)
            throw new ArgumentException("there is no master key", nameof(masterKeys));
        var derived = masterKeys.Select(master => KeyValuePair.Create(HeaderOf(master.Key), Derive(master.Value))).ToList();
        (SigningHeader, SigningKey) = (derived[0].Key, derived[0].Value);
        byHeader = derived.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The first segment of every token that is issued: it names the algorithm, the type and the key.</summary>
    public string SigningHeader { get; }

    internal byte[] SigningKey { get; }

    /// <summary>
    /// The key of a token's first segment, which must be, byte for byte, one that this service would write. So no
    /// other algorithm, type, key id, embedded key or critical extension is ever looked at.
    /// </summary>
    internal byte[]? Find(ReadOnlySpan<char> header) =>
        byHeader.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(header, out var key) ? key : null;

    private static string HeaderOf(string keyId) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"alg":"HS256","typ":"at+jwt","kid":"{{System.Text.Json.JsonEncodedText.Encode(keyId)}}"}"""));

    private static byte[] Derive(byte[] masterKey) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, masterKey, outputLength: 32, salt: [], info: "notification-service access token HS256"u8.ToArray());
}
