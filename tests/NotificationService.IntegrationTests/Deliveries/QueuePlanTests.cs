using System.Text.RegularExpressions;
using NotificationService.Storage;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.IntegrationTests.Deliveries;

/// <summary>
/// How PostgreSQL works the queue's statements, planned while the queue is empty and kept as such: the worst moment to
/// make a plan that must be right when ten million rows wait.
/// </summary>
public sealed partial class QueuePlanTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData("deliveries_claim", "Index Only Scan using deliveries_due", "Index Cond: ((priority = lane.priority) AND (tenant_id = lane.tenant_id) AND (channel = lane.channel) AND (due_at >= lane.watermark) AND (due_at <=", "AND (due_at >= $", "TID Cond: (ctid = ANY ($")]
    [InlineData("deliveries_start", "Function Scan on i", "Index Cond: ((tenant_id = i.tenant_id) AND (id = i.id))", "TID Cond: (ctid = held_row.ctid)")]
    [InlineData("deliveries_complete", "Function Scan on i", "Index Cond: ((tenant_id = i.tenant_id) AND (id = i.id))", "TID Cond: (ctid = held_row.ctid)")]
    [InlineData("deliveries_rescue", "Index Scan using deliveries_leased", "Index Cond: (lease_until <", "TID Cond: (ctid = dead.place)")]
    [InlineData("deliveries_chain", "deliveries_pkey", "Index Cond: ((tenant_id = n.tenant_id) AND (id > n.id) AND (id <= n.last_id))")]
    [InlineData("notifications_load", "CTE Scan on asked_for", "Index Cond: ((tenant_id = asked_for.tenant_id) AND (id = asked_for.id))")]
    public async Task A_plan_made_on_an_empty_queue_is_right_for_a_long_one(string statement, params string[] steps)
    {
        var plan = await PlanAsync(Statement.Load(statement).Text);

        plan.ShouldNotContain("Seq Scan on");
        foreach (var step in steps)
            plan.ShouldContain(step);
    }

    private async Task<string> PlanAsync(string sql)
    {
        await using var connection = await database.Database.Worker.OpenConnectionAsync();
        var parameters = Parameter().Matches(sql).Select(match => int.Parse(match.Groups["number"].Value)).Max();
        await using (var prepare = new NpgsqlCommand($"prepare planned as {sql}", connection))
            await prepare.ExecuteNonQueryAsync();
        await using var explain = new NpgsqlCommand($"explain execute planned ({string.Join(", ", Enumerable.Repeat("null", parameters))})", connection);
        var lines = new List<string>();
        await using (var reader = await explain.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                lines.Add(reader.GetString(0));
        }

        await using var forget = new NpgsqlCommand("deallocate planned", connection);
        await forget.ExecuteNonQueryAsync();
        return string.Join('\n', lines);
    }

    [GeneratedRegex(@"\$(?<number>\d+)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}
