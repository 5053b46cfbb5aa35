using NotificationService.Credentials;
using NotificationService.Host.Auth;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Auth;

/// <summary>However many accounts are disabled in an hour, what a process keeps of them is bounded, and each of them is locked out.</summary>
public sealed class DisabledSubjectsTests : IClassFixture<TestDatabase>
{
    private readonly TestDatabase database;
    private readonly ManualTime time = new();
    private readonly AccessTokenWriter writer;
    private readonly DisabledSubjects disabled;
    private readonly VerifiedTokens tokens;

    public DisabledSubjectsTests(TestDatabase database)
    {
        this.database = database;
        var keys = new AccessTokenKeys(MasterKeys.Parse($"k:{Convert.ToBase64String(new byte[32])}"));
        writer = new AccessTokenWriter(keys, new Ids(time), time);
        disabled = new DisabledSubjects(database.Database, time);
        tokens = new VerifiedTokens(new AccessTokenVerifier(keys, time), disabled, time);
    }

    [Fact]
    public async Task More_than_are_kept_are_locked_out_all_the_same_and_nobody_else_is()
    {
        var (tenant, other) = (await database.NewTenantAsync(), await database.NewTenantAsync());
        var gone = await PlantAsync(tenant, DisabledSubjects.Max + 10, isDisabled: true);
        var (stays, goes, neighbour) = ((await PlantAsync(tenant, 1, isDisabled: false))[0], (await PlantAsync(tenant, 1, isDisabled: false))[0], (await PlantAsync(other, 1, isDisabled: false))[0]);
        var tokenOf = new Func<TenantId, Guid, string>((of, account) => writer.Write(new AccessToken(CallerOf(of, account), time.GetUtcNow() + TimeSpan.FromMinutes(30), null, [])));
        var (good, late) = (tokenOf(tenant, stays), tokenOf(tenant, goes));

        await disabled.RefreshAsync(CancellationToken.None);

        disabled.Count.ShouldBeLessThanOrEqualTo(DisabledSubjects.Max);
        foreach (var account in (Guid[])[gone[0], gone[DisabledSubjects.Max / 2], gone[^1]])
            (await IsGoodAsync(tokenOf(tenant, account))).ShouldBeFalse();
        (await IsGoodAsync(good)).ShouldBeTrue();
        (await IsGoodAsync(late)).ShouldBeTrue();
        (await IsGoodAsync(tokenOf(other, neighbour))).ShouldBeTrue();
        // What was asked a moment ago is not asked again, and later it is.
        tokens.IsInDoubt((await tokens.FindAsync(good, CancellationToken.None))!).ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(6));
        tokens.IsInDoubt((await tokens.FindAsync(good, CancellationToken.None))!).ShouldBeTrue();

        // On the node that disables one it holds at once, on others with the next question.
        await database.ExecuteAsync($"update service_accounts set disabled_at = now() where id = '{goes}'");
        disabled.Add(goes);
        (await IsGoodAsync(late)).ShouldBeFalse();
        await disabled.RefreshAsync(CancellationToken.None);
        (await IsGoodAsync(late)).ShouldBeFalse();

        // Their tokens have ended: what is left is kept again, and nobody is asked about any more.
        await database.ExecuteAsync($"update service_accounts set disabled_at = now() - interval '2 hours' where id <> '{gone[^1]}' and disabled_at is not null");
        await disabled.RefreshAsync(CancellationToken.None);
        tokens.IsInDoubt((await tokens.FindAsync(good, CancellationToken.None))!).ShouldBeFalse();
        disabled.Contains(gone[^1]).ShouldBeTrue();
        (await tokens.FindAsync(tokenOf(tenant, gone[^1]), CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_process_that_disables_more_than_it_keeps_before_it_reads_them_back_asks_about_the_rest()
    {
        var tenant = await database.NewTenantAsync();
        var account = (await PlantAsync(tenant, 1, isDisabled: false))[0];
        var token = writer.Write(new AccessToken(CallerOf(tenant, account), time.GetUtcNow() + TimeSpan.FromMinutes(30), null, []));
        (await IsGoodAsync(token)).ShouldBeTrue();
        for (var i = 0; i < DisabledSubjects.Max; i++)
            disabled.Add(Guid.NewGuid());

        await database.ExecuteAsync($"update service_accounts set disabled_at = now() where id = '{account}'");
        disabled.Add(account);

        disabled.Count.ShouldBe(DisabledSubjects.Max);
        (await IsGoodAsync(token)).ShouldBeFalse();
        await disabled.RefreshAsync(CancellationToken.None);
        disabled.Contains(account).ShouldBeTrue();
        disabled.IsInDoubt(0).ShouldBeFalse();
    }

    private static Caller CallerOf(TenantId tenant, Guid account) =>
        new(tenant, CallerKind.ServiceAccount, account, null, Live: true, Scopes.Of([Scopes.Send]), Scopes.Of([]));

    /// <summary>As a request is judged.</summary>
    private async Task<bool> IsGoodAsync(string token) =>
        await tokens.FindAsync(token, CancellationToken.None) is { } found && (!tokens.IsInDoubt(found) || await tokens.AskAsync(found, CancellationToken.None) is not null);

    private Task<IReadOnlyList<Guid>> PlantAsync(TenantId tenant, int count, bool isDisabled) => database.QueryAsync<Guid>(
        $"""
        insert into service_accounts (id, tenant_id, client_id, name, scopes, live, secret_hash, ip_allow_list, disabled_at, created_at)
        select notification_meta.new_id(), '{tenant}', gen_random_uuid()::text, 'Shop', array['notifications:send'], true, 'x', array[]::text[], {(isDisabled ? "now()" : "null")}, now()
        from generate_series(1, {count}) returning id
        """);
}
