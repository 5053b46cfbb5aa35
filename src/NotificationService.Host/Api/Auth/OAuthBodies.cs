using System.Text.Json.Serialization;

namespace NotificationService.Host.Api.Auth;

/// <summary>The form of a token request.</summary>
/// <param name="GrantType">Always client_credentials.</param>
/// <param name="ClientId">The service account's client id.</param>
/// <param name="ClientSecret">Its secret.</param>
/// <param name="Scope">The scopes the token is to have, separated by spaces; every one of the account if left out.</param>
public sealed record TokenForm(
    [property: JsonPropertyName("grant_type")] string GrantType,
    [property: JsonPropertyName("client_id")] string? ClientId,
    [property: JsonPropertyName("client_secret")] string? ClientSecret,
    [property: JsonPropertyName("scope")] string? Scope);

/// <summary>An access token.</summary>
/// <param name="AccessToken">Goes into the header Authorization of every call.</param>
/// <param name="TokenType">Always Bearer.</param>
/// <param name="ExpiresIn">For how many seconds it is good.</param>
/// <param name="Scope">The scopes it has, separated by spaces.</param>
public sealed record TokenResponse(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("token_type")] string TokenType,
    [property: JsonPropertyName("expires_in")] int ExpiresIn,
    [property: JsonPropertyName("scope")] string Scope);

/// <summary>RFC 6749, section 5.2.</summary>
/// <param name="Error">One of the words of the RFC.</param>
/// <param name="ErrorDescription">What was wrong.</param>
public sealed record OAuthErrorBody(
    [property: JsonPropertyName("error")] string Error,
    [property: JsonPropertyName("error_description")] string ErrorDescription);

[JsonSerializable(typeof(TokenForm))]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(OAuthErrorBody))]
public sealed partial class OAuthJson : JsonSerializerContext;
