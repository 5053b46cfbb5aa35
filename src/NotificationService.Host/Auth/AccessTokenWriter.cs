using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using NotificationService.Storage;

namespace NotificationService.Host.Auth;

/// <summary>Signs access tokens: compact JWTs, HS256.</summary>
public sealed class AccessTokenWriter(AccessTokenKeys keys, Ids ids, TimeProvider time)
{
    public const string Issuer = "notification-service";
    public const string Audience = "notification-service";

    private readonly JsonWebTokenHandler handler = new();

    public string Write(AccessToken token)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = AccessTokenKeys.TokenType,
            Issuer = Issuer,
            Audience = Audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = token.ExpiresAt.UtcDateTime,
            Claims = AccessTokenClaims.Of(token, ids.Next()),
            SigningCredentials = keys.Signing,
        });
    }
}
