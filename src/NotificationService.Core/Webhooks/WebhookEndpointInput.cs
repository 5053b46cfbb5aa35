namespace NotificationService.Webhooks;

/// <summary>What a person wants an endpoint to be. In a change null keeps what is stored; in a whole endpoint it is the default.</summary>
public sealed record WebhookEndpointInput
{
    public string? Url { get; init; }

    public IReadOnlyList<string>? Events { get; init; }

    /// <summary>Empty removes it.</summary>
    public string? Description { get; init; }

    public bool? Enabled { get; init; }

    public WebhookPayload? Payload { get; init; }

    /// <summary>By name: null removes, a masked value that was read before keeps, anything else replaces.</summary>
    public IReadOnlyDictionary<string, string?>? Headers { get; init; }

    public WebhookFilters? Filters { get; init; }

    /// <summary>Whether this is the whole endpoint, so that what is left out is gone.</summary>
    public bool Whole { get; init; }

    /// <summary>Neither addresses nor secrets in logs and exceptions.</summary>
    public override string ToString() => "input for a webhook endpoint";

    internal void ApplyTo(WebhookEndpointRow row, string url, DateTimeOffset now)
    {
        row.Url = url;
        row.Events = Events is null ? row.Events : [.. Events];
        row.Description = Description is null && !Whole ? row.Description : string.IsNullOrEmpty(Description) ? null : Description;
        row.Payload = Payload ?? (Whole ? WebhookPayload.Full : row.Payload);
        if (Filters is not null || Whole)
            (row.Channels, row.Categories, row.Batches) = (OrNull(Filters?.Channels), OrNull(Filters?.Categories), OrNull(Filters?.Batches));
        if ((Enabled ?? (Whole ? true : row.Enabled)) is var enabled && enabled != row.Enabled)
        {
            // Enabled again it begins anew; disabled by a person it has no other reason.
            (row.Enabled, row.DisabledAt, row.DisabledFor) = (enabled, enabled ? null : now, null);
            (row.FailingSince, row.LastFailure, row.Failures, row.WarnedAt) = (null, null, 0, null);
        }

        row.UpdatedAt = now;
        row.Revision++;
    }

    private static T[]? OrNull<T>(IReadOnlyList<T>? items) => items is { Count: > 0 } ? [.. items] : null;
}

/// <summary>Of a delivery's events only these; an empty or missing list is all of them.</summary>
public sealed record WebhookFilters(IReadOnlyList<short>? Channels, IReadOnlyList<string>? Categories, IReadOnlyList<Guid>? Batches);

/// <summary>What is wrong with one field of an endpoint.</summary>
/// <param name="Pointer">A JSON Pointer into the input.</param>
public sealed record WebhookEndpointError(string Pointer, string Code, string Message);

/// <summary>What came of saving an endpoint.</summary>
public abstract record WebhookEndpointSaved
{
    private WebhookEndpointSaved()
    {
    }

    /// <param name="Secret">Of a new endpoint, to be shown this once.</param>
    public sealed record Saved(WebhookEndpointRow Row, WebhookSecret? Secret = null) : WebhookEndpointSaved;

    public sealed record Invalid(IReadOnlyList<WebhookEndpointError> Errors) : WebhookEndpointSaved;

    /// <summary>The tenant has as many as a tenant may have.</summary>
    public sealed record LimitReached : WebhookEndpointSaved;

    /// <summary>Somebody else, or the service itself, changed it at the same moment.</summary>
    public sealed record ChangedMeanwhile : WebhookEndpointSaved;

    public sealed record NotFound : WebhookEndpointSaved;
}

/// <summary>What came of asking for a new secret.</summary>
public abstract record WebhookSecretRotated
{
    private WebhookSecretRotated()
    {
    }

    /// <param name="Secret">To be shown this once.</param>
    /// <param name="OldRetiresAt">The one before signs too until then.</param>
    public sealed record Rotated(WebhookEndpointRow Row, WebhookSecret Secret, DateTimeOffset OldRetiresAt) : WebhookSecretRotated;

    /// <summary>As many old ones still sign as may.</summary>
    public sealed record TooMany(DateTimeOffset NextRetiresAt) : WebhookSecretRotated;

    public sealed record ChangedMeanwhile : WebhookSecretRotated;

    public sealed record NotFound : WebhookSecretRotated;
}
