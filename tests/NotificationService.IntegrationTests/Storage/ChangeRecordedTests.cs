using NotificationService.Deliveries;
using NotificationService.Storage;
using NotificationService.Testing;
using Npgsql;
using NpgsqlTypes;

namespace NotificationService.IntegrationTests.Storage;

/// <summary>What belongs to a change of a status, from each status to each: the one text that statements and functions include.</summary>
public sealed class ChangeRecordedTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const short Pending = 0;

    private const string Record = """
        with change as (
            select :tenant as tenant_id, gen_random_uuid() as delivery_id, 2 as seq, c.was, c.status, now() as at, :batch as batch_id, true as live, null::json as detail
            from unnest(:was::smallint[], :status::smallint[]) as c(was, status)),
        {include change_recorded}
        select 1
        """;

    private static readonly (DeliveryStatus? Was, DeliveryStatus Is)[] Changes =
    [
        .. from was in DeliveryStatuses.All from status in DeliveryStatuses.All select ((DeliveryStatus?)was, status),
        .. DeliveryStatuses.All.Select(status => ((DeliveryStatus?)null, status)),
    ];

    [Fact]
    public async Task Each_has_a_row_of_the_timeline_and_what_is_published_one_of_the_outbox()
    {
        var tenant = (await database.NewTenantAsync()).Value;
        await RecordAsync(tenant, batch: null);

        (await database.QueryAsync<short>($"select status from timeline where tenant_id = '{tenant}'")).ShouldBe(Changes.Select(change => (short)change.Is), ignoreOrder: true);
        (await database.QueryAsync<short>($"select t.status from outbox o join timeline t on t.delivery_id = o.subject and t.seq = o.seq where o.tenant_id = '{tenant}'"))
            .ShouldBe(Changes.Where(change => change.Is >= DeliveryStatus.Sent).Select(change => (short)change.Is), ignoreOrder: true);
        (await database.ScalarAsync<long>($"select count(*) from batch_changes where tenant_id = '{tenant}'")).ShouldBe(0);
    }

    [Fact]
    public async Task Counts_of_the_batch_move_from_what_it_was_to_what_it_is()
    {
        var (tenant, batch) = ((await database.NewTenantAsync()).Value, Guid.CreateVersion7());
        await RecordAsync(tenant, batch);

        var expected = Changes.SelectMany(change => change.Was is { } was ? ((short Class, long Delta)[])[(ClassOf(was), -1), (ClassOf(change.Is), 1)] : [(ClassOf(change.Is), 1)])
            .GroupBy(moved => moved.Class).Where(group => group.Sum(moved => moved.Delta) != 0).Select(group => $"{group.Key} {group.Sum(moved => moved.Delta)}");
        (await database.QueryAsync<string>($"select status || ' ' || delta from batch_changes where tenant_id = '{tenant}' and batch_id = '{batch}'")).ShouldBe(expected, ignoreOrder: true);
    }

    private static short ClassOf(DeliveryStatus status) => status < DeliveryStatus.Sent ? Pending : (short)status;

    private async Task RecordAsync(Guid tenant, Guid? batch)
    {
        await using var command = database.Superuser.CreateCommand(SqlNames.Replace(Record));
        command.Parameters.AddWithValue("tenant", tenant);
        command.Parameters.Add(new NpgsqlParameter("batch", NpgsqlDbType.Uuid) { Value = (object?)batch ?? DBNull.Value });
        command.Parameters.AddWithValue("was", Changes.Select(change => (short?)change.Was).ToArray());
        command.Parameters.AddWithValue("status", Changes.Select(change => (short)change.Is).ToArray());
        await command.ExecuteNonQueryAsync();
    }
}
