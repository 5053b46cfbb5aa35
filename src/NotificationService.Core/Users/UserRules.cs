using System.Net.Mail;
using System.Text;
using System.Text.RegularExpressions;
using NotificationService.Tenants;

namespace NotificationService.Users;

/// <summary>What the fields of a person may be. Pure; every mistake is named with its field.</summary>
public static partial class UserRules
{
    public const int MaxGroups = 50;
    public const int LongestGroup = 64;
    public const int LongestUserId = 128;
    public const int LongestName = 200;
    private const int LongestEmail = 254;

    public static IReadOnlyList<UserIssue> Check(UserInput input)
    {
        var issues = new List<UserIssue>();
        if (!IsEmail(input.Email))
            issues.Add(new UserIssue("/email", input.Email is null ? "required" : "email_invalid", "An e-mail address such as ann@example.com is needed."));
        CheckName(input.Name, issues);
        if (input.UserId is { } userId && (string.IsNullOrWhiteSpace(userId) || !IsPlain(userId, LongestUserId)))
            issues.Add(new UserIssue("/userId", "user_id_invalid", $"A userId has 1 to {LongestUserId} characters, none of them control characters."));
        CheckRoles(input.Roles, issues);
        CheckGroups(input.Groups, issues);
        return issues;
    }

    public static IReadOnlyList<UserIssue> Check(UserChange change)
    {
        var issues = new List<UserIssue>();
        if (change.Name is not null)
            CheckName(change.Name, issues);
        if (change.Roles is not null)
            CheckRoles(change.Roles, issues);
        CheckGroups(change.Groups, issues);
        return issues;
    }

    public static bool IsEmail(string? text) =>
        text is { Length: >= 3 and <= LongestEmail } && PlainAddress().IsMatch(text) && MailAddress.TryCreate(text, out var parsed) && parsed.Address == text;

    public static bool IsGroup(string? text) => text is not null && Group().IsMatch(text);

    private static void CheckName(string? name, List<UserIssue> issues)
    {
        if (string.IsNullOrWhiteSpace(name) || !IsPlain(name, LongestName))
            issues.Add(new UserIssue("/name", name is null ? "required" : "name_invalid", $"A name has 1 to {LongestName} characters, none of them control characters."));
    }

    private static void CheckRoles(IReadOnlyList<string?>? roles, List<UserIssue> issues)
    {
        if (roles is not { Count: > 0 } || roles.Count > UserRoles.All.Count || roles.Any(role => !UserRoles.All.Contains(role)) || roles.Distinct().Count() != roles.Count)
            issues.Add(new UserIssue("/roles", roles is null ? "required" : "role_unknown", $"One or more of {string.Join(", ", UserRoles.All)}, each once."));
    }

    private static void CheckGroups(IReadOnlyList<string?>? groups, List<UserIssue> issues)
    {
        if (groups is null)
            return;
        if (groups.Count > MaxGroups)
            issues.Add(new UserIssue("/groups", "too_many", $"A person has at most {MaxGroups} groups."));
        else if (groups.Any(group => !IsGroup(group)) || groups.Distinct().Count() != groups.Count)
            issues.Add(new UserIssue("/groups", "group_invalid", $"A group has 1 to {LongestGroup} letters, digits and . _ : / @ + -, begins with a letter or digit, and stands there once."));
    }

    /// <summary>No control characters and no halves of characters, which PostgreSQL does not take.</summary>
    private static bool IsPlain(string text, int longest) => text.Length <= longest && text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar && !Rune.IsControl(rune));

    // ASCII, no quoted local part, a domain with a dot.
    [GeneratedRegex(@"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex PlainAddress();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,63}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex Group();
}
