using NotificationService.Templates.Samples;

namespace NotificationService.Templates;

/// <summary>What came of editing a template.</summary>
public abstract record TemplateChange
{
    private TemplateChange()
    {
    }

    public sealed record Done(TemplateDetails Details) : TemplateChange
    {
        /// <summary>What its samples say now, where it was published.</summary>
        public IReadOnlyList<SampleResult> Samples { get; init; } = [];
    }

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
public sealed record NewTemplate(string Key, string Name, string? Category, string Contents)
{
    /// <summary>The key of the layout around it.</summary>
    public string? Layout { get; init; }

    public string? Note { get; init; }

    /// <summary>What its variables must look like, as JSON.</summary>
    public string? Variables { get; init; }

    public IReadOnlyList<TemplateSample>? Samples { get; init; }
}

/// <summary>What is to change; null stays as it is. The key may only be repeated.</summary>
public sealed record TemplateEdit(string? Key, string? Name, string? Category, string? Contents)
{
    /// <summary>The category is to be none.</summary>
    public bool ClearsCategory { get; init; }

    /// <summary>The key of the layout around it; null: as it is.</summary>
    public string? Layout { get; init; }

    /// <summary>There is to be no layout.</summary>
    public bool ClearsLayout { get; init; }

    public string? Note { get; init; }

    /// <summary>What the variables must look like from now on, as JSON; null stays as it is, an empty object asks for nothing.</summary>
    public string? Variables { get; init; }

    /// <summary>Null stays as it is; none takes them away.</summary>
    public IReadOnlyList<TemplateSample>? Samples { get; init; }

    /// <summary>What belongs to a version is to change.</summary>
    public bool IsOfVersion => Contents is not null || Layout is not null || ClearsLayout || Variables is not null || Samples is not null;
}
