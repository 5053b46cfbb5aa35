using NotificationService.Storage;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.IntegrationTests.Storage;

/// <summary>Has the database refuse what is asked of some tables, in each of the ways there are.</summary>
internal sealed class Refusals(TestDatabase database)
{
    /// <summary>How a service connects that is refused with <c>55P03</c> what waits for a lock for longer than that; zero: it waits until it is given up.</summary>
    public string ConnectionString(TimeSpan lockTimeout)
    {
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        connection.Options = $"{connection.Options} -c lock_timeout={(int)lockTimeout.TotalMilliseconds}".Trim();
        return connection.ConnectionString;
    }

    /// <summary>Of a service whose statements the server gives up, with <c>57014</c>, after half a second.</summary>
    public StorageOptions GivingUpSoon() => new()
    {
        ConnectionString = ConnectionString(TimeSpan.Zero),
        ApiStatementTimeout = TimeSpan.FromSeconds(0.5),
        WorkerStatementTimeout = TimeSpan.FromSeconds(0.5),
    };

    /// <summary>Until it is disposed nobody reads or writes them.</summary>
    public async Task<NpgsqlConnection> LockAsync(params string[] tables)
    {
        var holder = new NpgsqlConnection(database.Cluster.SuperuserConnectionString(new NpgsqlConnectionStringBuilder(database.ConnectionString).Database!) + ";Pooling=false");
        await holder.OpenAsync();
        await using var command = new NpgsqlCommand($"begin; lock table {string.Join(", ", tables)} in access exclusive mode", holder);
        await command.ExecuteNonQueryAsync();
        return holder;
    }

    /// <summary>Whatever waits for a lock.</summary>
    public Task<int> CancelWaitingAsync() =>
        database.ExecuteAsync("select pg_cancel_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'notification-%' and wait_event_type = 'Lock'");

    /// <summary>Until it is disposed the service may do nothing with them (<c>42501</c>).</summary>
    public async Task<IAsyncDisposable> RevokeAsync(params string[] tables)
    {
        await database.ExecuteAsync(
            """
            create table kept_rights as select oid, relacl::text as acl from pg_class where relname = any ($1) and relnamespace = 'public'::regnamespace
            """,
            new NpgsqlParameter<string[]> { TypedValue = tables });
        await database.ExecuteAsync($"revoke all on {string.Join(", ", tables)} from {Database.AppRole}, {Database.WorkerRole}");
        return new Revoked(database);
    }

    private sealed class Revoked(TestDatabase database) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() =>
            await database.ExecuteAsync("update pg_class c set relacl = kept.acl::aclitem[] from kept_rights kept where kept.oid = c.oid; drop table kept_rights");
    }
}
