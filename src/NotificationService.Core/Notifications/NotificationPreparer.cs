using NotificationService.Channels;
using NotificationService.Storage;
using NotificationService.Templates;
using NotificationService.Templates.Language;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>A request that was checked, bound to a template version and planned; nothing is stored yet.</summary>
public sealed record PreparedNotification(
    NotificationId Id,
    ValidatedRequest Request,
    PublishedTemplate? Template,
    CompiledTemplate? Compiled,
    DateTimeOffset Now,
    IReadOnlyList<PlannedDelivery> Deliveries,
    IReadOnlyList<SkippedChannel> Skipped);

/// <summary>Makes all decisions about a request; sending and a dry run share them.</summary>
public sealed class NotificationPreparer(TemplateCatalog templates, RecipientCompletion recipients, Ids ids, TimeProvider time)
{
    /// <summary>What looking for missing variables takes of one request at most: as much as one render may.</summary>
    public static TimeSpan LongestCheck => TemplateLimits.RenderTime;

    /// <summary>The notification, or null and everything that is wrong.</summary>
    public ValueTask<(PreparedNotification? Prepared, IReadOnlyList<RequestIssue> Issues)> PrepareAsync(
        TenantId tenant, NotificationRequest request, CancellationToken cancellationToken) => PrepareAsync(tenant, request, NextId(), found: null, cancellationToken);

    internal NotificationId NextId() => NotificationId.From(ids.Next());

    /// <summary>Looks up at once the recipients of many requests that are then prepared one by one.</summary>
    public Task<FoundRecipients> FindRecipientsAsync(TenantId tenant, IEnumerable<NotificationRequest> requests, CancellationToken cancellationToken) =>
        recipients.FindAsync(tenant, requests, cancellationToken);

    /// <summary>Whether recipients are looked up with somebody outside: nothing of the database is to be held meanwhile.</summary>
    public bool AsksForRecipients => recipients.IsOn;

    /// <param name="tenant">Whose it is.</param>
    /// <param name="request">As it came.</param>
    /// <param name="id">Under which it will be stored.</param>
    /// <param name="found">What is known of recipients; null: ask.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<(PreparedNotification? Prepared, IReadOnlyList<RequestIssue> Issues)> PrepareAsync(
        TenantId tenant, NotificationRequest request, NotificationId id, FoundRecipients? found, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (good, issues) = RequestCheck.Check(request, now);
        if (good is null)
            return (null, issues);
        var (validated, unavailable) = await recipients.CompleteAsync(tenant, good, found, cancellationToken);
        if (validated is null)
            return (null, [unavailable!]);

        PublishedTemplate? template = null;
        if (validated.TemplateKey is { } key)
        {
            template = request.Pinned ?? await templates.FindPublishedAsync(tenant, key, cancellationToken);
            if (template is null)
                return (null, [new RequestIssue("/template", "template_unknown", "There is no published template with this key.")]);
        }

        var outcome = DeliveryPlanner.Plan(validated, template, id, now);
        if (outcome is not PlanOutcome.Planned planned)
            return (null, [((PlanOutcome.Refused)outcome).Issue]);
        if (template is null)
            return (new PreparedNotification(id, validated, null, null, now, planned.Deliveries, planned.Skipped), []);

        CompiledTemplate compiled;
        try
        {
            compiled = await templates.LoadAsync(tenant, template.Id, template.Version, cancellationToken);
        }
        catch (TemplateUnreadableException exception)
        {
            return (null, [new RequestIssue("/template", TemplateUnreadableException.Code, $"{exception.Message}.")]);
        }

        var missing = Missing(validated, compiled, planned.Deliveries);
        return missing.Count > 0
            ? (null, missing)
            : (new PreparedNotification(id, validated, template, compiled, now, planned.Deliveries, planned.Skipped), []);
    }

    /// <summary>Every variable that some channel needs and the data lacks, each once, with the channels that need it.</summary>
    private static IReadOnlyList<RequestIssue> Missing(ValidatedRequest validated, CompiledTemplate template, IReadOnlyList<PlannedDelivery> deliveries) =>
        template.CheckVariables([.. deliveries.Select(delivery => delivery.Channel)], validated.Recipient.Locale, validated.Data.Span) switch
        {
            VariableCheck.Stopped stopped => [new RequestIssue("/data", stopped.Code, $"The template cannot be rendered with these data: {stopped.Message}.")],
            VariableCheck.Done { Missing.Count: 0 } => [],
            VariableCheck.Done done => [.. done.Missing.GroupBy(missing => missing.Variable, StringComparer.Ordinal).Take(TemplateLimits.MissingVariables).Select(Missing)],
            _ => throw new InvalidOperationException("a closed set"),
        };

    private static RequestIssue Missing(IGrouping<string, MissingVariable> missing) => new(
        $"/data/{missing.Key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal).Replace('.', '/')}",
        "variable_missing",
        $"The template needs the variable '{missing.Key}' ({string.Join(", ", missing.Select(one => one.Channel.ToName()))}).");
}
