using System.Text.Json;
using Npgsql;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Recipients;
using NotificationService.Storage;
using NotificationService.Templates;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>What was decided about a notification and why, read from the rows that it left; there is no log to lose.</summary>
public sealed class Explanations(Database database, NotificationQueries queries, TemplateCatalog templates)
{
    private static readonly string Beside = SqlText.Statement("notifications_explain");
    private static readonly string Receipts = SqlText.Statement("receipts_of_notification");
    private static readonly string Engagements = SqlText.Statement("engagements_of_notification");
    private static readonly string Providers = SqlText.Statement("providers_of_notification");

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
        return new Explanation(notification, [.. Accepted(notification, background, template), .. happened.OrderBy(entry => entry.At).Select(entry => entry.Step)]);
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
    private static IEnumerable<ExplainedStep> Accepted(NotificationDetails notification, Background background, CompiledTemplate? template)
    {
        var at = notification.CreatedAt;
        yield return new ExplainedStep(at, new ExplainStep(null, "accepted", background.Sender is { } sender ? $"accepted from {sender}" : "accepted"));
        foreach (var step in ExplainWords.Whole(
            notification.Template, notification.Priority, notification.SendAt, notification.ExpiresAt, notification.Fallback, notification.Live))
            yield return new ExplainedStep(at, step);
        foreach (var skipped in background.Skipped)
            yield return new ExplainedStep(at, ExplainWords.Skipped(skipped));
        var recipient = JsonSerializer.Deserialize(notification.Recipient, StoredJson.Default.StoredRecipient) ?? new StoredRecipient();
        ChannelKind? before = null;
        foreach (var delivery in notification.Deliveries)
        {
            var channel = delivery.Channel;
            if (DeliveryPlanner.HasAddress(recipient, channel))
                yield return new ExplainedStep(at, new ExplainStep(channel, "address", $"the recipient has {DeliveryPlanner.Field(channel)}"));
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
        batch.Add(tenant, Beside, Id(tenant.Value), Id(id.Value));
        batch.Add(tenant, Providers, Id(tenant.Value), Id(id.Value), Id(id.LastDelivery));
        batch.Add(tenant, Engagements, Id(tenant.Value), Id(id.Value), Id(id.LastDelivery));
        batch.Add(tenant, Receipts, Id(tenant.Value), Id(id.Value), Id(id.LastDelivery), new NpgsqlParameter<int> { TypedValue = CallbackHistory.Max });
        await batch.CommitAsync(
            row =>
            {
                if (row.GetInt32(0) == 4)
                    callbacks.AddReceipt(row);
                else if (row.GetInt32(0) == 3)
                    callbacks.AddEngagement(row);
                else if (row.GetInt32(0) == 2)
                    providers[row.GetGuid(1)] = new ProviderFacts(row.GetString(2), row.GetInt32(3), row.GetInt32(4));
                else
                    background = new Background(row.IsDBNull(1) ? null : row.GetGuid(1), Sender(row), Skipped(row), providers, callbacks);
            },
            cancellationToken);
        return background;
    }

    private static string? Sender(NpgsqlDataReader row) => row.IsDBNull(3) ? null : row.GetBoolean(4) ? $"service account {row.GetString(3)}" : $"user {row.GetString(3)}";

    private static IReadOnlyList<SkippedChannel> Skipped(NpgsqlDataReader row) => row.IsDBNull(2)
        ? []
        : [.. (JsonSerializer.Deserialize(row.GetString(2), AcceptedJson.Default.SkippedResponseArray) ?? [])
            .Select(skipped => new SkippedChannel(ChannelKinds.TryParse(skipped.Channel, out var channel) ? channel : default, skipped.Code, skipped.Message))];

    private static NpgsqlParameter<Guid> Id(Guid id) => new() { TypedValue = id };

    private sealed record Background(
        Guid? Template, string? Sender, IReadOnlyList<SkippedChannel> Skipped, IReadOnlyDictionary<Guid, ProviderFacts> Providers, CallbackHistory Callbacks);
}
