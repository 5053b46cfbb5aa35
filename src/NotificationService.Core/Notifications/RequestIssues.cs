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
        if (text is null)
            return;
        if (text.Length > max || string.IsNullOrWhiteSpace(text))
            Add(pointer, "text_invalid", $"1 to {max} characters are expected.");
        else if (HasControl(text, multiline: false))
            Add(pointer, "control_character", "Line breaks, tabs and other control characters are not allowed here.");
    }

    /// <summary>A text of any number of lines.</summary>
    public void Text(string pointer, string? text, int max)
    {
        if (text is null)
            return;
        if (text.Length > max || string.IsNullOrWhiteSpace(text))
            Add(pointer, "text_invalid", $"1 to {max} characters are expected.");
        else if (HasControl(text, multiline: true))
            Add(pointer, "control_character", "Control characters other than line breaks and tabs are not allowed here.");
    }

    private static bool HasControl(string text, bool multiline)
    {
        foreach (var c in text)
        {
            if (char.IsControl(c) && !(multiline && c is '\n' or '\r' or '\t'))
                return true;
        }

        return false;
    }
}
