using NotificationService.Testing;

namespace NotificationService.IntegrationTests.BulkJobs;

/// <summary>Whose job is worked next.</summary>
public sealed class BulkTurnsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_tenant_with_many_jobs_has_no_more_turns_than_one_with_a_single_job()
    {
        var (busy, modest) = ((await database.NewTenantAsync()).Value, (await database.NewTenantAsync()).Value);
        for (var i = 0; i < 5; i++)
            await JobAsync(busy);
        for (var i = 0; i < 4; i++)
            await NextAsync();
        await JobAsync(modest);

        var turns = new List<(Guid Tenant, Guid Job)>();
        for (var i = 0; i < 20; i++)
        {
            // New jobs neither bring a tenant more turns nor cost it any.
            await JobAsync(i % 2 == 0 ? busy : modest);
            turns.Add(await NextAsync());
        }

        turns.Count(turn => turn.Tenant == modest).ShouldBe(10);
        turns.Where(turn => turn.Tenant == busy).Select(turn => turn.Job).ShouldBeUnique();
    }

    private async Task<(Guid Tenant, Guid Job)> NextAsync()
    {
        await using var command = database.Database.Worker.CreateCommand("select tenant, job from notification_meta.next_bulk_job()");
        await using var reader = await command.ExecuteReaderAsync();
        (await reader.ReadAsync()).ShouldBeTrue();
        return (reader.GetGuid(0), reader.GetGuid(1));
    }

    private Task<int> JobAsync(Guid tenant) => database.ExecuteAsync(
        $"""
        insert into bulk_jobs (tenant_id, id, account_id, live, state, mode, dry_run, settings, columns, map, delimiter, encoding, created_at)
        values ('{tenant}', '{database.Ids.Next()}', '{tenant}', true, 3, 1, false, '{"{}"}', '[]', '[]', ',', 'utf-8', now())
        """);
}
