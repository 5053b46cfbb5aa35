using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.IntegrationTests.Notifications;

/// <summary>However much a tenant and its neighbours have, no list reads a table from end to end.</summary>
public sealed class ListPlanTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string First = "00000000-0000-0000-0000-000000000000";
    private const string Last = "ffffffff-ffff-ffff-ffff-ffffffffffff";

    /// <summary>It settles on one plan for every filter; only the branch that the filter names is executed.</summary>
    [Fact]
    public async Task Notifications_are_listed_by_the_index_that_fits_the_filter()
    {
        var plan = await PlanAsync(
            "notifications_list", "uuid,uuid,uuid,int,int,boolean,text,smallint,smallint,text,text,smallint,text,int,int,uuid",
            "10000, 0, true, null, 20, 1, null, 'c', 2, 'u', 0, 51, null");

        plan.ShouldNotContain(line => line.Contains("Seq Scan on deliveries") || line.Contains($"Seq Scan on {ThisMonth}"));
        plan.ShouldContain(line => line.Contains($"Backward using {ThisMonth}_tenant_id_id_idx"));
        plan.ShouldContain(line => line.Contains($"Backward using {ThisMonth}_tenant_id_reference_id_idx"));
        plan.ShouldContain(line => line.Contains("Backward using deliveries_ended_badly"));
        plan.ShouldContain(line => line.Contains($"{ThisMonth}_tenant_id_batch_id_id_idx"));
        plan.ShouldContain(line => line.Contains("(id <= page.last)"));
    }

    [Fact]
    public async Task Dead_letters_are_listed_by_an_index()
    {
        var plan = await PlanAsync("dead_letters_list", "uuid,uuid,uuid,int,smallint,smallint,text,int,int", "10000, null, null, null, 0, 51");

        plan.ShouldNotContain(line => line.Contains("Seq Scan on deliveries") || line.Contains($"Seq Scan on {ThisMonth}"));
        plan.ShouldContain(line => line.Contains("deliveries_ended_badly"));
    }

    private static readonly string ThisMonth = $"notifications_y{DateTime.UtcNow:yyyy}m{DateTime.UtcNow:MM}";

    /// <summary>The plan that a prepared statement settles on, for a small tenant beside a large one, as the role of the API.</summary>
    private async Task<IReadOnlyList<string>> PlanAsync(string statement, string types, string arguments)
    {
        var small = await PlantAsync(20);
        await PlantAsync(20_000);
        await database.ExecuteAsync("analyze notifications; analyze deliveries; analyze timeline");
        await using var connection = await database.Database.App.OpenConnectionAsync();
        await ExecuteAsync(connection, "begin");
        await using (var scope = new NpgsqlBatch(connection) { BatchCommands = { Database.OpenScope(small) } })
            await scope.ExecuteNonQueryAsync();
        await ExecuteAsync(connection, "set local plan_cache_mode = force_generic_plan");
        await ExecuteAsync(connection, $"prepare list ({types}) as {SqlText.Statement(statement)}");
        var plan = new List<string>();
        await using (var explain = new NpgsqlCommand($"explain execute list ('{small}', '{First}', '{Last}', {arguments})", connection))
        await using (var reader = await explain.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                plan.Add(reader.GetString(0));
        }

        await ExecuteAsync(connection, "rollback; deallocate list");
        return plan;
    }

    private async Task<TenantId> PlantAsync(int count)
    {
        var tenant = await database.NewTenantAsync();
        await database.ExecuteAsync(
            """
            with ids as materialized (
                select (left(notification_meta.uuid_floor(now())::text, 13) || '-7' || lpad(to_hex(i % 4096), 3, '0') || '-8' || substr(md5($1::text), 1, 3) || '-'
                    || lpad(to_hex(i), 11, '0') || '0')::uuid as id, i
                from generate_series(1, $2) i),
            n as (
                insert into notifications (tenant_id, id, live, priority, recipient, reference, created_at)
                select $1, id, true, 2, '{}', 'r-' || i, now() from ids)
            insert into deliveries (tenant_id, id, channel, priority, status, due_at)
            select $1, overlay(id::text placing '1' from 36)::uuid, 1, 2, case when i % 50 = 0 then 73 else 40 end, now() from ids
            """,
            new NpgsqlParameter<Guid> { TypedValue = tenant.Value }, new NpgsqlParameter<int> { TypedValue = count });
        return tenant;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
