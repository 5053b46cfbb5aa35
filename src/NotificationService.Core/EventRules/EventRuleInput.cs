using NotificationService.Notifications;
using NotificationService.Recipients;

namespace NotificationService.EventRules;

/// <summary>What a person wants a rule to be, not yet checked.</summary>
public sealed record EventRuleInput(
    string Type,
    string Template,
    string? Channel,
    IReadOnlyList<string>? Channels,
    IReadOnlyDictionary<string, string> Recipient,
    IReadOnlyDictionary<string, string>? Data,
    string? Category,
    string? Priority,
    bool Enabled)
{
    /// <summary>Whether it may name a template that is not published yet.</summary>
    public bool AllowMissing { get; init; }

    public const int LongestType = 200;
    public const int MaxVariables = 100;

    /// <summary>Types that mean something to the service itself.</summary>
    public static IReadOnlyList<string> Reserved { get; } = ["notification.", "realtime."];

    /// <summary>What a recipient may have.</summary>
    public static IReadOnlyList<string> Fields => RecipientFields.Names;

    private const int LongestVariable = 100;

    /// <summary>Everything that is wrong with what it says; whether there is such a template is asked when it is saved.</summary>
    public IReadOnlyList<RequestIssue> Check(DateTimeOffset now)
    {
        var issues = new List<RequestIssue>();
        if (Type.Length is 0 or > LongestType || Type.Any(c => char.IsControl(c) || char.IsSurrogate(c) || c == ' '))
            issues.Add(new RequestIssue("/type", "text_invalid", $"A type has 1 to {LongestType} characters and no space, such as com.example.order.shipped."));
        else if (Reserved.Any(prefix => Type.StartsWith(prefix, StringComparison.Ordinal)))
            issues.Add(new RequestIssue("/type", "type_reserved", $"Types that begin with {string.Join(" or ", Reserved)} are the service's own."));
        if (Recipient.Count == 0)
            issues.Add(new RequestIssue("/recipient", "required", "Say where in the event at least one of the recipient's fields stands."));
        CheckRecipient(issues);
        if (Data is not null)
            CheckVariables(Data, issues);
        // The rest is what any notification may say: the same rules, asked with somebody as its recipient.
        var said = new NotificationRequest
        {
            Template = Template,
            Channel = Channel,
            Channels = Channels,
            Category = Category,
            Priority = Priority,
            Recipient = new StoredRecipient { UserId = "somebody" },
        };
        issues.AddRange(RequestCheck.Check(said, now).Issues);
        return issues;
    }

    private void CheckRecipient(List<RequestIssue> issues)
    {
        if (Recipient.Count > Fields.Count)
        {
            issues.Add(new RequestIssue("/recipient", "too_many_properties", $"A recipient has {string.Join(", ", Fields)}, and nothing else."));
            return;
        }

        foreach (var (field, path) in Recipient)
            CheckRecipient(field, path, issues);
    }

    private static void CheckRecipient(string field, string? path, List<RequestIssue> issues)
    {
        if (!Fields.Contains(field))
            issues.Add(new RequestIssue($"/recipient/{Escape(field)}", "unknown_property", $"A recipient has {string.Join(", ", Fields)}."));
        else if (!EventPath.TryParse(path, out _))
            issues.Add(new RequestIssue($"/recipient/{field}", "path_invalid", $"A path is {EventPath.Rule}."));
    }

    private static void CheckVariables(IReadOnlyDictionary<string, string> data, List<RequestIssue> issues)
    {
        if (data.Count > MaxVariables)
        {
            issues.Add(new RequestIssue("/data", "too_many_properties", $"A rule names at most {MaxVariables} variables."));
            return;
        }

        foreach (var (variable, path) in data)
        {
            if (variable.Length is 0 or > LongestVariable || variable.Any(char.IsControl))
                issues.Add(new RequestIssue("/data", "text_invalid", $"A variable's name has 1 to {LongestVariable} characters."));
            else if (!EventPath.TryParse(path, out _))
                issues.Add(new RequestIssue($"/data/{Escape(variable)}", "path_invalid", $"A path is {EventPath.Rule}."));
        }
    }

    internal static string Escape(string name) =>
        (name.Length > 100 ? name[..100] : name).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}

/// <summary>What came of saving a rule.</summary>
public abstract record EventRuleSaved
{
    private EventRuleSaved()
    {
    }

    public sealed record Saved(EventRule Rule) : EventRuleSaved;

    public sealed record Invalid(IReadOnlyList<RequestIssue> Issues) : EventRuleSaved;

    /// <summary>There are as many as there may be: of this type, or of the tenant.</summary>
    public sealed record TooMany(string Reason) : EventRuleSaved;

    /// <summary>Somebody else saved it at the same moment.</summary>
    public sealed record ChangedMeanwhile : EventRuleSaved;

    public sealed record NotFound : EventRuleSaved;
}
