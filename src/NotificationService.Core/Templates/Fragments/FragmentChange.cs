namespace NotificationService.Templates.Fragments;

/// <summary>What came of editing a layout or partial.</summary>
public abstract record FragmentChange
{
    private FragmentChange()
    {
    }

    public sealed record Done(StoredFragment Fragment) : FragmentChange;

    public sealed record NotFound : FragmentChange;

    /// <summary>Another of the kind has the key.</summary>
    public sealed record KeyTaken : FragmentChange;

    public sealed record Refused(IReadOnlyList<TemplateIssue> Issues) : FragmentChange;

    /// <summary>Not in the present state; the code and the sentence say why.</summary>
    public sealed record Conflict(string Code, string Detail) : FragmentChange;

    /// <summary>Only platform admins write what is every tenant's.</summary>
    public sealed record OfThePlatform : FragmentChange;
}

/// <summary>A new layout or partial. <paramref name="Contents"/> is JSON.</summary>
public sealed record NewFragment(string Key, string Name, string Contents);

/// <summary>What is to change; null stays as it is.</summary>
public sealed record FragmentEdit(string? Name, string? Contents);

/// <summary>A layout or partial in a list, without its contents.</summary>
public sealed record FragmentSummary(string Key, string Name, int Revision, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);
