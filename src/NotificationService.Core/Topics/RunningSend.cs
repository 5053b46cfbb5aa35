using System.Text.Json;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Storage;
using Npgsql;

namespace NotificationService.Topics;

/// <summary>A send to topics as a worker finds it: what it says, whom it is for and where it is.</summary>
internal sealed record RunningSend(
    Guid Account, bool Live, IReadOnlyList<TopicRange> Ranges, bool IsOfSeveral, TopicSendSettings Settings, ReadOnlyMemory<byte> Data, InlineContent? Content, ReadOnlyMemory<byte> Metadata,
    string? TraceParent, TopicPlace Place, int Page, int Tries)
{
    internal static readonly Statement Read = Statement.Load("topic_sends_read");

    /// <summary>What somebody is sent. A time to send at that has passed is at once.</summary>
    public NotificationRequest RequestTo(string userId, string topic, DateTimeOffset now)
    {
        var request = new NotificationRequest
        {
            Channels = Settings.Channels,
            Strategy = Settings.Strategy,
            FallbackAfter = Settings.FallbackAfter,
            Recipient = new StoredRecipient { UserId = userId },
            Data = Data,
            Content = Content,
            Category = Settings.Category,
            Priority = Settings.Priority,
            SendAt = Settings.SendAt is { } text && Rfc3339.TryParse(text, out var at) && at > now ? text : null,
            ExpiresAt = Settings.ExpiresAt,
            Reference = Settings.Reference,
            Metadata = Metadata,
            Topic = topic,
        };
        return Settings.Template?.Bind(request) ?? request;
    }

    public static RunningSend Of(NpgsqlDataReader row) => new(
        row.GetGuid(Row.AccountId), row.GetBoolean(Row.Live),
        [.. row.GetFieldValue<string[]>(Row.FromKeys).Zip(row.GetFieldValue<string[]>(Row.BeforeKeys), (from, before) => new TopicRange(from, before))],
        row.GetBoolean(Row.Several),
        JsonSerializer.Deserialize(row.GetString(Row.Settings), TopicJson.Default.TopicSendSettings) ?? throw new InvalidOperationException("a send without settings"),
        Json(row, Row.Data), row.IsDBNull(Row.Content) ? null : JsonSerializer.Deserialize(row.GetString(Row.Content), StoredJson.Default.InlineContent), Json(row, Row.Metadata),
        row.GetStringOrNull(Row.TraceParent), new TopicPlace(row.GetString(Row.AfterTopic), row.GetString(Row.AfterUser)), row.GetInt32(Row.Page), row.GetInt16(Row.Tries));

    private static ReadOnlyMemory<byte> Json(NpgsqlDataReader row, Column column) => row.IsDBNull(column) ? default(ReadOnlyMemory<byte>) : row.GetFieldValue<byte[]>(column);

    public override string ToString() => "a send to topics";

    private static class Row
    {
        public static readonly Column
            AccountId = Read.Column("account_id"), Live = Read.Column("live"), FromKeys = Read.Column("from_keys"), BeforeKeys = Read.Column("before_keys"), Several = Read.Column("several"),
            Settings = Read.Column("settings"), Data = Read.Column("data"), Content = Read.Column("content"), Metadata = Read.Column("metadata"), TraceParent = Read.Column("trace_parent"),
            AfterTopic = Read.Column("after_topic"), AfterUser = Read.Column("after_user"), Page = Read.Column("page"), Tries = Read.Column("tries");
    }
}

/// <summary>After whom the walk goes on.</summary>
internal readonly record struct TopicPlace(string Topic, string UserId);
