using System.Text;
using System.Text.Json;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Templates;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Notifications;

public sealed class AcceptTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncDisposable
{
    private readonly IntakeHost host = new(database);

    [Fact]
    public async Task Callers_at_the_same_time_share_commits_whoever_their_tenants_are()
    {
        var tenants = new[] { await database.NewTenantAsync(), await database.NewTenantAsync(), await database.NewTenantAsync() };
        // What is read of each tenant once is read before they come together.
        foreach (var tenant in tenants)
            await host.AcceptedAsync(tenant);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => Task.Run(async () => await host.AcceptAsync(tenants[i % 3], IntakeHost.Request))));

        var ids = outcomes.Select(outcome => outcome.ShouldBeOfType<IntakeOutcome.Accepted>().Id.Value).ToArray();
        ids.ShouldBeUnique();
        var commits = await database.QueryAsync<int>(
            "select count(distinct tenant_id)::int from notifications where id = any($1) group by xmin::text", new Npgsql.NpgsqlParameter { Value = ids });
        commits.Count.ShouldBeLessThan(150);
        commits.ShouldContain(tenantsOfOne => tenantsOfOne > 1);
        for (var i = 0; i < tenants.Length; i++)
            (await CountAsync("deliveries", tenants[i].Value)).ShouldBe(101);
    }

    [Fact]
    public async Task All_of_it_is_stored_with_its_first_timeline_rows()
    {
        var tenant = await database.NewTenantAsync();
        var key = await host.PublishAsync(tenant);
        var id = await host.AcceptedAsync(tenant, IntakeHost.Request with
        {
            Content = null,
            Template = key,
            Channel = null,
            Channels = ["email", "in_app"],
            Priority = "high",
            Reference = "r-1",
            Data = Encoding.UTF8.GetBytes("""{ "orderId" : "Ä-1\u0041" }"""),
            Metadata = Encoding.UTF8.GetBytes("""{"a":[1,2]}"""),
            SendAt = DateTimeOffset.UtcNow.AddHours(1).ToString("yyyy-MM-ddTHH:mm:ssZ"),
            ExpiresAt = DateTimeOffset.UtcNow.AddHours(2).ToString("yyyy-MM-ddTHH:mm:ssZ"),
        });

        var stored = (await host.Service<NotificationQueries>().FindAsync(tenant, id, CancellationToken.None)).ShouldNotBeNull();

        stored.Template.ShouldBe(new PinnedTemplate(key, 1));
        (stored.Category, stored.Reference, stored.Priority, stored.Live).ShouldBe(("shipping", "r-1", Priority.High, true));
        stored.Data.ShouldBe("""{ "orderId" : "Ä-1\u0041" }""");
        stored.Metadata.ShouldBe("""{"a":[1,2]}""");
        JsonDocument.Parse(stored.Recipient).RootElement.GetProperty("email").GetString().ShouldBe("ann@example.com");
        stored.Status.ShouldBe(DeliveryStatus.Scheduled);
        stored.Deliveries.Select(delivery => (delivery.Channel.ToString(), delivery.DueAt)).ShouldBe([("Email", stored.SendAt!.Value), ("InApp", stored.SendAt!.Value)]);
        var timeline = (await host.Service<NotificationQueries>().TimelineAsync(tenant, id, CancellationToken.None)).ShouldNotBeNull();
        timeline.ShouldAllBe(step => step.Sequence == 1 && step.Status == DeliveryStatus.Scheduled && step.Detail!.Contains("send_at"));
    }

    [Fact]
    public async Task A_later_version_does_not_change_what_was_accepted()
    {
        var tenant = await database.NewTenantAsync();
        var key = await host.PublishAsync(tenant);
        var request = IntakeHost.Request with { Content = null, Template = key, Data = Encoding.UTF8.GetBytes("""{"orderId":1}""") };
        var before = await host.AcceptedAsync(tenant, request);
        var store = host.Service<TemplateStore>();
        await store.UpdateAsync(tenant, key, new TemplateEdit(null, null, null, """{"email":{"en":{"subject":"New","text":"New"}}}"""), CancellationToken.None);
        await store.PublishAsync(tenant, key, null, CancellationToken.None);

        var after = await host.AcceptedAsync(tenant, request);

        var queries = host.Service<NotificationQueries>();
        ((await queries.FindAsync(tenant, before, CancellationToken.None))?.Template?.Version).ShouldBe(1);
        ((await queries.FindAsync(tenant, after, CancellationToken.None))?.Template?.Version).ShouldBe(2);
    }

    [Fact]
    public async Task Missing_variables_are_named_all_at_once_and_nothing_is_stored()
    {
        var tenant = await database.NewTenantAsync();
        var key = await host.PublishAsync(tenant, subject: "{{orderId}} {{customer.name}}");

        var outcome = await host.AcceptAsync(tenant, IntakeHost.Request with { Content = null, Template = key, Channel = null, Channels = ["email", "in_app"] });

        outcome.ShouldBeOfType<IntakeOutcome.Invalid>().Issues.Select(issue => (issue.Pointer, issue.Code)).ShouldBe(
            [("/data/orderId", "variable_missing"), ("/data/customer/name", "variable_missing")], ignoreOrder: true);
        (await CountAsync("notifications", tenant.Value)).ShouldBe(0);
    }

    [Fact]
    public async Task Another_tenants_template_is_unknown()
    {
        var (mine, other) = (await database.NewTenantAsync(), await database.NewTenantAsync());
        var key = await host.PublishAsync(other);

        var outcome = await host.AcceptAsync(mine, IntakeHost.Request with { Content = null, Template = key });

        outcome.ShouldBeOfType<IntakeOutcome.Invalid>().Issues.ShouldHaveSingleItem().Code.ShouldBe("template_unknown");
    }

    /// <summary>The API never lets it through; if something else does, it must not take along who shares its commit.</summary>
    [Fact]
    public async Task One_that_the_database_refuses_takes_nobody_along()
    {
        var tenant = await database.NewTenantAsync();
        var broken = IntakeHost.Request with { Metadata = Encoding.UTF8.GetBytes("{not json") };

        var attempts = Enumerable.Range(0, 60).Select(i => Task.Run(async () => await host.AcceptAsync(tenant, i % 20 == 7 ? broken : IntakeHost.Request))).ToList();
        await Task.WhenAll(attempts.Select(attempt => attempt.ContinueWith(_ => { }, TaskScheduler.Default)));

        attempts.Count(attempt => attempt.IsFaulted).ShouldBe(3);
        (await CountAsync("notifications", tenant.Value)).ShouldBe(57);
    }

    /// <summary>Two writers may hold 500 each and 5,000 may wait; whoever comes then is refused at once.</summary>
    [Fact]
    public async Task When_the_database_falls_behind_callers_are_asked_to_come_again_and_nobody_who_was_taken_is_lost()
    {
        var tenant = await database.NewTenantAsync();
        await host.AcceptedAsync(tenant);
        await using var connection = await database.Superuser.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var stop = new Npgsql.NpgsqlCommand("lock table notifications in access exclusive mode", connection, transaction))
            await stop.ExecuteNonQueryAsync();

        var attempts = Enumerable.Range(0, 7_000).Select(_ => host.AcceptAsync(tenant, IntakeHost.Request).AsTask()).ToList();
        // While the database still stands still.
        await Eventually.TrueAsync(() => attempts.Count(attempt => attempt.IsCompleted) >= 1_000, TimeSpan.FromSeconds(60));
        await transaction.RollbackAsync();
        await Task.WhenAll(attempts.Select(attempt => attempt.ContinueWith(_ => { }, TaskScheduler.Default)));

        // On a slow machine the statements that waited are given up after their five seconds: whoever was in them is notified.
        var givenUp = attempts.Where(attempt => attempt.IsFaulted).ToList();
        givenUp.ShouldAllBe(attempt => Outage.IsBehind(attempt.Exception!.InnerException!));
        var outcomes = attempts.Except(givenUp).Select(attempt => attempt.Result).ToList();
        var busy = outcomes.OfType<IntakeOutcome.Busy>().Count();
        busy.ShouldBeInRange(1_000, 2_000);
        (await CountAsync("notifications", tenant.Value)).ShouldBe(1 + outcomes.OfType<IntakeOutcome.Accepted>().Count());
    }

    [Fact]
    public async Task A_dry_run_renders_explains_and_stores_nothing()
    {
        var tenant = await database.NewTenantAsync();
        var key = await host.PublishAsync(tenant);
        var request = IntakeHost.Request with
        {
            Content = null,
            Template = key,
            Channel = null,
            Channels = ["email", "in_app", "sms"],
            Data = Encoding.UTF8.GetBytes("""{"orderId":"A-1"}"""),
        };

        var (report, issues) = await host.Service<DryRun>().RunAsync(IntakeHost.CallerOf(tenant), request, CancellationToken.None);

        issues.ShouldBeEmpty();
        report.ShouldNotBeNull().Deliveries.Select(delivery => delivery.Content?.Subject ?? delivery.Content?.Title).ShouldBe(["Order A-1", "Order A-1"]);
        report.Explain.Select(step => step.Code).ShouldBe(["template", "priority", "not_in_template", "locale", "no_provider", "locale", "provider"]);
        foreach (var table in (string[])["notifications", "deliveries", "timeline", "idempotency_keys"])
            (await CountAsync(table, tenant.Value)).ShouldBe(0, table);
    }

    [Fact]
    public async Task What_a_test_account_sends_is_marked_for_the_sandbox()
    {
        var tenant = await database.NewTenantAsync();
        var outcome = await host.Intake.AcceptAsync(IntakeHost.CallerOf(tenant, live: false), IntakeHost.Request, null, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", CancellationToken.None);

        var id = outcome.ShouldBeOfType<IntakeOutcome.Accepted>().Id;
        (await host.Service<NotificationQueries>().FindAsync(tenant, id, CancellationToken.None)).ShouldNotBeNull().Live.ShouldBeFalse();
        (await database.ScalarAsync<string>($"select trace_parent from notifications where id = '{id}'")).ShouldContain("0af7651916cd43dd8448eb211c80319c");
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        (await new Invariants(database.Superuser).ViolationsAsync()).ShouldBeEmpty();
    }

    private Task<long> CountAsync(string table, Guid tenant) => database.ScalarAsync<long>($"select count(*) from {table} where tenant_id = '{tenant}'");
}
