using System.Text.Json.Serialization;

namespace NotificationService.Host.Api.Auth;

/// <summary>A token that came by mail.</summary>
/// <param name="Token">As it stands in the mail.</param>
public sealed record TokenBody(string? Token);

/// <summary>Who has forgotten a password.</summary>
/// <param name="Email">The address to sign in with.</param>
/// <param name="Tenant">The tenant's key; without it a link goes out for each of at most five tenants.</param>
public sealed record ForgotPasswordRequest(string? Email, string? Tenant);

/// <summary>A new password, by a token that came by mail.</summary>
/// <param name="Token">As it stands in the mail.</param>
/// <param name="Password">At least ten characters.</param>
public sealed record ResetPasswordRequest(string? Token, string? Password);

/// <summary>An invitation that is accepted.</summary>
/// <param name="Token">As it stands in the mail.</param>
/// <param name="Name">What the person is called, if not as the invitation says.</param>
/// <param name="Password">At least ten characters. Left out by who signs in through an outside identity provider.</param>
/// <param name="Session">cookie, for a page in a browser: as in login.</param>
public sealed record AcceptInvitationRequest(string? Token, string? Name, string? Password, string? Session = null);

/// <summary>A new password, by the present one.</summary>
/// <param name="CurrentPassword">The present password.</param>
/// <param name="NewPassword">At least ten characters.</param>
public sealed record ChangePasswordRequest(string? CurrentPassword, string? NewPassword);

/// <summary>A new address, by the password.</summary>
/// <param name="Email">The new address, which is sent a link.</param>
/// <param name="Password">The password.</param>
public sealed record ChangeEmailRequest(string? Email, string? Password);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TokenBody))]
[JsonSerializable(typeof(ForgotPasswordRequest))]
[JsonSerializable(typeof(ResetPasswordRequest))]
[JsonSerializable(typeof(AcceptInvitationRequest))]
[JsonSerializable(typeof(ChangePasswordRequest))]
[JsonSerializable(typeof(ChangeEmailRequest))]
public sealed partial class AccountJson : JsonSerializerContext;
