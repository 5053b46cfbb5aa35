using System.Buffers.Text;
using System.Collections.Frozen;
using System.Text;
using NotificationService.Credentials;

namespace NotificationService.Host.Auth;

/// <summary>
/// The signing keys of access tokens, one derived from each master key. The first signs, all verify, so that a
/// rotation of master keys invalidates no token.
/// </summary>
public sealed class AccessTokenKeys
{
    private const string Purpose = "access token HS256";

    private readonly FrozenDictionary<string, byte[]> byHeader;

    public AccessTokenKeys(MasterKeys masterKeys)
    {
        byHeader = masterKeys.KeyIds.ToFrozenDictionary(HeaderOf, id => masterKeys.DeriveKey(Purpose, id), StringComparer.Ordinal);
        SigningHeader = HeaderOf(masterKeys.CurrentKeyId);
        SigningKey = byHeader[SigningHeader];
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
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"alg":"HS256","typ":"at+jwt","kid":"{{keyId}}"}"""));
}
