using System.Text.Json;
using NotificationService.Categories;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Recipients.Preferences;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Deliveries;

/// <summary>Reads what was accepted for claimed deliveries of any number of tenants, in one round trip.</summary>
public sealed class NotificationLoader(Database database)
{
    // What its batch is, if nothing of it may be sent now.
    private const string Cancelled = "cancelled";
    private const string Held = "held";

    private static readonly IReadOnlyDictionary<NotificationId, StoredNotification> Nothing = new Dictionary<NotificationId, StoredNotification>();
    private static readonly Statement Load = Statement.Load("notifications_load");

    public async Task<IReadOnlyDictionary<NotificationId, StoredNotification>> LoadAsync(IReadOnlyList<ClaimedDelivery> deliveries, CancellationToken cancellationToken)
    {
        if (deliveries.Count == 0)
            return Nothing;
        var loaded = new Dictionary<NotificationId, StoredNotification>(deliveries.Count);
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        // Several channels of one notification are claimed together.
        ClaimedDelivery[] first = [.. deliveries.DistinctBy(delivery => delivery.Id.Notification)];
        batch.Add(
            TenantSet.Of(first.Select(delivery => delivery.Tenant)),
            Load.With(
                Parameter.Of("notifications", Array.ConvertAll(first, delivery => delivery.Id.Notification.Value)),
                Parameter.Of("tenants", Array.ConvertAll(first, delivery => delivery.Tenant.Value))));
        await batch.CommitAsync(
            row =>
            {
                var notification = Read(row);
                loaded[notification.Id] = notification;
            },
            cancellationToken);
        return loaded;
    }

    private static StoredNotification Read(NpgsqlDataReader row) => new(
        new NotificationId(row.GetGuid(Columns.Id)),
        row.GetBoolean(Columns.Live),
        row.GetOrNull<Guid>(Columns.TemplateId),
        row.GetOrNull<int>(Columns.TemplateVersion),
        row.GetStringOrNull(Columns.Category),
        JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(Columns.Recipient), StoredJson.Default.StoredRecipient) ?? new StoredRecipient(),
        row.IsDBNull(Columns.Data) ? [] : row.GetFieldValue<byte[]>(Columns.Data),
        row.IsDBNull(Columns.Content) ? null : JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(Columns.Content), StoredJson.Default.InlineContent),
        row.GetStringOrNull(Columns.TraceParent),
        row.GetTime(Columns.CreatedAt))
    {
        Suppressed = row.IsDBNull(Columns.Suppressed) ? [] : JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(Columns.Suppressed), SuppressedAddressJson.Default.IReadOnlyListSuppressedAddress) ?? [],
        Fallback = Strategies.Read(row.GetInt16(Columns.Strategy), row.GetOrNull<int>(Columns.FallbackAfter)),
        SendAt = row.IsDBNull(Columns.SendAt) ? null : row.GetTime(Columns.SendAt),
        Metadata = row.GetStringOrNull(Columns.Metadata),
        Topic = row.GetStringOrNull(Columns.Topic),
        Preferences = row.GetStringOrNull(Columns.Preferences) is { } says ? PreferenceStore.Read(says) : null,
        CategorySays = row.GetStringOrNull(Columns.CategoryChannels) is { } channels
            ? CategoryRule.Of(channels, row.GetBoolean(Columns.CategoryCritical), row.GetBoolean(Columns.CategoryMarketing))
            : CategoryRule.Silent,
        IsCancelled = !row.IsDBNull(Columns.StoppedBy) && row.GetString(Columns.StoppedBy) == Cancelled,
        IsHeld = !row.IsDBNull(Columns.StoppedBy) && row.GetString(Columns.StoppedBy) == Held,
    };

    private static class Columns
    {
        public static readonly Column
            Id = Load.Column("id"), Live = Load.Column("live"), TemplateId = Load.Column("template_id"), TemplateVersion = Load.Column("template_version"),
            Category = Load.Column("category"), Recipient = Load.Column("recipient"), Data = Load.Column("data"), Content = Load.Column("content"),
            TraceParent = Load.Column("trace_parent"), CreatedAt = Load.Column("created_at"), SendAt = Load.Column("send_at"), Suppressed = Load.Column("suppressed"),
            Strategy = Load.Column("strategy"), FallbackAfter = Load.Column("fallback_after"), StoppedBy = Load.Column("stopped_by"), Metadata = Load.Column("metadata"), Topic = Load.Column("topic"),
            Preferences = Load.Column("preferences"), CategoryChannels = Load.Column("category_channels"), CategoryCritical = Load.Column("category_critical"),
            CategoryMarketing = Load.Column("category_marketing");
    }
}
