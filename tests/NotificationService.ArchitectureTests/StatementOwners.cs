using System.Text.RegularExpressions;

namespace NotificationService.ArchitectureTests;

/// <summary>Which module a statement belongs to, by the table that it is named after. Another module gets at those rows through the owner's store.</summary>
public static partial class StatementOwners
{
    /// <summary>The first words of a statement's name, and its folder. The longest that fits counts.</summary>
    private static readonly (string Table, string Folder)[] Owners =
    [
        ("attempts", "Core/Deliveries"),
        ("audit_log", "Core/Tenants"),
        ("batch", "Core/Batches"),
        ("batches", "Core/Batches"),
        ("bulk", "Core/BulkJobs"),
        ("categories", "Core/Categories"),
        ("dead_letters", "Core/Notifications"),
        ("daily_counts", "Core/Quotas"),
        ("deliveries", "Core/Deliveries"),
        ("ended_tokens", "Host/Auth"),
        ("engagements", "Core/Deliveries"),
        ("events", "Core/Events"),
        ("idempotency", "Core/Notifications"),
        ("inbox", "Core/Inbox"),
        ("kafka_messages", "Kafka/Status"),
        ("ledger", "Core/Ledger"),
        ("notices", "Core/Notices"),
        ("notifications", "Core/Notifications"),
        ("notification_cancels", "Core/Notifications"),
        ("one_time_tokens", "Core/Tenants"),
        ("outbox", "Core/Events"),
        ("presence", "Core/Realtime"),
        ("provider", "Core/Channels"),
        ("providers", "Core/Channels"),
        ("rate_limits", "Core/RateLimits"),
        ("realtime", "Core/Realtime"),
        ("receipts", "Core/Deliveries"),
        ("recipient_preferences", "Core/Recipients"),
        ("recipient", "Core/Recipients"),
        ("recipients", "Core/Recipients"),
        ("refresh_tokens", "Core/Tenants"),
        ("sandbox_messages", "Core/Channels"),
        ("schema", "Core/Storage"),
        ("scope", "Core/Storage"),
        ("sign_in_places", "Host/Auth"),
        ("stream_tickets", "Host/Auth"),
        ("subjects", "Host/Auth"),
        ("service_accounts", "Host/Auth"),
        ("suppressions", "Core/Recipients"),
        ("template", "Core/Templates"),
        ("templates", "Core/Templates"),
        ("recipient_erasures", "Core/Erasure"),
        ("tenant_erasures", "Core/Erasure"),
        ("tenant_export", "Core/Erasure"),
        ("tenants", "Core/Tenants"),
        ("timeline", "Core/Deliveries"),
        ("topic", "Core/Topics"),
        ("topics", "Core/Topics"),
        ("totp_secrets", "Host/Auth"),
        ("user_imports", "Core/Users"),
        ("webhook", "Core/Webhooks"),
    ];

    /// <summary>Who names a statement of another module, and why. Each line is a debt: none is added without its reason, and one that is paid is taken out.</summary>
    private static readonly Dictionary<(string Folder, string Statement), string> Exceptions = new()
    {
        [("Core/Notifications", "deliveries_of_notification")] = History,
        [("Core/Notifications", "attempts_of_notification")] = History,
        [("Core/Notifications", "engagements_of_notification")] = History,
        [("Core/Notifications", "engagements_summarise")] = History,
        [("Core/Notifications", "timeline_of_notification")] = History,
        [("Core/Notifications", "receipts_of_notification")] = History,
        [("Core/Notifications", "providers_of_notification")] = History,
        [("Core/Deliveries", "notifications_load")] = "a claim loads what it sends, for many tenants in one round trip, and may not call Notifications",
        [("Core/Batches", "deliveries_resume_next")] = "a batch lets its own deliveries go on, and may not call Deliveries",
        [("Core/Deliveries", "batches_share")] = Stopped,
        [("Core/Deliveries", "batches_is_stopped")] = Stopped,
        [("Core/Deliveries", "batches_purge")] = Retention,
        [("Core/Deliveries", "idempotency_purge")] = Retention,
        [("Core/Deliveries", "suppressions_purge")] = Retention,
        [("Core/Tenants", "notices_purge")] = Retention,
        [("Core/Tenants", "sandbox_messages_purge")] = Retention,
        [("Core/Tenants", "ended_tokens_purge")] = Retention,
        [("Core/Tenants", "stream_tickets_forget")] = Retention,
        [("Core/Tenants", "user_imports_purge")] = Retention,
        [("Core/Tenants", "webhook_secrets_purge")] = Retention,
        [("Core/Erasure", "tenants_settings_lock")] = Closing,
        [("Core/Erasure", "tenants_close")] = Closing,
        [("Core/Events", "kafka_messages_purge")] = Left,
        [("Core/Events", "kafka_messages_depth")] = Left,
        [("Core/BulkJobs", "batches_settle")] = "a job is held and cancelled as the batch that it is, and may not call Batches",
    };

    private const string Closing = "a tenant is closed in the transaction that asks for its rows to be removed";
    private const string Stopped = "whoever sends looks, at the last moment, whether the batch goes on, and may not call Batches";
    private const string Retention = "what is kept for long enough is removed by one periodic task, and the statement is one call of a function";
    private const string Left = "what an earlier configuration left behind is removed and counted by every worker, with Kafka or without";
    private const string History = "the history of one notification is read in one round trip, whichever tables it stands in";

    /// <summary>Null: no table's.</summary>
    public static string? Of(string statement) =>
        Owners.Where(owner => statement.StartsWith($"{owner.Table}_", StringComparison.Ordinal)).OrderByDescending(owner => owner.Table.Length).Select(owner => owner.Folder).FirstOrDefault();

    /// <summary>What the sources name and do not own, and exceptions that nobody needs any more.</summary>
    /// <param name="sources">Paths below <c>src</c> with <c>/</c>, such as <c>NotificationService.Core/Batches/BatchStore.cs</c>.</param>
    /// <param name="statements">The names of all statements.</param>
    public static IReadOnlyList<string> Faults(IEnumerable<(string Path, string Text)> sources, IReadOnlySet<string> statements)
    {
        var named = sources.SelectMany(source => Literal().Matches(source.Text).Select(match => (Folder: FolderOf(source.Path), Statement: match.Groups[1].Value)))
            .Where(use => statements.Contains(use.Statement)).ToHashSet();
        return
        [
            .. statements.Where(statement => Of(statement) is null).Select(statement => $"{statement} is no module's").Order(StringComparer.Ordinal),
            .. named.Where(use => Of(use.Statement) is { } owner && owner != use.Folder && !Exceptions.ContainsKey(use)).Select(use => $"{use.Folder} names {use.Statement} of {Of(use.Statement)}").Order(StringComparer.Ordinal),
            .. Exceptions.Keys.Where(exception => !named.Contains(exception)).Select(exception => $"{exception.Folder} does not name {exception.Statement} any more").Order(StringComparer.Ordinal),
        ];
    }

    private static string FolderOf(string path) => string.Join('/', path.Split('/')[..2]).Replace("NotificationService.", "", StringComparison.Ordinal);

    [GeneratedRegex("\"([a-z_]+)\"")]
    private static partial Regex Literal();
}
