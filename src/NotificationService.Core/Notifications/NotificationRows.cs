using Npgsql;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Deliveries.Devices;
using NotificationService.Events;

namespace NotificationService.Notifications;

/// <summary>Reads the rows of <c>notifications_find</c>, <c>deliveries_of_notification</c>, <c>attempts_of_notification</c>, <c>timeline_of_notification</c> and <c>engagements_summarise</c>.</summary>
internal static class NotificationRows
{
    public const int Notification = 1;
    public const int Delivery = 2;
    public const int Attempt = 3;
    public const int Step = 4;
    public const int Engaged = 5;

    /// <summary>Which of the statements a row is of: they run together in one round trip.</summary>
    public static int KindOf(NpgsqlDataReader row) => row.GetInt32(0);

    public static NotificationDetails ReadNotification(NpgsqlDataReader row) => new(
        new NotificationId(row.GetGuid(1)),
        row.GetBoolean(2),
        row.IsDBNull(4) ? null : new PinnedTemplate(row.IsDBNull(3) ? "" : row.GetString(3), row.GetInt32(4)),
        Text(row, 5),
        Text(row, 6),
        (Priority)row.GetInt16(7),
        row.GetString(8),
        Text(row, 9),
        Text(row, 10),
        Text(row, 11),
        Time(row, 12),
        Time(row, 13),
        row.GetFieldValue<DateTimeOffset>(14),
        [])
    {
        Fallback = Strategies.Read(row.GetInt16(15), row.IsDBNull(16) ? null : row.GetInt32(16)),
    };

    public static DeliveryDetails ReadDelivery(NpgsqlDataReader row) => new(
        new DeliveryId(row.GetGuid(1)),
        (DeliveryStatus)row.GetInt16(2),
        row.GetFieldValue<DateTimeOffset>(3),
        row.GetBoolean(4),
        row.GetInt16(5),
        Time(row, 6),
        Text(row, 7),
        Provider(row, 8),
        FailureAt(row, 10),
        [])
    {
        Place = row.GetInt16(13),
        Devices = row.IsDBNull(14) ? null : DeviceStates.Parse(row.GetString(14)),
        Segments = row.IsDBNull(15) ? null : row.GetInt16(15),
        Encoding = Encoding(row, 16),
    };

    public static AttemptDetails ReadAttempt(NpgsqlDataReader row) => new(
        new DeliveryId(row.GetGuid(1)),
        row.GetInt16(2),
        Provider(row, 3),
        (AttemptOutcome)row.GetInt16(5),
        row.GetFieldValue<DateTimeOffset>(6),
        Time(row, 7),
        Text(row, 8),
        Text(row, 9),
        Text(row, 10))
    {
        Segments = row.IsDBNull(11) ? null : row.GetInt16(11),
        Encoding = Encoding(row, 12),
    };

    public static (DeliveryId Delivery, Engagement Engagement) ReadEngagement(NpgsqlDataReader row) => (new DeliveryId(row.GetGuid(1)), new Engagement(Time(row, 2), Time(row, 3)));

    public static TimelineStep ReadStep(NpgsqlDataReader row) => new(
        new DeliveryId(row.GetGuid(1)), row.GetInt16(2), (DeliveryStatus)row.GetInt16(3), row.GetFieldValue<DateTimeOffset>(4), TimelineDetail.Published(Text(row, 5)), null);

    public static ProviderName? Provider(NpgsqlDataReader row, int id) =>
        row.IsDBNull(id) ? null : new ProviderName(row.GetGuid(id), Text(row, id + 1) ?? ProviderInstances.BuiltInName(row.GetGuid(id)));

    /// <summary>Kind, code and message from three columns in a row.</summary>
    public static Failure? FailureAt(NpgsqlDataReader row, int kind) =>
        row.IsDBNull(kind) ? null : new Failure((FailureKind)row.GetInt16(kind), Text(row, kind + 1) ?? "", Text(row, kind + 2) ?? "");

    private static SmsEncoding? Encoding(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : (SmsEncoding)row.GetInt16(column);

    public static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
