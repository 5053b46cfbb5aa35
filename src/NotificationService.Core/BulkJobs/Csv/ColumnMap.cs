namespace NotificationService.BulkJobs.Csv;

/// <summary>Which column is what.</summary>
/// <param name="Columns">One for each header, in their order.</param>
/// <param name="IdempotencyColumn">The place of the column that says which row is which.</param>
public sealed record ColumnMap(IReadOnlyList<ColumnTarget> Columns, int? IdempotencyColumn);

public abstract record ColumnTarget
{
    private ColumnTarget()
    {
    }

    /// <summary>The variable that the column fills besides: a template may print {{name}} or {{email}} too.</summary>
    public string? AlsoVariable { get; init; }

    /// <summary>As a mapping names it: <c>recipient.email</c>, <c>data.order.id</c>, <c>reference</c>; empty for nothing.</summary>
    public string Written => this switch
    {
        RecipientField recipient => $"recipient.{recipient.Name}",
        Variable variable => $"data.{variable.Path}",
        Reference => "reference",
        _ => "",
    };

    /// <param name="Name">As the API spells it: userId, name, email, phone, whatsapp, deviceTokens, locale, timezone.</param>
    public sealed record RecipientField(string Name) : ColumnTarget;

    /// <param name="Path">As the template spells it: <c>order.id</c>.</param>
    public sealed record Variable(string Path) : ColumnTarget;

    /// <summary>The caller's own name of the notification.</summary>
    public sealed record Reference : ColumnTarget;

    public sealed record Ignored : ColumnTarget;
}
