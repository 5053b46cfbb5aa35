namespace NotificationService.Templates;

/// <summary>What came of editing a template.</summary>
public abstract record TemplateChange
{
    private TemplateChange()
    {
    }

    public sealed record Done(TemplateDetails Details) : TemplateChange;

    public sealed record NotFound : TemplateChange;

    /// <summary>Another template has the key.</summary>
    public sealed record KeyTaken : TemplateChange;

    public sealed record Refused(IReadOnlyList<TemplateIssue> Issues) : TemplateChange;

    /// <summary>Not in the present state; the sentence says why.</summary>
    public sealed record Conflict(string Detail) : TemplateChange;
}

/// <summary>A template with the version that is shown: the draft if there is one, else the newest.</summary>
public sealed record TemplateDetails(Template Template, TemplateVersion Version);

/// <summary>What a new template is made of. <paramref name="Contents"/> is JSON.</summary>
public sealed record NewTemplate(string Key, string Name, string? Category, string Contents);

/// <summary>What is to change; null stays as it is. The key may only be repeated.</summary>
public sealed record TemplateEdit(string? Key, string? Name, string? Category, string? Contents)
{
    /// <summary>The category is to be none.</summary>
    public bool ClearsCategory { get; init; }
}
