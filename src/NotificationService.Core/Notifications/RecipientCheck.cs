using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Outbound;
using NotificationService.Templates;

namespace NotificationService.Notifications;

/// <summary>Whether a recipient's fields are what they should be, whichever channel they are for.</summary>
internal static class RecipientCheck
{
    private const int LongestName = 200;

    public static void Check(StoredRecipient recipient, RequestIssues issues)
    {
        Address("/recipient/userId", recipient.UserId, AddressRules.UserId, issues);
        Address("/recipient/email", recipient.Email, AddressRules.Email, issues);
        Address("/recipient/phone", recipient.Phone, AddressRules.Phone, issues);
        Address("/recipient/whatsapp", recipient.Whatsapp, AddressRules.Phone, issues);
        DeviceTokens(recipient.DeviceTokens, issues);
        issues.Line("/recipient/name", recipient.Name, LongestName);
        if (recipient.Locale is { } locale && !LocaleName.IsValid(locale))
            issues.Add("/recipient/locale", "locale_invalid", "This is not a locale; write one such as en or fr-CA.");
        if (recipient.Timezone is { } zone && !TimeZones.Exists(zone))
            issues.Add("/recipient/timezone", "timezone_invalid", "This is not a time zone of the IANA list; write one such as America/Toronto.");
    }

    /// <summary>Each address in its one spelling, so that whoever compares it later finds it.</summary>
    public static StoredRecipient Canonical(StoredRecipient recipient) =>
        recipient.Email is { } email && MailDomain.Canonical(email) is var one && one != email ? recipient with { Email = one } : recipient;

    /// <summary>A name of somebody else's making, if it is one.</summary>
    public static string? Name(string? name) => name is { Length: > 0 and <= LongestName } && !name.Any(char.IsControl) ? name : null;

    public static string? Locale(string? locale) => locale is not null && LocaleName.IsValid(locale) ? locale : null;

    public static string? Timezone(string? zone) => zone is not null && TimeZones.Exists(zone) ? zone : null;

    private static void Address(string pointer, string? address, Func<string, AddressIssue?> rule, RequestIssues issues)
    {
        if (address is not null && rule(address) is { } issue)
            issues.Add(pointer, issue.Code, issue.Message);
    }

    private static void DeviceTokens(IReadOnlyList<string>? tokens, RequestIssues issues)
    {
        if (tokens is null)
            return;
        if (tokens.Count > AddressRules.MaxDeviceTokens)
        {
            issues.Add("/recipient/deviceTokens", "too_many", $"A recipient has at most {AddressRules.MaxDeviceTokens} device tokens.");
            return;
        }

        for (var i = 0; i < tokens.Count; i++)
        {
            // JSON may hold null where the type says that there is none.
            if (AddressRules.DeviceToken(tokens[i] ?? "") is { } issue)
                issues.Add($"/recipient/deviceTokens/{i}", issue.Code, issue.Message);
        }
    }
}
