using NotificationService.Storage;
using Npgsql;

namespace NotificationService.Inbox;

/// <summary>The columns of an item in what one statement answers.</summary>
internal sealed class InboxItemColumns(Statement statement)
{
    private readonly Column
        id = statement.Column("id"), version = statement.Column("version"), status = statement.Column("status"), title = statement.Column("title"), body = statement.Column("body"),
        category = statement.Column("category"), priority = statement.Column("priority"), seen = statement.Column("seen"), actionUrl = statement.Column("action_url"),
        actions = statement.Column("actions"), data = statement.Column("data"), createdAt = statement.Column("created_at"), readAt = statement.Column("read_at"),
        archivedAt = statement.Column("archived_at"), snoozedUntil = statement.Column("snoozed_until"), arrivedAt = statement.Column("arrived_at"), hasJustArrived = statement.Column("has_just_arrived");

    public Statement Statement => statement;

    /// <summary>Null where the row has none.</summary>
    public InboxItem? Read(NpgsqlDataReader row) => row.IsDBNull(id)
        ? null
        : new InboxItem(
            row.GetGuid(id),
            row.GetInt64(version),
            (InboxStatus)row.GetInt16(status),
            row.GetString(title),
            row.GetString(body),
            row.GetStringOrNull(category),
            row.GetInt16(priority),
            row.GetBoolean(seen),
            row.GetStringOrNull(actionUrl),
            row.IsDBNull(actions) ? null : row.GetFieldValue<byte[]>(actions),
            row.IsDBNull(data) ? null : row.GetFieldValue<byte[]>(data),
            row.GetTime(createdAt),
            row.GetOrNull<DateTimeOffset>(readAt),
            row.GetOrNull<DateTimeOffset>(archivedAt),
            row.GetOrNull<DateTimeOffset>(snoozedUntil))
        {
            ArrivedAt = row.GetTime(arrivedAt),
            HasJustArrived = row.GetBoolean(hasJustArrived),
        };
}
