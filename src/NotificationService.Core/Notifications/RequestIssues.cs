using NotificationService.Recipients;

namespace NotificationService.Notifications;

/// <summary>Collects what is wrong with a request; costs nothing while nothing is.</summary>
internal sealed class RequestIssues
{
    private List<RequestIssue>? issues;

    public IReadOnlyList<RequestIssue> All => issues ?? (IReadOnlyList<RequestIssue>)[];

    public bool Any => issues is not null;

    /// <summary>Nothing beyond the first <see cref="RequestIssue.MaxNamed"/>.</summary>
    public void Add(string pointer, string code, string message)
    {
        issues ??= [];
        if (issues.Count < RequestIssue.MaxNamed)
            issues.Add(new RequestIssue(pointer, code, message));
    }

    /// <summary>A text of one line, 1 to <paramref name="max"/> characters that are not all white space.</summary>
    public void Line(string pointer, string? text, int max)
    {
        if (text is not null && LineRule.Check(text, max) is { } issue)
            Add(pointer, issue.Code, issue.Message);
    }

    /// <summary>A text of any number of lines.</summary>
    public void Text(string pointer, string? text, int max)
    {
        if (text is null)
            return;
        if (text.Length > max || string.IsNullOrWhiteSpace(text))
            Add(pointer, "text_invalid", $"1 to {max} characters are expected.");
        else if (HasControl(text))
            Add(pointer, "control_character", "Control characters other than line breaks and tabs are not allowed here.");
    }

    private static bool HasControl(string text)
    {
        foreach (var c in text)
        {
            if (char.IsControl(c) && c is not ('\n' or '\r' or '\t'))
                return true;
        }

        return false;
    }
}
