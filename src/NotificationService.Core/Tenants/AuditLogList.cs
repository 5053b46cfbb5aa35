using System.Runtime.CompilerServices;
using NotificationService.Storage;
using Npgsql;

namespace NotificationService.Tenants;

/// <summary>Reads a tenant's audit log, the newest first: a page, or all of it. A page walks one index (docs/decisions/0009-lists-walk-one-index.md).</summary>
public sealed class AuditLogList(Database database)
{
    private const int RowsAtOnce = 500;

    private static readonly ListStatement Newest = new("audit_log_list", ["newest"]);
    private static readonly ListStatement OfTarget = new("audit_log_list", ["target"]);
    private static readonly ListStatement OfActor = new("audit_log_list", ["actor"]);
    private static readonly ListStatement OfAction = new("audit_log_list", ["action"]);

    private readonly ListStatements statements = new(database);

    public Task<PageResult<AuditRecord>> ListAsync(TenantId tenant, AuditFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        return ListScan.ReadAsync<AuditRecord>(page, entry => entry.Id, filter.IsExact, filter.IsExact ? int.MaxValue : PageRequest.ScanLimit, ReadAsync);

        Task<ListStepResult<AuditRecord>> ReadAsync(ListStep step)
        {
            var range = IdRange.Of(filter.Since, filter.Until).Until(step.After);
            var list = filter switch
            {
                { Target: not null } => OfTarget,
                { Actor: not null } => OfActor,
                { Action: not null } => OfAction,
                _ => Newest,
            };
            return statements.ReadAsync(
                tenant, list,
                list.With(
                    Parameter.Of("tenant", tenant.Value), Parameter.Of("from_id", range.From), Parameter.Of("before_id", range.Before), Parameter.Of("max_rows", step.Rows),
                    Parameter.OrNull("actor", filter.Actor), Parameter.OrNull("action", filter.Action), Parameter.OrNull("target", filter.Target), Parameter.Of("offset", step.Offset),
                    Parameter.Of("take", step.Take)),
                Read, cancellationToken);
        }
    }

    /// <summary>Everything that matches, read bit by bit as it is taken.</summary>
    public async IAsyncEnumerable<AuditRecord> AllAsync(TenantId tenant, AuditFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Guid? after = null;
        do
        {
            var page = await ListAsync(tenant, filter, PageRequest.ByCursor(after, RowsAtOnce), cancellationToken);
            foreach (var entry in page.Items)
                yield return entry;
            after = page.Next;
        }
        while (after is not null);
    }

    private static AuditRecord Read(NpgsqlDataReader row) => new(
        row.GetGuid(Columns.Id), row.GetTime(Columns.At), row.GetString(Columns.ActorKind), row.GetOrNull<Guid>(Columns.ActorId), row.GetStringOrNull(Columns.ActorName),
        row.GetString(Columns.Action), row.GetString(Columns.Target), row.GetStringOrNull(Columns.Ip), row.GetStringOrNull(Columns.UserAgent),
        row.GetStringOrNull(Columns.Before), row.GetStringOrNull(Columns.After), row.GetInt64(Columns.Sequence), row.GetFieldValue<byte[]>(Columns.Hash));

    private static class Columns
    {
        public static readonly Column
            Id = Of("id"), At = Of("at"), ActorKind = Of("actor_kind"), ActorId = Of("actor_id"), ActorName = Of("actor_name"), Action = Of("action"), Target = Of("target"),
            Ip = Of("ip"), UserAgent = Of("user_agent"), Before = Of("before"), After = Of("after"), Sequence = Of("sequence"), Hash = Of("hash");

        private static Column Of(string name) => new(name, [Newest.Statement, OfTarget.Statement, OfActor.Statement, OfAction.Statement]);
    }
}
