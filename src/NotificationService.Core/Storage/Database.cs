using System.Runtime.ExceptionServices;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Storage;

/// <summary>
/// The doors to PostgreSQL, one per database role. <see cref="App"/> sees only the tenant that the transaction names;
/// <see cref="Worker"/> also sees every tenant's <c>deliveries</c>; <see cref="Owner"/> is for migrations alone.
/// </summary>
public sealed class Database : IAsyncDisposable
{
    public const string AppRole = "notification_app";
    public const string WorkerRole = "notification_worker";

    /// <summary>
    /// Slots of a connection for statements that it prepares by itself: more than it ever runs, so that none is replaced. Replacing one while
    /// the statement fails is what Npgsql loses track at (docs/decisions/0034-what-fails-at-the-database.md).
    /// </summary>
    public const int MaxPrepared = 1_024;

    // Never by reading a whole table: what is planned while the tables are empty must still be right when they are full.
    private const string ByIndex = "-c enable_seqscan=off";

    // The queue's statements are planned once, not for each length of their arrays (planning one took a millisecond).
    private const string PlannedOnce = $"{ByIndex} -c plan_cache_mode=force_generic_plan";
    private const string WalksOnly = $"{PlannedOnce} -c enable_bitmapscan=off -c enable_hashjoin=off -c enable_mergejoin=off";

    private static readonly Statement Scope = Statement.Load("scope_open");
    private static readonly Statement ScopeOfSet = Statement.Load("scope_open_set");

    public Database(StorageOptions options)
    {
        AppDomain.CurrentDomain.FirstChanceException += DropConnectionsInDisorder;
        Owner = Source(options, role: null, "notification-owner", poolSize: 2, statementTimeout: TimeSpan.Zero);
        App = Source(options, AppRole, "notification-api", options.ApiPoolSize, options.ApiStatementTimeout, ByIndex);
        Lists = Source(options, AppRole, "notification-lists", options.ListPoolSize, options.ApiStatementTimeout, WalksOnly);
        Receipts = Source(options, AppRole, "notification-receipts", options.ReceiptPoolSize, options.ApiStatementTimeout, ByIndex);
        Worker = Source(options, WorkerRole, "notification-worker", options.WorkerPoolSize, options.WorkerStatementTimeout, PlannedOnce);
    }

    public NpgsqlDataSource Owner { get; }

    public NpgsqlDataSource App { get; }

    /// <summary>
    /// As <see cref="App"/>, for lists: however many are read at once, sends find a connection. Its plans walk indexes and nothing else, whatever
    /// is known of the tables (docs/decisions/0009-lists-walk-one-index.md).
    /// </summary>
    public NpgsqlDataSource Lists { get; }

    /// <summary>As <see cref="App"/>, for what providers report: an API that is busy must not keep them waiting, nor they it.</summary>
    public NpgsqlDataSource Receipts { get; }

    public NpgsqlDataSource Worker { get; }

    /// <summary>The statement that opens a tenant's scope for the rest of the transaction, instead of whatever was open. The only place that writes <c>app.tenant</c>.</summary>
    public static NpgsqlBatchCommand OpenScope(TenantId tenant) => Scope.With(Parameter.Of("tenant", tenant.Value.ToString())).InBatch();

    /// <summary>The same for rows of several tenants. The only place that writes <c>app.tenants</c>. A set of one is that tenant's scope.</summary>
    public static NpgsqlBatchCommand OpenScope(TenantSet tenants) =>
        tenants.Single is { } tenant ? OpenScope(tenant) : ScopeOfSet.With(Parameter.Of("tenants", tenants.ToString())).InBatch();

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.FirstChanceException -= DropConnectionsInDisorder;
        await App.DisposeAsync();
        await Lists.DisposeAsync();
        await Receipts.DisposeAsync();
        await Worker.DisposeAsync();
        await Owner.DisposeAsync();
    }

    /// <summary>
    /// A connection whose prepared statements are in disorder would fail at every statement that follows, whoever is given it by the pool. Whichever
    /// statement it was, EF's too, its pool lets go of its connections: the idle ones now, the others when they come back.
    /// </summary>
    private void DropConnectionsInDisorder(object? sender, FirstChanceExceptionEventArgs thrown)
    {
        if (Outage.IsOfPreparation(thrown.Exception))
            ThreadPool.UnsafeQueueUserWorkItem(static database => database.DropConnections(), this, preferLocal: false);
    }

    private void DropConnections()
    {
        try
        {
            foreach (var source in (NpgsqlDataSource[])[App, Lists, Receipts, Worker, Owner])
                source.Clear();
        }
        catch (ObjectDisposedException)
        {
            // The process ends.
        }
    }

    private static NpgsqlDataSource Source(StorageOptions options, string? role, string name, int poolSize, TimeSpan statementTimeout, string plans = "")
    {
        var connection = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            ApplicationName = name,
            MaxPoolSize = poolSize,
            MaxAutoPrepare = MaxPrepared,
            AutoPrepareMinUsages = 2,
            Timeout = 5,
            CommandTimeout = statementTimeout == TimeSpan.Zero ? 0 : (int)statementTimeout.TotalSeconds + 5,
            KeepAlive = 30,
            IncludeErrorDetail = false,
            // What a session could leave behind is only ever set for a transaction, and the roles at its start.
            NoResetOnClose = role is not null,
        };

        // The role is a start-up option, so that it survives the reset of a pooled connection. Nothing here runs long enough to
        // be worth compiling: the claim's estimate passes jit_above_cost on a long queue, and 25 of its 28 ms were JIT.
        var settings = $"-c jit=off -c idle_in_transaction_session_timeout=30000 -c statement_timeout={(int)statementTimeout.TotalMilliseconds}";
        connection.Options = $"{connection.Options} {settings} {plans} {(role is null ? "" : $"-c role={role}")}".Trim();
        // Without a name the metrics would show the whole connection string.
        return new NpgsqlDataSourceBuilder(connection.ConnectionString) { Name = name }.Build();
    }
}
