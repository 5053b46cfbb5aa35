using System.Text.Json.Serialization;

namespace NotificationService.Host.Api.Auth;

/// <summary>A new tenant and its first admin.</summary>
/// <param name="TenantName">What the tenant is called.</param>
/// <param name="TenantKey">A short name for addresses and sign-in; made from the name if left out.</param>
/// <param name="Admin">The first admin.</param>
/// <param name="Starter">False: without the sandbox providers and the demo's templates. True if left out.</param>
public sealed record RegisterTenantRequest(string? TenantName, string? TenantKey, NewAdmin? Admin, bool? Starter);

/// <summary>A tenant's first admin.</summary>
/// <param name="Email">The address to sign in with.</param>
/// <param name="Password">At least ten characters.</param>
/// <param name="Name">What the person is called.</param>
public sealed record NewAdmin(string? Email, string? Password, string? Name);

/// <summary>A person's credentials.</summary>
/// <param name="Email">The address of the user.</param>
/// <param name="Password">The password.</param>
/// <param name="Tenant">The tenant's key, for who is a user of several with the same password.</param>
/// <param name="Code">The code of the second factor, or a recovery code, of who has one.</param>
/// <param name="Session">cookie, for a page in a browser: the refresh token is a cookie that scripts cannot read, and the answer has a csrfToken instead.</param>
public sealed record LoginRequest(string? Email, string? Password, string? Tenant, string? Code = null, string? Session = null);

/// <summary>A refresh token, good for one use.</summary>
/// <param name="RefreshToken">The token as it was given out; left out for a cookie.</param>
/// <param name="Session">cookie: the token is the cookie, and the header X-CSRF-Token has the csrfToken.</param>
public sealed record RefreshRequest(string? RefreshToken, string? Session = null);

/// <summary>The tokens of a person who signed in.</summary>
/// <param name="AccessToken">Goes into the header Authorization of every call.</param>
/// <param name="RefreshToken">Gives the next pair of tokens, once; absent where it is a cookie.</param>
/// <param name="CsrfToken">Where the refresh token is a cookie: what refresh-token and logout want as the header X-CSRF-Token. The same as long as the session lives.</param>
/// <param name="TokenType">Always Bearer.</param>
/// <param name="ExpiresIn">For how many seconds the access token is good.</param>
/// <param name="User">Who signed in.</param>
public sealed record SignedIn(
    string AccessToken,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RefreshToken,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CsrfToken,
    string TokenType,
    int ExpiresIn,
    SignedInUser User);

/// <summary>Who signed in.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="UserId">The user's id as a recipient of notifications.</param>
/// <param name="Email">The address of the user.</param>
/// <param name="Name">What the person is called.</param>
/// <param name="TenantId">The tenant.</param>
/// <param name="Roles">What the person may do.</param>
public sealed record SignedInUser(Guid Id, string UserId, string Email, string Name, Guid TenantId, IReadOnlyList<string> Roles);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RegisterTenantRequest))]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(RefreshRequest))]
[JsonSerializable(typeof(SignedIn))]
public sealed partial class AuthJson : JsonSerializerContext;
