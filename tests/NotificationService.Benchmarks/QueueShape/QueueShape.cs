using NotificationService.Storage;

namespace NotificationService.Benchmarks.QueueShape;

/// <summary>The statements of one way to keep queue and state.</summary>
internal sealed record QueueShape(string Name, string? Schema, string Accept, Statement Claim, Statement Start, Statement Complete, string Count)
{
    private const string AcceptState =
        """
        insert into deliveries (id, tenant_id, channel, priority, status, due_at)
        select (lpad(to_hex((extract(epoch from now()) * 1000)::bigint - 200000 + g / 10), 12, '0') || '7' || substr(md5(g::text), 1, 3) || '8' || substr(md5(g::text), 4, 14) || '1')::uuid,
            $1, 1, 2, 20, now() - interval '1 hour' + g * interval '1 millisecond'
        from generate_series($2 + 1, $2 + $3) g
        """;

    public static QueueShape OneTable { get; } = new(
        "one table", null, AcceptState, Statement.Load("deliveries_claim"), Statement.Load("deliveries_start"), Statement.Load("deliveries_complete"),
        "select count(*) from deliveries where status = 40");

    /// <summary>The service's own statements, on the other table.</summary>
    public static QueueShape QueueRow { get; } = new(
        "queue row",
        Text("queue_row.sql"),
        $"with state as ({AcceptState} returning id, tenant_id, channel, priority, due_at) insert into queue (id, tenant_id, channel, priority, due_at) select * from state",
        OnQueue("deliveries_claim", claim => claim
            .Replace("set status = 30,", "set", StringComparison.Ordinal)
            .Replace("select id, tenant_id, priority, channel, claims, attempts, retried_from, timeline_seq, rescues, ambiguous,", "select id, tenant_id, priority, channel, claims, attempts, 0::smallint, 0::smallint, rescues, false,", StringComparison.Ordinal)),
        OnQueue("deliveries_start", start => start),
        Statement.Parse("queue_complete", Text("queue_complete.sql")),
        "select count(*) from deliveries where status = 40 and not exists (select from queue)");

    private static Statement OnQueue(string name, Func<string, string> change) => Statement.Parse(name, change(SqlText.Statement(name)
        .Replace("deliveries d", "queue d", StringComparison.Ordinal)
        .Replace("deliveries h", "queue h", StringComparison.Ordinal)
        .Replace("d.status in (10, 20)", "d.lease_until is null", StringComparison.Ordinal)
        .Replace("d.status = 30", "d.lease_until is not null", StringComparison.Ordinal)));

    private static string Text(string name)
    {
        using var reader = new StreamReader(typeof(QueueShape).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
