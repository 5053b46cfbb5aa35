using NotificationService.Storage;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.IntegrationTests.Batches;

/// <summary>When a batch has ended, with callers and workers at it in the same moment.</summary>
public sealed class BatchEndTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_chunk_that_is_stored_while_its_batch_is_completed_and_measured_keeps_the_batch_from_having_ended()
    {
        var (tenant, batch) = ((await database.NewTenantAsync()).Value, database.Ids.Next());
        await database.ExecuteAsync($"insert into batches (tenant_id, id, live, created_at) values ('{tenant}', '{batch}', true, now())");

        // A chunk holds the batch and counts its items; before it commits somebody completes the batch, and a worker measures it.
        await using var chunk = await ScopedAsync(tenant);
        await using var chunkTransaction = chunk.Transaction;
        await RunAsync(chunk.Connection, NumberedStatement.Of(Statement.Load("batches_hold"), ["tenant", "id"]), tenant, batch);
        await RunAsync(chunk.Connection, "insert into batch_changes (tenant_id, batch_id, status, delta) values ($1, $2, 0, 3)", tenant, batch);
        await using var closing = await ScopedAsync(tenant);
        await using var closingTransaction = closing.Transaction;
        var completed = CloseAsync(closing.Connection, closing.Transaction, tenant, batch);
        await WaitingAsync(1);
        var measured = MeasureAsync(tenant, batch);
        await Eventually.TrueAsync(async () => measured.IsCompleted || await CountWaitingAsync() == 2, Ample);
        await chunkTransaction.CommitAsync();
        await Task.WhenAll(completed, measured);

        (await EndedAsync(batch)).ShouldBeFalse("three items wait");
        await MeasureAsync(tenant, batch);
        (await EndedAsync(batch)).ShouldBeFalse("three items wait");
        await database.ExecuteAsync($"insert into batch_changes (tenant_id, batch_id, status, delta) values ('{tenant}', '{batch}', 0, -3), ('{tenant}', '{batch}', 40, 3)");
        await MeasureAsync(tenant, batch);
        (await EndedAsync(batch)).ShouldBeTrue();
    }

    private async Task<bool> EndedAsync(Guid batch) => await database.ScalarAsync<bool>($"select ended_at is not null from batches where id = '{batch}'");

    private async Task MeasureAsync(Guid tenant, Guid batch)
    {
        await using var command = database.Database.Worker.CreateCommand("select notification_meta.measure_batches($1, $2, 0)");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [tenant] });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [batch] });
        await command.ExecuteNonQueryAsync();
    }

    private static async Task CloseAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid tenant, Guid batch)
    {
        var close = Statement.Load("batches_close").With(
            Parameter.Of("tenant", tenant), Parameter.Of("id", batch), Parameter.Of("state", (short)2), Parameter.Of("now", TimeProvider.System.GetUtcNow()));
        await using (var command = close.On(connection))
            await command.ExecuteNonQueryAsync();

        await transaction.CommitAsync();
    }

    private Task WaitingAsync(int count) => Eventually.TrueAsync(async () => await CountWaitingAsync() == count, Ample);

    private Task<long> CountWaitingAsync() =>
        database.ScalarAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'");

    private async Task<Scoped> ScopedAsync(Guid tenant)
    {
        var connection = await database.Database.App.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var scope = new NpgsqlCommand($"select set_config('app.tenant', '{tenant}', true), set_config('statement_timeout', '0', true)", connection, transaction);
        await scope.ExecuteNonQueryAsync();
        return new Scoped(connection, transaction);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, Guid tenant, Guid batch)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = tenant }, new NpgsqlParameter<Guid> { TypedValue = batch } } };
        await command.ExecuteNonQueryAsync();
    }

    private sealed record Scoped(NpgsqlConnection Connection, NpgsqlTransaction Transaction) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Connection.DisposeAsync();
    }
}
