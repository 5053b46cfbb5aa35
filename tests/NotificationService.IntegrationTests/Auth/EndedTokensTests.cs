using NotificationService.Credentials;
using NotificationService.Host.Auth;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Auth;

/// <summary>However many tokens are ended in an hour, what a process keeps of them is bounded, and each of them is refused.</summary>
public sealed class EndedTokensTests : IClassFixture<TestDatabase>
{
    private readonly TestDatabase database;
    private readonly ManualTime time = new();
    private readonly AccessTokenWriter writer;
    private readonly EndedTokens ended;
    private readonly VerifiedTokens tokens;

    public EndedTokensTests(TestDatabase database)
    {
        this.database = database;
        var keys = new AccessTokenKeys(MasterKeys.Parse($"k:{Convert.ToBase64String(new byte[32])}"));
        writer = new AccessTokenWriter(keys, new Ids(time), time);
        ended = new EndedTokens(database.Database, time);
        tokens = new VerifiedTokens(new AccessTokenVerifier(keys, time), ended, time);
    }

    [Fact]
    public async Task More_than_are_kept_are_refused_all_the_same_and_nobody_else_is()
    {
        await database.ExecuteAsync("delete from ended_tokens");
        var (tenant, other) = (await database.NewTenantAsync(), await database.NewTenantAsync());
        var gone = await PlantAsync(tenant, EndedSubjects.Max + 10);
        await database.ExecuteAsync($"update service_accounts set disabled_at = now() where tenant_id = '{tenant}'");
        var (stays, goes, neighbour) = ((await PlantAsync(tenant, 1))[0], (await PlantAsync(tenant, 1))[0], (await PlantAsync(other, 1))[0]);
        var (good, late) = (TokenOf(tenant, stays), TokenOf(tenant, goes));

        await ended.RefreshAsync(CancellationToken.None);

        ended.Count.ShouldBeLessThanOrEqualTo(EndedSubjects.Max);
        foreach (var account in (Guid[])[gone[0], gone[EndedSubjects.Max / 2], gone[^1]])
            (await IsGoodAsync(TokenOf(tenant, account))).ShouldBeFalse();
        (await IsGoodAsync(good)).ShouldBeTrue();
        (await IsGoodAsync(late)).ShouldBeTrue();
        (await IsGoodAsync(TokenOf(other, neighbour))).ShouldBeTrue();
        // What was asked a moment ago is not asked again, and later it is.
        tokens.IsInDoubt((await tokens.FindAsync(good, CancellationToken.None))!).ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(6));
        tokens.IsInDoubt((await tokens.FindAsync(good, CancellationToken.None))!).ShouldBeTrue();

        // On the node that ends them it holds at once, on others with the next question.
        await database.ExecuteAsync($"update service_accounts set disabled_at = now() where id = '{goes}'");
        ended.Add(goes, firstGood: 1);
        (await IsGoodAsync(late)).ShouldBeFalse();
        await ended.RefreshAsync(CancellationToken.None);
        (await IsGoodAsync(late)).ShouldBeFalse();

