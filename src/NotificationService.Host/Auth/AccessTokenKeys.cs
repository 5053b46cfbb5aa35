using System.Buffers.Text;
using System.Collections.Frozen;
using System.Text;
using Microsoft.IdentityModel.Tokens;
using NotificationService.Credentials;

namespace NotificationService.Host.Auth;

/// <summary>
/// The signing keys of access tokens, one derived from each master key. The first signs, all verify, so that a
/// rotation of master keys invalidates no token.
/// </summary>
public sealed class AccessTokenKeys
{
    /// <summary>The only algorithm that signs and the only one that is accepted.</summary>
    public const string Algorithm = SecurityAlgorithms.HmacSha256;

    /// <summary>The type of RFC 9068, which no other kind of token has.</summary>
    public const string TokenType = "at+jwt";

    private const string Purpose = "access token HS256";

    private readonly FrozenSet<string> headers;

    public AccessTokenKeys(MasterKeys masterKeys)
    {
        All = [.. masterKeys.KeyIds.Select(id => new SymmetricSecurityKey(masterKeys.DeriveKey(Purpose, id)) { KeyId = id })];
        Signing = new SigningCredentials(All.Single(key => key.KeyId == masterKeys.CurrentKeyId), Algorithm);
        headers = masterKeys.KeyIds.SelectMany(HeadersOf).ToFrozenSet(StringComparer.Ordinal);
    }

    internal IReadOnlyList<SecurityKey> All { get; }

    internal SigningCredentials Signing { get; }

    /// <summary>
    /// Whether a token's first segment is, byte for byte, one that this service writes. So no other algorithm, type or key id, no
    /// embedded key, no address of one and no critical extension is ever looked at.
    /// </summary>
    internal bool IsHeader(ReadOnlySpan<char> header) => headers.GetAlternateLookup<ReadOnlySpan<char>>().Contains(header);

    /// <summary>The order in which the library writes the names, and that of the builds before it, whose tokens live on for an hour.</summary>
    private static IEnumerable<string> HeadersOf(string keyId) =>
    [
        Encoded($$"""{"alg":"{{Algorithm}}","kid":"{{keyId}}","typ":"{{TokenType}}"}"""),
        Encoded($$"""{"alg":"{{Algorithm}}","typ":"{{TokenType}}","kid":"{{keyId}}"}"""),
    ];

    private static string Encoded(string header) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header));
}
