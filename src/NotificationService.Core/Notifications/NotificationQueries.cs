using NotificationService.Deliveries;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Notifications;

/// <summary>Reads single notifications: each in one round trip, under the tenant's scope, by key ranges that name the partition.</summary>
public sealed class NotificationQueries(Database database, TimeProvider time)
{
    internal static readonly Statement Find = Statement.Load("notifications_find");
    internal static readonly Statement Deliveries = Statement.Load("deliveries_of_notification");
    internal static readonly Statement Attempts = Statement.Load("attempts_of_notification");
    internal static readonly Statement Engagements = Statement.Load("engagements_summarise");
    internal static readonly Statement Timeline = Statement.Load("timeline_of_notification");

    /// <summary>Null if the tenant has no such notification.</summary>
    public async Task<NotificationDetails?> FindAsync(TenantId tenant, NotificationId id, CancellationToken cancellationToken)
    {
        var rows = await ReadAsync(tenant, id, withTimeline: false, cancellationToken);
        return rows.Notification is null ? null : rows.Notification with { Deliveries = rows.DeliveriesWithAttempts() };
    }

    /// <summary>Both at once.</summary>
    public async Task<(NotificationDetails Notification, IReadOnlyList<TimelineStep> Steps)?> HistoryAsync(TenantId tenant, NotificationId id, CancellationToken cancellationToken)
    {
        var rows = await ReadAsync(tenant, id, withTimeline: true, cancellationToken);
        return rows.Notification is null ? null : (rows.Notification with { Deliveries = rows.DeliveriesWithAttempts() }, InOrder(rows));
    }

    /// <summary>Every change of every delivery in the order of time, or null if the tenant has no such notification.</summary>
    public async Task<IReadOnlyList<TimelineStep>?> TimelineAsync(TenantId tenant, NotificationId id, CancellationToken cancellationToken)
    {
        var rows = await ReadAsync(tenant, id, withTimeline: true, cancellationToken);
        return rows.Notification is null ? null : InOrder(rows);
    }

    private IReadOnlyList<TimelineStep> InOrder(Rows rows)
    {
        // Whoever holds a delivery writes that it is being sent together with what came of it; until then it is added here.
        var underWay = rows.Deliveries.Where(delivery => delivery.Status == DeliveryStatus.Sending).Select(delivery => new TimelineStep(
            delivery.Id, delivery.TimelineSeq + 1, DeliveryStatus.Sending, delivery.CallStartedAt ?? time.GetUtcNow(), null, null));
        return
        [
            .. TimelineOrder.Dated(rows.Steps.Concat(underWay).OrderBy(step => step.Delivery.Value).ThenBy(step => step.Sequence), step => step.Delivery, step => step.At)
                .OrderBy(entry => entry.At)
                .Select(entry => entry.Item with { Attempt = rows.AttemptOf(entry.Item) }),
        ];
    }

    private async Task<Rows> ReadAsync(TenantId tenant, NotificationId id, bool withTimeline, CancellationToken cancellationToken)
    {
        var rows = new Rows();
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, Find.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id.Value)));
        batch.Add(tenant, Deliveries.With(Range(tenant, id)));
        batch.Add(tenant, Attempts.With(Range(tenant, id)));
        batch.Add(tenant, Engagements.With(Range(tenant, id)));
        if (withTimeline)
            batch.Add(tenant, Timeline.With(Range(tenant, id)));
        await batch.CommitAsync(rows.Add, cancellationToken);
        return rows;
    }

    private static Parameter[] Range(TenantId tenant, NotificationId id) =>
    [
        Parameter.Of("tenant", tenant.Value),
        Parameter.Of("notification", id.Value),
        Parameter.Of("last_delivery", id.LastDelivery),
    ];

    private sealed class Rows
    {
        private readonly List<AttemptDetails> attempts = [];
        private readonly Dictionary<DeliveryId, Engagement> engagements = [];

        public NotificationDetails? Notification { get; private set; }

        public List<DeliveryDetails> Deliveries { get; } = [];

        public List<TimelineStep> Steps { get; } = [];

        public void Add(NpgsqlDataReader row)
        {
            switch (NotificationRows.KindOf(row))
            {
                case NotificationRows.Notification:
                    Notification = NotificationRows.ReadNotification(row);
                    break;
                case NotificationRows.Delivery:
                    Deliveries.Add(NotificationRows.ReadDelivery(row));
                    break;
                case NotificationRows.Attempt:
                    attempts.Add(NotificationRows.ReadAttempt(row));
                    break;
                case NotificationRows.Engaged:
                    var (delivery, engagement) = NotificationRows.ReadEngagement(row);
                    engagements[delivery] = engagement;
                    break;
                default:
                    Steps.Add(NotificationRows.ReadStep(row));
                    break;
            }
        }

        public IReadOnlyList<DeliveryDetails> DeliveriesWithAttempts() =>
        [
            .. Deliveries.Select(delivery => delivery with
            {
                Attempts = [.. attempts.Where(attempt => attempt.Delivery == delivery.Id)],
                Engagement = engagements.GetValueOrDefault(delivery.Id, Engagement.None),
            }),
        ];

        /// <summary>The call that began when the step did.</summary>
        public AttemptDetails? AttemptOf(TimelineStep step) => step.Status != DeliveryStatus.Sending
            ? null
            : attempts.Find(attempt => attempt.Delivery == step.Delivery && attempt.StartedAt == step.At);
    }
}