        // No token of theirs is about any more: what is left is kept again, and nobody is asked about.
        await database.ExecuteAsync($"update ended_tokens set ended_at = now() - interval '2 hours' where subject <> '{gone[^1]}'");
        await ended.RefreshAsync(CancellationToken.None);
        tokens.IsInDoubt((await tokens.FindAsync(good, CancellationToken.None))!).ShouldBeFalse();
        (await tokens.FindAsync(TokenOf(tenant, gone[^1]), CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_process_that_ends_more_than_it_keeps_before_it_reads_them_back_asks_about_the_rest()
    {
        await database.ExecuteAsync("delete from ended_tokens");
        var tenant = await database.NewTenantAsync();
        var account = (await PlantAsync(tenant, 1))[0];
        var token = TokenOf(tenant, account);
        (await IsGoodAsync(token)).ShouldBeTrue();
        for (var i = 0; i < EndedSubjects.Max; i++)
            ended.Add(Guid.NewGuid(), firstGood: 1);

        await database.ExecuteAsync($"update service_accounts set disabled_at = now() where id = '{account}'");
        ended.Add(account, firstGood: 1);

        ended.Count.ShouldBe(EndedSubjects.Max);
        (await IsGoodAsync(token)).ShouldBeFalse();
        await ended.RefreshAsync(CancellationToken.None);
        (await tokens.FindAsync(token, CancellationToken.None)).ShouldBeNull();
        tokens.IsInDoubt(new VerifiedToken(Of(tenant, Guid.NewGuid()))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_flood_of_ended_sign_ins_has_people_asked_about_and_no_service_account()
    {
        var (tenant, person, signIn) = (await database.NewTenantAsync(), Guid.NewGuid(), Guid.NewGuid());
        for (var i = 0; i <= EndedSubjects.Max; i++)
            ended.AddSignIn(Guid.NewGuid());

        tokens.IsInDoubt(new VerifiedToken(Of(tenant, Guid.NewGuid()))).ShouldBeFalse();
        tokens.IsInDoubt(new VerifiedToken(OfPerson(tenant, person, signIn))).ShouldBeTrue();
        (await ended.AskAsync(OfPerson(tenant, person, signIn), CancellationToken.None)).ShouldBeFalse();
        await database.ExecuteAsync($"insert into ended_tokens values ('{tenant}', '{signIn}', 1, true, now())");
        (await ended.AskAsync(OfPerson(tenant, person, signIn), CancellationToken.None)).ShouldBeTrue();
        (await ended.AskAsync(OfPerson(tenant, person, Guid.NewGuid()), CancellationToken.None)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("scopes = array['admin']")]
    [InlineData("live = false")]
    [InlineData("ip_allow_list = array['192.0.2.1']")]
    [InlineData("expires_at = now() + interval '1 year'")]
    public async Task Whoever_changes_what_a_token_says_ends_those_before_the_change_and_none_after_it(string change)
    {
        var tenant = await database.NewTenantAsync();
        var account = (await PlantAsync(tenant, 1))[0];
        var (before, after) = (TokenOf(tenant, account), TokenOf(tenant, account, version: 1));

        await database.ExecuteAsync($"update service_accounts set {change} where id = '{account}'");
        await ended.RefreshAsync(CancellationToken.None);

        (await IsGoodAsync(before)).ShouldBeFalse();
        (await IsGoodAsync(after)).ShouldBeTrue();
        (await database.ScalarAsync<int>($"select token_version from service_accounts where id = '{account}'")).ShouldBe(1);
    }

    [Fact]
    public async Task What_no_token_says_ends_none()
    {
        var tenant = await database.NewTenantAsync();
        var account = (await PlantAsync(tenant, 1))[0];

        await database.ExecuteAsync($"update service_accounts set name = 'Other', last_used_at = now(), scopes = scopes where id = '{account}'");
        await ended.RefreshAsync(CancellationToken.None);

        (await IsGoodAsync(TokenOf(tenant, account))).ShouldBeTrue();
    }

    [Fact]
    public async Task A_deleted_one_has_no_good_token_of_any_version()
    {
        var tenant = await database.NewTenantAsync();
        var account = (await PlantAsync(tenant, 1))[0];

        await database.ExecuteAsync($"delete from service_accounts where id = '{account}'");
        await ended.RefreshAsync(CancellationToken.None);

        (await IsGoodAsync(TokenOf(tenant, account, version: 1_000_000))).ShouldBeFalse();
    }

    [Fact]
    public async Task The_last_use_is_written_at_most_once_a_minute_however_many_nodes_were_called()
    {
        var tenant = await database.NewTenantAsync();
        var account = (await PlantAsync(tenant, 1))[0];
        var (here, there) = (new AccountUses(database.Database, time), new AccountUses(database.Database, time));
        var token = new VerifiedToken(Of(tenant, account));
        for (var i = 0; i < 1_000; i++)
            here.Note(token);
        there.Note(tenant, account);

        await here.WriteAsync(CancellationToken.None);
        var row = await RowAsync();
        await there.WriteAsync(CancellationToken.None);
        here.Note(token);
        await here.WriteAsync(CancellationToken.None);
        (await RowAsync()).ShouldBe(row);

        time.Advance(TimeSpan.FromSeconds(61));
        here.Note(token);
        await here.WriteAsync(CancellationToken.None);
        (await RowAsync()).ShouldNotBe(row);

        Task<string> RowAsync() => database.ScalarAsync<string>($"select last_used_at || ' ' || ctid from service_accounts where id = '{account}'");
    }

    private string TokenOf(TenantId tenant, Guid account, int version = 0) => writer.Write(Of(tenant, account) with { Version = version });

    private AccessToken Of(TenantId tenant, Guid account) => new(
        new Caller(tenant, CallerKind.ServiceAccount, account, null, Live: true, Scopes.Of([Scopes.Send]), Scopes.Of([])), time.GetUtcNow() + TimeSpan.FromMinutes(30), null, []);

    private AccessToken OfPerson(TenantId tenant, Guid person, Guid signIn) => new(
        new Caller(tenant, CallerKind.User, person, "ann", Live: true, Scopes.Of([]), Scopes.Of([UserRoles.Admin])), time.GetUtcNow() + TimeSpan.FromMinutes(15), signIn, []);

    /// <summary>As a request is judged.</summary>
    private async Task<bool> IsGoodAsync(string token) =>
        await tokens.FindAsync(token, CancellationToken.None) is { } found && (!tokens.IsInDoubt(found) || await tokens.AskAsync(found, CancellationToken.None) is not null);

    private Task<IReadOnlyList<Guid>> PlantAsync(TenantId tenant, int count) => database.QueryAsync<Guid>(
        $"""
        insert into service_accounts (id, tenant_id, client_id, name, scopes, live, secret_hash, ip_allow_list, created_at)
        select notification_meta.new_id(), '{tenant}', gen_random_uuid()::text, 'Shop', array['notifications:send'], true, 'x', array[]::text[], now()
        from generate_series(1, {count}) returning id
        """);
}
