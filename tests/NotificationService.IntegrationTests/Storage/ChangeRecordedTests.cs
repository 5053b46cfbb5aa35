using NotificationService.Deliveries;
using NotificationService.Storage;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.IntegrationTests.Storage;

/// <summary>What belongs to a change of a status: the text that statements include writes what the function writes that the trigger of chains calls.</summary>
public sealed class ChangeRecordedTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string At = "timestamptz '2026-03-01 12:00:00+00'";

    /// <summary>From each status to each, with a batch and without.</summary>
    private static readonly string Given = $$"""
        create temporary table given on commit drop as
        select gen_random_uuid() as delivery_id, 2::smallint as seq, was, status, batch_id, json_build_object('cause', 1) as detail
        from unnest(array[{{Numbers}}]::smallint[]) was, unnest(array[{{Numbers}}]::smallint[]) status, unnest(array[null, '{{Guid.CreateVersion7()}}']::uuid[]) batch_id;
        insert into given select delivery_id, 3::smallint, status, {status.sent}, batch_id, null from given where was = {status.sending};
        """;

    private const string ByStatement = $"with change as (select :tenant as tenant_id, delivery_id, seq, was, status, {At} as at, batch_id, detail from given), {{include change_recorded}} select 1";

    private const string ByFunction = $"""
        select notification_meta.record_changes(
            :tenant, {At}, array_agg(delivery_id order by delivery_id, seq), array_agg(seq order by delivery_id, seq), array_agg(was order by delivery_id, seq),
            array_agg(status order by delivery_id, seq), array_agg(batch_id order by delivery_id, seq), array_agg(detail order by delivery_id, seq)) from given
        """;

    private const string Written = """
        select concat_ws(' ', 'timeline', delivery_id, seq, status, at, detail) from timeline where tenant_id = :tenant
        union all select concat_ws(' ', 'outbox', shard, subject, seq, target) from outbox where tenant_id = :tenant
        union all select concat_ws(' ', 'batch_changes', batch_id, status, sum(delta)) from batch_changes where tenant_id = :tenant group by batch_id, status
        order by 1
        """;

    private static string Numbers => string.Join(", ", DeliveryStatuses.All.Select(status => (short)status));

    [Fact]
    public async Task Statements_and_the_function_write_the_same()
    {
        var tenant = await database.NewTenantAsync();
        await using var connection = await database.Superuser.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await RunAsync(connection, Given, tenant.Value);

        await transaction.SaveAsync("given");
        await RunAsync(connection, ByStatement, tenant.Value);
        var byStatement = await ReadAsync(connection, tenant.Value);
        await transaction.RollbackAsync("given");
        await RunAsync(connection, ByFunction, tenant.Value);

        byStatement.Count(line => line.StartsWith("batch_changes", StringComparison.Ordinal)).ShouldBeGreaterThan(5);
        byStatement.ShouldBe(await ReadAsync(connection, tenant.Value));
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, Guid tenant)
    {
        await using var command = new NpgsqlCommand(SqlNames.Replace(sql), connection);
        command.Parameters.AddWithValue("tenant", tenant);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<IReadOnlyList<string>> ReadAsync(NpgsqlConnection connection, Guid tenant)
    {
        await using var command = new NpgsqlCommand(Written, connection);
        command.Parameters.AddWithValue("tenant", tenant);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
            lines.Add(reader.GetString(0));
        return lines;
    }
}
