using System.Net.Mail;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Identity;
using NotificationService.Host.Api.Auth;
using NotificationService.Host.Http;
using NotificationService.Tenants;

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
        if (request.TenantKey is { } key && !TenantKey().IsMatch(key))
            errors.Add(new FieldError("/tenantKey", "key_invalid", "A key has 1 to 63 lower-case letters, digits and hyphens, and begins with a letter or digit."));
        else if (request.TenantKey is "demo" or "platform")
            errors.Add(new FieldError("/tenantKey", "key_reserved", "This key belongs to the service itself."));
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

    public static void CheckName(string? name, string pointer, List<FieldError> errors)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > LongestName || name.Any(char.IsControl))
            errors.Add(new FieldError(pointer, name is null ? "required" : "name_invalid", $"A name has 1 to {LongestName} characters, none of them control characters."));
    }

    public static bool IsEmail(string? text) =>
        text is { Length: >= 3 and <= LongestEmail } && PlainAddress().IsMatch(text) && MailAddress.TryCreate(text, out var parsed) && parsed.Address == text;

    // ASCII, no quoted local part, a domain with a dot.
    [GeneratedRegex(@"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex PlainAddress();

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,62}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex TenantKey();
}
