using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Audit;

/// <summary>What a stranger can bring about fills nobody's log.</summary>
public sealed class SignInRecordsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly ManualTime time = new();

    [Fact]
    public async Task Of_an_account_a_few_failures_an_hour_are_written_and_then_how_many_more_there_were()
    {
        var (tenant, records) = (await database.NewTenantAsync(), Records());

        for (var n = 0; n < 1_000; n++)
            records.NoteFailure(tenant, "user/1");
        await records.WriteAsync(default);
        await records.WriteAsync(default);
        (await EntriesAsync(tenant)).ShouldBe(Enumerable.Repeat("sign_in.failed user/1 ", SignInRecords.FailuresOfAccount));

        time.Advance(TimeSpan.FromHours(1));
        await records.WriteAsync(default);
        (await EntriesAsync(tenant))[^1].ShouldBe("""sign_in.failed user/1 {"more":995}""");
        records.NoteFailure(tenant, "user/1");
        await records.WriteAsync(default);
        (await EntriesAsync(tenant)).Count.ShouldBe(SignInRecords.FailuresOfAccount + 2);
    }

    [Fact]
    public async Task However_many_accounts_are_tried_a_tenants_log_grows_by_so_much_an_hour()
    {
        var (tenant, other, records) = (await database.NewTenantAsync(), await database.NewTenantAsync(), Records());

        for (var n = 0; n < 1_000; n++)
            records.NoteFailure(tenant, $"user/{n}");
        records.NoteFailure(other, "user/1");
        await records.WriteAsync(default);

        (await EntriesAsync(tenant)).Count.ShouldBe(SignInRecords.FailuresOfTenant);
        (await EntriesAsync(other)).Count.ShouldBe(1);
        time.Advance(TimeSpan.FromHours(1));
        await records.WriteAsync(default);
        (await EntriesAsync(tenant))[^1].ShouldBe("""sign_in.failed all accounts {"more":800}""");
    }

    [Fact]
    public async Task A_tenant_that_is_gone_keeps_no_other_from_its_entries()
    {
        var (tenant, records) = (await database.NewTenantAsync(), Records());
        records.NoteFailure(new TenantId(database.Ids.Next()), "user/1");
        records.NoteFailure(tenant, "user/1");

        await records.WriteAsync(default);

        (await EntriesAsync(tenant)).Count.ShouldBe(1);
    }

    private SignInRecords Records() => new(database.Store, new AuditLog(database.Ids, time), time);

    private Task<IReadOnlyList<string>> EntriesAsync(TenantId tenant) =>
        database.QueryAsync<string>($"select action || ' ' || target || ' ' || coalesce(after::text, '') from audit_log where tenant_id = '{tenant}' order by sequence");
}
