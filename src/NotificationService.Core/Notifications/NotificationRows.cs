using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Deliveries.Devices;
using NotificationService.Events;
using NotificationService.Storage;
using Npgsql;

namespace NotificationService.Notifications;

/// <summary>Reads the rows of <c>notifications_find</c>, <c>deliveries_of_notification</c>, <c>attempts_of_notification</c>, <c>timeline_of_notification</c> and <c>engagements_summarise</c>.</summary>
internal static class NotificationRows
{
    public const int Notification = 1;
    public const int Delivery = 2;
    public const int Attempt = 3;
    public const int Step = 4;
    public const int Engaged = 5;

    private static readonly Column RowKind = new(
        "row_kind", NotificationQueries.Find, NotificationQueries.Deliveries, NotificationQueries.Attempts, NotificationQueries.Timeline, NotificationQueries.Engagements);

    /// <summary>Which of the statements a row is of: they run together in one round trip.</summary>
    public static int KindOf(NpgsqlDataReader row) => row.GetInt32(RowKind);

    public static NotificationDetails ReadNotification(NpgsqlDataReader row) => new(
        new NotificationId(row.GetGuid(OfNotification.Id)),
        row.GetBoolean(OfNotification.Live),
        row.IsDBNull(OfNotification.TemplateVersion) ? null : new PinnedTemplate(row.IsDBNull(OfNotification.Template) ? "" : row.GetString(OfNotification.Template), row.GetInt32(OfNotification.TemplateVersion)),
        row.GetStringOrNull(OfNotification.Category),
        row.GetStringOrNull(OfNotification.Reference),
        (Priority)row.GetInt16(OfNotification.Priority),
        row.GetString(OfNotification.Recipient),
        row.GetStringOrNull(OfNotification.Data),
        row.GetStringOrNull(OfNotification.Content),
        row.GetStringOrNull(OfNotification.Metadata),
        row.GetOrNull<DateTimeOffset>(OfNotification.SendAt),
        row.GetOrNull<DateTimeOffset>(OfNotification.ExpiresAt),
        row.GetTime(OfNotification.CreatedAt),
        [])
    {
        Fallback = Strategies.Read(row.GetInt16(OfNotification.Strategy), row.GetOrNull<int>(OfNotification.FallbackAfter)),
        ContentRedactedAt = row.GetOrNull<DateTimeOffset>(OfNotification.ContentRedactedAt),
        Topic = row.GetStringOrNull(OfNotification.Topic),
    };

    public static DeliveryDetails ReadDelivery(NpgsqlDataReader row) => new(
        new DeliveryId(row.GetGuid(OfDelivery.Id)),
        (DeliveryStatus)row.GetInt16(OfDelivery.Status),
        row.GetTime(OfDelivery.DueAt),
        row.GetBoolean(OfDelivery.Ambiguous),
        row.GetInt16(OfDelivery.TimelineSeq),
        row.GetOrNull<DateTimeOffset>(OfDelivery.CallStartedAt),
        row.GetStringOrNull(OfDelivery.ProviderMessageId),
        Provider(row, OfDelivery.ProviderId, OfDelivery.Provider),
        FailureAt(row, OfDelivery.FailureKind, OfDelivery.FailureCode, OfDelivery.FailureMessage),
        [])
    {
        Place = row.GetInt16(OfDelivery.Chain),
        Devices = row.IsDBNull(OfDelivery.Devices) ? null : DeviceStates.Parse(row.GetString(OfDelivery.Devices)),
        Segments = row.GetOrNull<short>(OfDelivery.Segments),
        Encoding = Encoding(row, OfDelivery.SmsEncoding),
        WaitsFor = Code(TimelineDetail.Published(row.GetStringOrNull(OfDelivery.WaitsFor))),
    };

    public static AttemptDetails ReadAttempt(NpgsqlDataReader row) => new(
        new DeliveryId(row.GetGuid(OfAttempt.DeliveryId)),
        row.GetInt16(OfAttempt.Number),
        Provider(row, OfAttempt.ProviderId, OfAttempt.Provider),
        (AttemptOutcome)row.GetInt16(OfAttempt.Outcome),
        row.GetTime(OfAttempt.StartedAt),
        row.GetOrNull<DateTimeOffset>(OfAttempt.FinishedAt),
        row.GetStringOrNull(OfAttempt.Code),
        row.GetStringOrNull(OfAttempt.Message),
        row.GetStringOrNull(OfAttempt.ProviderMessageId))
    {
        Segments = row.GetOrNull<short>(OfAttempt.Segments),
        Encoding = Encoding(row, OfAttempt.SmsEncoding),
    };

    public static (DeliveryId Delivery, Engagement Engagement) ReadEngagement(NpgsqlDataReader row) => (new DeliveryId(row.GetGuid(OfEngagement.DeliveryId)), new Engagement(row.GetOrNull<DateTimeOffset>(OfEngagement.OpenedAt), row.GetOrNull<DateTimeOffset>(OfEngagement.ClickedAt)));

    public static TimelineStep ReadStep(NpgsqlDataReader row) => new(
        new DeliveryId(row.GetGuid(OfStep.DeliveryId)), row.GetInt16(OfStep.Seq), (DeliveryStatus)row.GetInt16(OfStep.Status), row.GetTime(OfStep.At), TimelineDetail.Published(row.GetStringOrNull(OfStep.Detail)), null);

