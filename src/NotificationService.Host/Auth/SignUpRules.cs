using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Identity;
using NotificationService.Host.Api.Auth;
using NotificationService.Host.Api.Tenants;
using NotificationService.Host.Http;
using NotificationService.Tenants;
using NotificationService.Users;

namespace NotificationService.Host.Auth;

/// <summary>What a tenant's and a person's fields may be. Every mistake is named with its field.</summary>
public sealed partial class SignUpRules(UserManager<User> users, PasswordOfNobody nobody)
{
    public const int LongestPassword = 256;
    private const int LongestName = 200;
    private const int LongestEmail = 254;

    public async Task<IReadOnlyList<FieldError>> CheckAsync(RegisterTenantRequest request, CancellationToken cancellationToken)
    {
        var errors = new List<FieldError>();
        CheckName(request.TenantName, "/tenantName", errors);
        CheckKey(request.TenantKey, "/tenantKey", errors);
        if (request.Admin is not { } admin)
        {
            errors.Add(new FieldError("/admin", "required", "The first admin is needed: email, password and name."));
            return errors;
        }

        CheckName(admin.Name, "/admin/name", errors);
        if (!IsEmail(admin.Email))
            errors.Add(new FieldError("/admin/email", "email_invalid", "An e-mail address such as ann@example.com is needed."));
        errors.AddRange(await CheckPasswordAsync(admin.Password, "/admin/password", cancellationToken));
        return errors;
    }

    /// <summary>The same of a tenant that somebody of the platform makes, whose admin is invited.</summary>
    public static IReadOnlyList<FieldError> Check(CreateTenantRequest request)
    {
        var errors = new List<FieldError>();
        CheckName(request.Name, "/name", errors);
        CheckKey(request.Key, "/key", errors);
        if (request.Admin is not { } admin)
        {
            errors.Add(new FieldError("/admin", "required", "The first admin is needed: email and name."));
            return errors;
        }

        CheckName(admin.Name, "/admin/name", errors);
        if (!IsEmail(admin.Email))
            errors.Add(new FieldError("/admin/email", "email_invalid", "An e-mail address such as ann@example.com is needed."));
        return errors;
    }

    public async Task<IReadOnlyList<FieldError>> CheckPasswordAsync(string? password, string pointer, CancellationToken cancellationToken)
    {
        if (password is null or { Length: > LongestPassword })
            return [new FieldError(pointer, password is null ? "required" : "password_too_long", $"A password of at most {LongestPassword} characters is needed.")];
        var errors = new List<FieldError>();
        foreach (var validator in users.PasswordValidators)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var error in (await validator.ValidateAsync(users, nobody.User, password)).Errors)
                errors.Add(new FieldError(pointer, "password_weak", error.Description));
        }

        return errors;
    }

    private static void CheckKey(string? key, string pointer, List<FieldError> errors)
    {
        if (key is not null && !TenantKey().IsMatch(key))
            errors.Add(new FieldError(pointer, "key_invalid", "A key has 1 to 63 lower-case letters, digits and hyphens, and begins with a letter or digit."));
        else if (key is "demo" or "platform" or SystemTenant.Key)
            errors.Add(new FieldError(pointer, "key_reserved", "This key belongs to the service itself."));
    }

    public static void CheckName(string? name, string pointer, List<FieldError> errors)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > LongestName || name.Any(char.IsControl))
            errors.Add(new FieldError(pointer, name is null ? "required" : "name_invalid", $"A name has 1 to {LongestName} characters, none of them control characters."));
    }

    public static bool IsEmail(string? text) => UserRules.IsEmail(text);

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,62}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex TenantKey();
}
