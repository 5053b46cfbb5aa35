using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Recipients;
using NotificationService.Storage;
using NotificationService.Templates;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Notifications;

/// <summary>What was decided about a notification and why, read from the rows that it left; there is no log to lose.</summary>
public sealed class Explanations(Database database, NotificationQueries queries, TemplateCatalog templates)
{
    internal static readonly Statement Beside = Statement.Load("notifications_explain");
    internal static readonly Statement Receipts = Statement.Load("receipts_of_notification");
    internal static readonly Statement Engagements = Statement.Load("engagements_of_notification");
    internal static readonly Statement Providers = Statement.Load("providers_of_notification");
    private static readonly Column RowKind = new("row_kind", Beside, Providers, Engagements, Receipts);

    /// <summary>Null if the tenant has no such notification.</summary>
    public async Task<Explanation?> OfAsync(TenantId tenant, NotificationId id, CancellationToken cancellationToken)
    {
        if (await queries.HistoryAsync(tenant, id, cancellationToken) is not ({ } notification, var steps))
            return null;
        var background = await ReadAsync(tenant, id, cancellationToken);
        var template = background is { Template: { } templateId } && notification.Template is { Version: var version }
            ? await LoadAsync(tenant, templateId, version, cancellationToken)
            : null;
        var history = History.Explain(notification, steps, background.Providers, background.Callbacks);
        List<(ExplainedStep Step, DateTimeOffset At)> happened = [.. TimelineOrder.Dated(history, step => step.Step.Channel ?? default, step => step.At)];
        happened.AddRange(background.Callbacks.Rest().Select(step => (step, step.At)));
        return new Explanation(notification, [.. Accepted(notification, steps, background, template), .. happened.OrderBy(entry => entry.At).Select(entry => entry.Step)]);
    }

    /// <summary>Null for a version that this release does not read: all else is still explained.</summary>
    private async ValueTask<CompiledTemplate?> LoadAsync(TenantId tenant, Guid template, int version, CancellationToken cancellationToken)
    {
        try
        {
            return await templates.LoadAsync(tenant, template, version, cancellationToken);
        }
        catch (TemplateUnreadableException)
        {
            return null;
        }
    }

    /// <summary>What was decided when it was accepted.</summary>
    private static IEnumerable<ExplainedStep> Accepted(NotificationDetails notification, IReadOnlyList<TimelineStep> steps, Background background, CompiledTemplate? template)
    {
        var at = notification.CreatedAt;
        yield return new ExplainedStep(at, new ExplainStep(null, "accepted", background.Sender is { } sender ? $"accepted from {sender}" : "accepted"));
        if (notification.Topic is { } topic)
            yield return new ExplainedStep(at, new ExplainStep(null, "topic", $"sent to the topic {topic}, to which the recipient is subscribed"));
        foreach (var step in ExplainWords.Whole(
            notification.Template, notification.Priority, notification.SendAt, notification.ExpiresAt, notification.Fallback, notification.Live))
            yield return new ExplainedStep(at, step);
        var recipient = JsonSerializer.Deserialize(notification.Recipient, StoredJson.Default.StoredRecipient) ?? new StoredRecipient();
        foreach (var step in ExplainWords.Supplied(recipient))
            yield return new ExplainedStep(at, step);
        foreach (var skipped in background.Skipped)
            yield return new ExplainedStep(at, ExplainWords.Skipped(skipped));
        var first = steps.Where(step => step.Sequence == 1).GroupBy(step => step.Delivery).ToDictionary(step => step.Key, step => step.First());
        ChannelKind? before = null;
        foreach (var delivery in notification.Deliveries)
        {
            var channel = delivery.Channel;
            if (DeliveryPlanner.HasAddress(recipient, channel))
                yield return new ExplainedStep(at, new ExplainStep(channel, "address", $"the recipient has {DeliveryPlanner.Field(channel)}"));
            // What stood against it from the beginning is the first that happened to it.
            if (first.GetValueOrDefault(delivery.Id) is { Status: DeliveryStatus.Suppressed })
                continue;
            if (ExplainWords.ReadPassed(first.GetValueOrDefault(delivery.Id)?.Detail) is { } passed)
                yield return new ExplainedStep(at, ExplainWords.Passed(channel, passed));
            if (notification.Fallback is { } rule && before is { } earlier && delivery.Place > 0)
                yield return new ExplainedStep(at, ExplainWords.Waits(channel, earlier, rule));
            if (template?.LocaleOf(channel, recipient.Locale) is { } locale)
                yield return new ExplainedStep(at, ExplainWords.Locale(channel, locale));
            before = channel;
        }
    }

    private async Task<Background> ReadAsync(TenantId tenant, NotificationId id, CancellationToken cancellationToken)
    {
        var background = new Background(null, null, [], new Dictionary<Guid, ProviderFacts>(), new CallbackHistory());
        var providers = new Dictionary<Guid, ProviderFacts>();
        var callbacks = new CallbackHistory();
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, Beside.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id.Value)));
        batch.Add(tenant, Providers.With(Range(tenant, id)));
        batch.Add(tenant, Engagements.With(Range(tenant, id)));
        batch.Add(tenant, Receipts.With([.. Range(tenant, id), Parameter.Of("max", CallbackHistory.Max)]));
        await batch.CommitAsync(
            row =>
            {
                if (row.GetInt32(RowKind) == 4)
                    callbacks.AddReceipt(row);
                else if (row.GetInt32(RowKind) == 3)
                    callbacks.AddEngagement(row);
                else if (row.GetInt32(RowKind) == 2)
                    providers[row.GetGuid(OfProvider.Id)] = new ProviderFacts(row.GetString(OfProvider.Type), row.GetInt32(OfProvider.Priority), row.GetInt32(OfProvider.Weight));
                else
                    background = new Background(row.GetOrNull<Guid>(OfBackground.TemplateId), Sender(row), Skipped(row), providers, callbacks);
            },
            cancellationToken);
        return background;
    }

    private static string? Sender(NpgsqlDataReader row) => row.IsDBNull(OfBackground.Sender) ? null : row.GetBoolean(OfBackground.IsServiceAccount) ? $"service account {row.GetString(OfBackground.Sender)}" : $"user {row.GetString(OfBackground.Sender)}";

    private static IReadOnlyList<SkippedChannel> Skipped(NpgsqlDataReader row) => row.IsDBNull(OfBackground.Skipped)
        ? []
        : [.. (JsonSerializer.Deserialize(row.GetString(OfBackground.Skipped), AcceptedJson.Default.SkippedResponseArray) ?? [])
            .Select(skipped => new SkippedChannel(ChannelKinds.TryParse(skipped.Channel, out var channel) ? channel : default, skipped.Code, skipped.Message))];

    private static Parameter[] Range(TenantId tenant, NotificationId id) =>
    [
        Parameter.Of("tenant", tenant.Value),
        Parameter.Of("notification", id.Value),
        Parameter.Of("last_delivery", id.LastDelivery),
    ];

    private static class OfBackground
    {
        public static readonly Column
            TemplateId = Beside.Column("template_id"), Skipped = Beside.Column("skipped"), Sender = Beside.Column("sender"),
            IsServiceAccount = Beside.Column("is_service_account");
    }

    private static class OfProvider
    {
        public static readonly Column
            Id = Providers.Column("id"), Type = Providers.Column("type"), Priority = Providers.Column("priority"), Weight = Providers.Column("weight");
    }

    private sealed record Background(
        Guid? Template, string? Sender, IReadOnlyList<SkippedChannel> Skipped, IReadOnlyDictionary<Guid, ProviderFacts> Providers, CallbackHistory Callbacks);
}