    public static ProviderName? Provider(NpgsqlDataReader row, Column id, Column name) =>
        row.IsDBNull(id) ? null : new ProviderName(row.GetGuid(id), row.GetStringOrNull(name) ?? ProviderInstances.BuiltInName(row.GetGuid(id)));

    public static Failure? FailureAt(NpgsqlDataReader row, Column kind, Column code, Column message) =>
        row.IsDBNull(kind) ? null : new Failure((FailureKind)row.GetInt16(kind), row.GetStringOrNull(code) ?? "", row.GetStringOrNull(message) ?? "");

    private static string? Code(string? detail)
    {
        if (detail is null)
            return null;
        using var document = JsonDocument.Parse(detail);
        return document.RootElement.TryGetProperty("code", out var code) ? code.GetString() : null;
    }

    private static SmsEncoding? Encoding(NpgsqlDataReader row, Column column) => row.IsDBNull(column) ? null : (SmsEncoding)row.GetInt16(column);

    private static class OfNotification
    {
        public static readonly Column
            Id = NotificationQueries.Find.Column("id"), Live = NotificationQueries.Find.Column("live"), Template = NotificationQueries.Find.Column("template"),
            TemplateVersion = NotificationQueries.Find.Column("template_version"), Category = NotificationQueries.Find.Column("category"),
            Reference = NotificationQueries.Find.Column("reference"), Priority = NotificationQueries.Find.Column("priority"),
            Recipient = NotificationQueries.Find.Column("recipient"), Data = NotificationQueries.Find.Column("data"),
            Content = NotificationQueries.Find.Column("content"), Metadata = NotificationQueries.Find.Column("metadata"),
            SendAt = NotificationQueries.Find.Column("send_at"), ExpiresAt = NotificationQueries.Find.Column("expires_at"),
            CreatedAt = NotificationQueries.Find.Column("created_at"), Strategy = NotificationQueries.Find.Column("strategy"),
            FallbackAfter = NotificationQueries.Find.Column("fallback_after"), ContentRedactedAt = NotificationQueries.Find.Column("content_redacted_at"),
            Topic = NotificationQueries.Find.Column("topic");
    }

    private static class OfDelivery
    {
        public static readonly Column
            Id = NotificationQueries.Deliveries.Column("id"), Status = NotificationQueries.Deliveries.Column("status"),
            DueAt = NotificationQueries.Deliveries.Column("due_at"), Ambiguous = NotificationQueries.Deliveries.Column("ambiguous"),
            TimelineSeq = NotificationQueries.Deliveries.Column("timeline_seq"), CallStartedAt = NotificationQueries.Deliveries.Column("call_started_at"),
            ProviderMessageId = NotificationQueries.Deliveries.Column("provider_message_id"), ProviderId = NotificationQueries.Deliveries.Column("provider_id"),
            Provider = NotificationQueries.Deliveries.Column("provider"), FailureKind = NotificationQueries.Deliveries.Column("failure_kind"),
            FailureCode = NotificationQueries.Deliveries.Column("failure_code"), FailureMessage = NotificationQueries.Deliveries.Column("failure_message"),
            Chain = NotificationQueries.Deliveries.Column("chain"), Devices = NotificationQueries.Deliveries.Column("devices"),
            Segments = NotificationQueries.Deliveries.Column("segments"), SmsEncoding = NotificationQueries.Deliveries.Column("sms_encoding"),
            WaitsFor = NotificationQueries.Deliveries.Column("waits_for");
    }

    private static class OfAttempt
    {
        public static readonly Column
            DeliveryId = NotificationQueries.Attempts.Column("delivery_id"), Number = NotificationQueries.Attempts.Column("number"),
            ProviderId = NotificationQueries.Attempts.Column("provider_id"), Provider = NotificationQueries.Attempts.Column("provider"),
            Outcome = NotificationQueries.Attempts.Column("outcome"), StartedAt = NotificationQueries.Attempts.Column("started_at"),
            FinishedAt = NotificationQueries.Attempts.Column("finished_at"), Code = NotificationQueries.Attempts.Column("code"),
            Message = NotificationQueries.Attempts.Column("message"), ProviderMessageId = NotificationQueries.Attempts.Column("provider_message_id"),
            Segments = NotificationQueries.Attempts.Column("segments"), SmsEncoding = NotificationQueries.Attempts.Column("sms_encoding");
    }

    private static class OfEngagement
    {
        public static readonly Column
            DeliveryId = NotificationQueries.Engagements.Column("delivery_id"), OpenedAt = NotificationQueries.Engagements.Column("opened_at"),
            ClickedAt = NotificationQueries.Engagements.Column("clicked_at");
    }

    private static class OfStep
    {
        public static readonly Column
            DeliveryId = NotificationQueries.Timeline.Column("delivery_id"), Seq = NotificationQueries.Timeline.Column("seq"),
            Status = NotificationQueries.Timeline.Column("status"), At = NotificationQueries.Timeline.Column("at"),
            Detail = NotificationQueries.Timeline.Column("detail");
    }
}
