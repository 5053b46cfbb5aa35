using NotificationService.Recipients;

namespace NotificationService.Notifications;

/// <summary>Whether a recipient's fields are what they should be, whichever channel they are for.</summary>
internal static class RecipientCheck
{
    /// <summary>Addresses first.</summary>
    private static readonly RecipientFieldRow[] InOrder = [.. RecipientFields.All.OrderBy(row => row.IsAddress ? 0 : 1)];

    public static void Check(StoredRecipient recipient, RequestIssues issues)
    {
        foreach (var row in InOrder)
        {
            switch (row)
            {
                case RecipientFieldRow.Text text:
                    if (text.Get(recipient) is { } value && text.Rule(value) is { } issue)
                        issues.Add(text.Pointer, issue.Code, issue.Message);
                    break;
                case RecipientFieldRow.Texts texts:
                    if (texts.Get(recipient) is { } values)
                        Check(texts, values, issues);
                    break;
                default:
                    throw new InvalidOperationException("a closed set");
            }
        }
    }

    private static void Check(RecipientFieldRow.Texts row, IReadOnlyList<string> values, RequestIssues issues)
    {
        if (values.Count > row.Max)
        {
            issues.Add(row.Pointer, "too_many", row.TooMany);
            return;
        }

        for (var i = 0; i < values.Count; i++)
        {
            // JSON may hold null where the type says that there is none.
            if (row.Rule(values[i] ?? "") is { } issue)
                issues.Add($"{row.Pointer}/{i}", issue.Code, issue.Message);
        }
    }
}
