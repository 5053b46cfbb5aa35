using NotificationService.Channels;
using NotificationService.Storage;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using Npgsql;

namespace NotificationService.IntegrationTests.Deliveries.Receipts;

/// <summary>What a receipt costs does not grow with what is kept: each look-up goes by its index, row level security or not.</summary>
public sealed class ReceiptPlanTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_vendors_own_id_is_looked_up_in_the_index_of_attempts()
    {
        var tenant = await database.NewTenantAsync();
        var planted = new SentDeliveries(database);
        var provider = await planted.ProviderAsync(tenant, ChannelKind.WhatsApp);
        var sent = await planted.SentAsync(tenant, provider, 2_000, ChannelKind.WhatsApp);
        await database.ExecuteAsync("analyze attempts, deliveries");

        var plan = await PlanAsync(
            tenant,
            Parameter.Of<Guid[]>("tenants", [tenant.Value]),
            Parameter.Of<Guid[]>("providers", [provider]),
            Parameter.Of<Guid?[]>("deliveries", [null]),
            Parameter.Of<string?[]>("message_ids", [$"m-{sent[7]}"]),
            Parameter.Of<bool[]>("wants_address", [true]),
            Parameter.Of("oldest", Guid.Empty),
            Parameter.Of<string[]>("sibling_types", ["whatsapp_cloud"]));

        plan.ShouldContain(line => line.Contains("Index Cond: (provider_message_id = ", StringComparison.Ordinal), string.Join('\n', plan));
        plan.ShouldNotContain(line => line.Contains("Seq Scan", StringComparison.Ordinal), string.Join('\n', plan));
    }

    /// <summary>A plan is kept while it is of use: what is planned before there are statistics must be right for a tenant's million receipts.</summary>
    [Theory]
    [InlineData("deliveries_apply_receipt")]
    [InlineData("receipts_match")]
    [InlineData("receipts_claim")]
    [InlineData("receipts_put_off")]
    public async Task Planned_before_there_are_statistics_no_statement_reads_all_of_a_tenants(string statement)
    {
        await using var connection = await database.Database.Worker.OpenConnectionAsync();
        var sql = Statement.Load(statement).Text;
        await using (var prepare = new NpgsqlCommand($"prepare planned_{statement} as {sql}", connection))
            await prepare.ExecuteNonQueryAsync();
        var parameters = Enumerable.Range(1, 40).Count(number => sql.Contains($"${number}", StringComparison.Ordinal));
        await using var explain = new NpgsqlCommand($"explain (costs off) execute planned_{statement}({string.Join(", ", Enumerable.Repeat("null", parameters))})", connection);
        await using var reader = await explain.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await reader.ReadAsync())
            plan.Add(reader.GetString(0));

        foreach (var line in plan.Where(line => line.Contains("Scan", StringComparison.Ordinal)))
        {
            line.ShouldNotContain("Seq Scan", Case.Sensitive, string.Join('\n', plan));
            line.ShouldNotContain("receipts_listed", Case.Sensitive, string.Join('\n', plan));
            line.ShouldNotContain("deliveries_ended_badly", Case.Sensitive, string.Join('\n', plan));
        }
    }

    private async Task<IReadOnlyList<string>> PlanAsync(Tenants.TenantId tenant, params Parameter[] parameters)
    {
        await using var connection = await database.Database.Worker.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var scope = new NpgsqlBatch(connection) { BatchCommands = { Database.OpenScope(tenant) } })
            await scope.ExecuteNonQueryAsync();
        await using var command = Statement.Parse("receipts_match", "explain (analyze, costs off, timing off) " + SqlText.Statement("receipts_match")).With(parameters).On(connection);
        await using var reader = await command.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await reader.ReadAsync())
            plan.Add(reader.GetString(0));
        return plan;
    }
}
