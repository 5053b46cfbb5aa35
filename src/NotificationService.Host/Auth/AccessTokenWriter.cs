using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>Signs access tokens: compact JWTs, HS256.</summary>
public sealed class AccessTokenWriter(AccessTokenKeys keys, Ids ids, TimeProvider time)
{
    public const string Issuer = "notification-service";
    public const string Audience = "notification-service";
    public const string ServiceAccountKind = "service_account";
    public const string UserKind = "user";

    public string Write(AccessToken token)
    {
        var payload = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(payload))
            WriteClaims(json, token);
        var signed = $"{keys.SigningHeader}.{Base64Url.EncodeToString(payload.WrittenSpan)}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(keys.SigningKey, Encoding.ASCII.GetBytes(signed)))}";
    }

    private void WriteClaims(Utf8JsonWriter json, AccessToken token)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var caller = token.Caller;
        json.WriteStartObject();
        json.WriteString("iss", Issuer);
        json.WriteString("aud", Audience);
        json.WriteNumber("iat", now);
        json.WriteNumber("nbf", now);
        json.WriteNumber("exp", token.ExpiresAt.ToUnixTimeSeconds());
        json.WriteString("jti", ids.Next());
        json.WriteString("sub", caller.Id);
        json.WriteString("tenant", caller.Tenant.Value);
        json.WriteString("kind", caller.Kind == CallerKind.User ? UserKind : ServiceAccountKind);
        json.WriteBoolean("live", caller.Live);
        if (caller.UserId is not null)
            json.WriteString("uid", caller.UserId);
        if (token.SignIn is { } signIn)
            json.WriteString("sid", signIn);
        if (caller.Kind == CallerKind.User)
            WriteArray(json, "roles", caller.Roles.Order(StringComparer.Ordinal));
        else
            json.WriteString("scope", string.Join(' ', caller.Scopes.Order(StringComparer.Ordinal)));
        if (token.AllowedNetworks.Count > 0)
            WriteArray(json, "nets", token.AllowedNetworks.Select(network => network.ToString()));
        json.WriteEndObject();
    }

    private static void WriteArray(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
