using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.IntegrationTests.Audit;

/// <summary>The chain of the audit log: whoever appends, it holds; whatever is changed in it, it does not.</summary>
public sealed class AuditChainTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly AuditLog log = new(database.Ids, TimeProvider.System);
    private readonly AuditVerification verification = new(database.Database);

    public static TheoryData<string, string> Changes => new()
    {
        { "id", "gen_random_uuid()" },
        { "at", "at + interval '1 microsecond'" },
        { "actor_kind", "'system'" },
        { "actor_id", "null" },
        { "actor_name", "actor_name || 'x'" },
        { "ip", "'203.0.113.8'" },
        { "user_agent", "null" },
        { "action", "'x'" },
        { "target", "target || ' '" },
        { "detail", "'{}'" },
        { "before", "'{\"enabled\": true}'" },
        { "after", "null" },
        { "sequence", "sequence + 100" },
        { "hash", "sha256('x')" },
    };

    [Fact]
    public async Task Whatever_is_written_in_whatever_transactions_the_chain_holds()
    {
        var (random, tenant) = (new Random(7), await database.NewTenantAsync());
        string[] texts = ["", "a", "Zoë", "it's", "\"quoted\"", "{}", "5:hello,", "-", "漢字 🙂", new string('x', 200)];
        for (var i = 0; i < 40; i++)
        {
            await database.Store.RunAsync(
                tenant,
                (db, token) =>
                {
                    for (var n = random.Next(1, 4); n > 0; n--)
                        log.Record(db, Actor(tenant), Any(), Any(), random.Next(2) == 0 ? null : new AuditFields().Text(Any(), Any()), new AuditFields().Text(Any(), Any()).Number("n", n));
                    return db.SaveChangesAsync(token);
                },
                default);
        }

        var verdict = await verification.VerifyAsync(tenant, default);

        verdict.ShouldBe(new AuditVerdict(await CountAsync(tenant), null));
        string Any() => texts[random.Next(texts.Length)];
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_change_of_any_field_is_found_where_it_was_made(string column, string value)
    {
        var tenant = await WrittenAsync(6);

        await database.ExecuteAsync($"update audit_log set {column} = {value} where tenant_id = '{tenant}' and sequence = 4");

        var verdict = (await verification.VerifyAsync(tenant, default)).ShouldNotBeNull();
        verdict.Entries.ShouldBeLessThan(6);
        verdict.FirstBroken.ShouldNotBeNull().Sequence.ShouldBe(column == "sequence" ? 5 : 4);
    }

    [Fact]
    public async Task Every_field_has_its_test() => (await database.QueryAsync<string>("select attname::text from pg_attribute where attrelid = 'audit_log'::regclass and attnum > 0 and not attisdropped"))
        .Except(Changes.Select(change => change.Data.Item1)).ShouldBe(["tenant_id"], "it is in the key of every other look-up, and moves an entry to another tenant");

    [Theory]
    [InlineData("delete from audit_log where tenant_id = '{0}' and sequence = 3", 4L)] // what follows does not fit what is left before it
    [InlineData("delete from audit_log where tenant_id = '{0}' and sequence = 1", 2L)]
    [InlineData("delete from audit_log where tenant_id = '{0}' and sequence = 6", 6L)]
    [InlineData("delete from audit_log where tenant_id = '{0}'", 1L)]
    [InlineData("delete from audit_heads where tenant_id = '{0}'", 7L)]
    [InlineData("update audit_heads set hash = sha256('x') where tenant_id = '{0}'", 6L)]
    [InlineData("update audit_heads set sequence = 5 where tenant_id = '{0}'", 5L)]
    [InlineData("update audit_heads set sequence = 8 where tenant_id = '{0}'", 7L)]
    [InlineData("update audit_heads set anchor_sequence = 3 where tenant_id = '{0}'", 4L)]
    public async Task An_entry_that_is_missing_or_a_head_that_was_moved_is_found(string change, long broken)
    {
        var tenant = await WrittenAsync(6);

        await database.ExecuteAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, change, tenant));

        (await verification.VerifyAsync(tenant, default)).ShouldNotBeNull().FirstBroken.ShouldNotBeNull().Sequence.ShouldBe(broken);
    }

    [Fact]
    public async Task An_entry_moved_to_another_tenant_is_missing_here_and_too_many_there()
    {
        var (from, to) = (await WrittenAsync(3), await WrittenAsync(3));

        await database.ExecuteAsync($"update audit_log set tenant_id = '{to}', sequence = 4 where tenant_id = '{from}' and sequence = 2");

        (await verification.VerifyAsync(from, default)).ShouldNotBeNull().IsValid.ShouldBeFalse();
        await database.ExecuteAsync($"update audit_heads set sequence = 4, hash = (select hash from audit_log where tenant_id = '{to}' and sequence = 4) where tenant_id = '{to}'");
        (await verification.VerifyAsync(to, default)).ShouldNotBeNull().FirstBroken.ShouldNotBeNull().Sequence.ShouldBe(4);
    }

    [Fact]
    public async Task Nobody_gives_an_entry_a_place_of_his_own_choice()
    {
        var tenant = await WrittenAsync(2);

        await Should.ThrowAsync<PostgresException>(() => database.Store.RunAsync(
            tenant,
            async (db, token) =>
            {
                await using var command = new NpgsqlCommand(
                    $"insert into audit_log (id, tenant_id, at, actor_kind, action, target, sequence, hash) values (gen_random_uuid(), '{tenant}', now(), 'system', 'x', 'x', 1000, sha256('x'))",
                    (NpgsqlConnection)Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.GetDbConnection(db.Database));
                return await command.ExecuteNonQueryAsync(token);
            },
            default));

        (await verification.VerifyAsync(tenant, default)).ShouldBe(new AuditVerdict(2, null));
    }

    [Fact]
    public async Task Two_nodes_that_append_at_once_make_one_chain()
    {
        var tenant = await database.NewTenantAsync();
        await using var other = new Database(new StorageOptions { ConnectionString = database.ConnectionString });
        TenantStore[] nodes = [database.Store, new(other)];

        await Task.WhenAll(Enumerable.Range(0, 60).Select(n => AppendAsync(nodes[n % 2], tenant, $"template/{n}")));

        (await database.QueryAsync<long>($"select sequence from audit_log where tenant_id = '{tenant}' order by 1")).ShouldBe(Enumerable.Range(1, 60).Select(n => (long)n));
        (await verification.VerifyAsync(tenant, default)).ShouldBe(new AuditVerdict(60, null));
    }

    [Fact]
    public async Task A_long_transaction_with_an_entry_keeps_nobody_from_appending()
    {
        var tenant = await database.NewTenantAsync();
        await database.Store.RunAsync(
            tenant,
            async (db, token) =>
            {
                log.Record(db, Actor(tenant), "first", "x");
                await db.SaveChangesAsync(token);
                await AppendAsync(database.Store, tenant, "second"); // commits while the first is open
                return 0;
            },
            default);

        (await database.QueryAsync<string>($"select action || ' ' || target from audit_log where tenant_id = '{tenant}' order by sequence")).ShouldBe(["x second", "first x"]);
        (await verification.VerifyAsync(tenant, default)).ShouldBe(new AuditVerdict(2, null));
    }

    [Fact]
    public async Task A_purge_removes_the_oldest_part_and_what_is_left_holds()
    {
        var tenant = await database.NewTenantAsync();
        for (var n = 0; n < 12; n++)
            await database.ExecuteAsync($"insert into audit_log (id, tenant_id, at, actor_kind, action, target) values (gen_random_uuid(), '{tenant}', now() - interval '{(n == 6 ? 10 : 500 - n)} days', 'system', 'x', 'x')");

        await PurgeAsync(4);
        (await verification.VerifyAsync(tenant, default)).ShouldBe(new AuditVerdict(8, null));
        await PurgeAsync(100);
        (await database.ScalarAsync<long>($"select min(sequence) from audit_log where tenant_id = '{tenant}'")).ShouldBe(7, "one that is younger keeps those behind it");
        (await verification.VerifyAsync(tenant, default)).ShouldBe(new AuditVerdict(6, null));
        await AppendAsync(database.Store, tenant, "more");
        (await verification.VerifyAsync(tenant, default)).ShouldBe(new AuditVerdict(7, null));

        await database.ExecuteAsync($"delete from audit_log where tenant_id = '{tenant}' and sequence = 7");
        (await verification.VerifyAsync(tenant, default)).ShouldNotBeNull().FirstBroken.ShouldNotBeNull().Sequence.ShouldBe(8);
    }

    [Fact]
    public async Task A_log_that_was_purged_whole_holds_and_goes_on()
    {
        var tenant = await database.NewTenantAsync();
        await database.ExecuteAsync($"insert into audit_log (id, tenant_id, at, actor_kind, action, target) select gen_random_uuid(), '{tenant}', now() - interval '500 days', 'system', 'x', 'x' from generate_series(1, 3)");

        await PurgeAsync(100);

        (await verification.VerifyAsync(tenant, default)).ShouldBe(new AuditVerdict(0, null));
        await AppendAsync(database.Store, tenant, "more");
        (await verification.VerifyAsync(tenant, default)).ShouldBe(new AuditVerdict(1, null));
    }

    [Fact]
    public async Task One_verification_of_a_tenant_runs_at_a_time()
    {
        var tenant = await WrittenAsync(1);
        await using var holder = await database.Superuser.OpenConnectionAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand($"select pg_advisory_xact_lock(hashtextextended('{tenant}', 18))", holder, transaction))
            await command.ExecuteNonQueryAsync();

        (await verification.VerifyAsync(tenant, default)).ShouldBeNull();
        await transaction.RollbackAsync();
        (await verification.VerifyAsync(tenant, default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task An_entry_says_who_from_where_and_what_was_changed_and_keeps_the_name_of_that_time()
    {
        var (tenant, user) = (await database.NewTenantAsync(), database.Ids.Next());
        await database.ExecuteAsync(
            $"insert into users (id, tenant_id, user_id, email, normalized_email, name, roles, security_stamp, created_at) values ('{user}', '{tenant}', 'u', 'a@b.c', 'A@B.C', 'Ann', '{{}}', '', now())");
        RequestOrigin.Current = new RequestOrigin(System.Net.IPAddress.Parse("::ffff:203.0.113.7"), "curl/8" + new string('x', 400) + "\u0001");
        await database.Store.RunAsync(
            tenant,
            (db, token) =>
            {
                log.Record(
                    db, new AuditActor(tenant, "user", user), "provider.updated", "provider/1",
                    new AuditFields().Text("name", "A").Flag("enabled", true).Secret("apiKey", "1"), new AuditFields().Text("name", "A").Flag("enabled", false).Secret("apiKey", "2"));
                return db.SaveChangesAsync(token);
            },
            default);
        await database.ExecuteAsync($"update users set name = 'Other' where id = '{user}'");

        var entry = (await new AuditLogList(database.Database).ListAsync(tenant, new AuditFilter(user, null, null, null, null), PageRequest.ByCursor(null, 10), default)).Items.ShouldHaveSingleItem();

        (entry.ActorKind, entry.ActorId, entry.ActorName, entry.Action, entry.Target, entry.Ip, entry.Sequence).ShouldBe(("user", user, "Ann", "provider.updated", "provider/1", "203.0.113.7", 1));
        entry.UserAgent.ShouldNotBeNull().Length.ShouldBe(300);
        (entry.Before, entry.After).ShouldBe(("""{"enabled":true,"apiKey":"***"}""", """{"enabled":false,"apiKey":"***"}"""));
    }

    [Fact]
    public async Task A_list_walks_by_each_of_its_filters()
    {
        var (tenant, list) = (await database.NewTenantAsync(), new AuditLogList(database.Database));
        for (var n = 0; n < 30; n++)
            await AppendAsync(database.Store, tenant, $"template/{n % 3}", n % 2 == 0 ? "published" : "created");

        (await CountAsync(null, null)).ShouldBe(30);
        (await CountAsync("created", null)).ShouldBe(15);
        (await CountAsync(null, "template/1")).ShouldBe(10);
        (await CountAsync("created", "template/1")).ShouldBe(5);
        (await CountAsync("nothing", null)).ShouldBe(0);

        async Task<int> CountAsync(string? action, string? target)
        {
            var (found, after) = (new List<AuditRecord>(), (Guid?)null);
            do
            {
                var page = await list.ListAsync(tenant, new AuditFilter(null, action, target, null, null), PageRequest.ByCursor(after, 4), default);
                found.AddRange(page.Items);
                after = page.Next;
            }
            while (after is not null);
            found.Select(entry => entry.Id).ShouldBe(found.Select(entry => entry.Id).OrderByDescending(id => id.ToString(), StringComparer.Ordinal).Distinct());
            return found.Count;
        }
    }

    private static AuditActor Actor(TenantId tenant) => AuditActor.System(tenant);

    private async Task<TenantId> WrittenAsync(int entries)
    {
        var tenant = await database.NewTenantAsync();
        RequestOrigin.Current = new RequestOrigin(System.Net.IPAddress.Parse("203.0.113.7"), "curl/8");
        for (var n = 0; n < entries; n++)
        {
            await database.Store.RunAsync(
                tenant,
                (db, token) =>
                {
                    log.Record(
                        db, new AuditActor(tenant, "user", database.Ids.Next(), "Ann"), "template.published", $"template/{n}", new AuditFields().Flag("enabled", false), new AuditFields().Flag("enabled", true));
                    return db.SaveChangesAsync(token);
                },
                default);
        }

        (await verification.VerifyAsync(tenant, default)).ShouldBe(new AuditVerdict(entries, null));
        return tenant;
    }

    private Task<int> AppendAsync(TenantStore store, TenantId tenant, string target, string action = "x") => store.RunAsync(
        tenant,
        (db, token) =>
        {
            log.Record(db, Actor(tenant), action, target);
            return db.SaveChangesAsync(token);
        },
        default);

    private Task<long> CountAsync(TenantId tenant) => database.ScalarAsync<long>($"select count(*) from audit_log where tenant_id = '{tenant}'");

    private async Task PurgeAsync(int max)
    {
        await using var command = database.Database.Worker.CreateCommand($"select notification_meta.purge_audit_log(now() - interval '400 days', {max})");
        await command.ExecuteNonQueryAsync();
    }
}
