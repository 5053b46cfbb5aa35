using System.Text;
using Microsoft.Extensions.DependencyInjection;
using NotificationService.Host.Commands;
using NotificationService.Notices;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Notices;

/// <summary>Mail of the service itself: with its change or not at all, once, from the tenant system, and sealed until then.</summary>
public sealed class NoticeTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const string Token = "a-token-nobody-may-read";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly Dictionary<string, string> Data = new()
    {
        ["name"] = "Ann",
        ["tenant"] = "Example Ltd",
        ["link"] = $"https://example.com/confirm-email?token={Token}",
        ["token"] = Token,
        ["hours"] = "24",
    };

    private readonly WorkerHost host = WorkerHost.Create(database.ConnectionString);

    private NoticeSender Sender => host.Services.GetRequiredService<NoticeSender>();

    public async ValueTask InitializeAsync() => await host.Services.GetRequiredService<SystemSeed>().RunAsync(CancellationToken.None);

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_notice_becomes_one_mail_of_the_tenant_system_in_the_persons_language()
    {
        var about = await database.NewTenantAsync();
        await host.StartAsync();

        await Sender.SendAsync(SystemTemplates.Confirmation, about, "claire@example.com", "fr-CA", Data, CancellationToken.None);

        var message = await MailAsync("claire@example.com");
        message.ShouldContain("Confirmez votre adresse");
        message.ShouldContain(Token);
        (await database.ScalarAsync<long>($"select count(*) from notifications where tenant_id = '{about}'")).ShouldBe(0);
        await WaitUntilGoneAsync(about);
        (await NotificationsToAsync("claire@example.com")).ShouldBe(1);
    }

    [Fact]
    public async Task A_change_that_is_rolled_back_writes_to_nobody()
    {
        var about = await database.NewTenantAsync();

        await Should.ThrowAsync<InvalidOperationException>(() => database.Store.RunAsync<int>(
            about,
            async (db, cancellation) =>
            {
                await Sender.SendAsync(db, SystemTemplates.Confirmation, about, "nobody@example.com", null, Data, cancellation);
                throw new InvalidOperationException("the change failed");
            },
            CancellationToken.None));

        (await WaitingAsync(about)).ShouldBe(0);
    }

    [Fact]
    public async Task What_waits_shows_neither_the_address_nor_the_token()
    {
        var about = await database.NewTenantAsync();

        await Sender.SendAsync(SystemTemplates.Confirmation, about, "sealed@example.com", "en", Data, CancellationToken.None);

        var row = await database.ScalarAsync<string>($"select to_jsonb(n)::text || encode(sealed, 'escape') from notices n where tenant_id = '{about}'");
        row.ShouldNotContain("sealed@");
        row.ShouldNotContain(Token);
        row.ShouldNotContain(Convert.ToHexString(Encoding.UTF8.GetBytes(Token)), Case.Insensitive);
    }

    /// <summary>The worker dies after the intake has it and before the row is removed: every removal is refused until the test lets it go on.</summary>
    [Fact]
    public async Task A_worker_that_dies_between_intake_and_removal_sends_nothing_twice()
    {
        var about = await database.NewTenantAsync();
        await database.ExecuteAsync(
            $"""
            create function refuse_removal() returns trigger language plpgsql as $$ begin raise exception 'cut off'; end $$;
            create trigger cut before delete on notices for each row when (old.tenant_id = '{about}') execute function refuse_removal();
            """);
        await Sender.SendAsync(SystemTemplates.Confirmation, about, "once@example.com", "en", Data, CancellationToken.None);
        await host.StartAsync();
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var min = attempt;
            await Eventually.TrueAsync(
                async () => await database.ScalarAsync<int>($"select max(attempts) from notices where tenant_id = '{about}'") >= min && await NotificationsToAsync("once@example.com") > 0,
                Patience, () => "it was not accepted");
            await database.ExecuteAsync($"update notices set due_at = now() where tenant_id = '{about}'");
        }

        await database.ExecuteAsync($"drop trigger cut on notices; update notices set due_at = now() where tenant_id = '{about}'");

        await WaitUntilGoneAsync(about);
        (await NotificationsToAsync("once@example.com")).ShouldBe(1);
    }

    [Fact]
    public async Task What_the_intake_refuses_stays_and_does_not_hold_up_the_others()
    {
        var about = await database.NewTenantAsync();
        await Sender.SendAsync("system.no-such-template", about, "refused@example.com", "en", Data, CancellationToken.None);
        await Sender.SendAsync(SystemTemplates.Confirmation, about, "taken@example.com", "en", Data, CancellationToken.None);
        await host.StartAsync();

        await MailAsync("taken@example.com");

        await Eventually.TrueAsync(async () => await WaitingAsync(about) == 1, Patience, () => "the good one was not removed");
        (await database.ScalarAsync<DateTime>($"select due_at from notices where tenant_id = '{about}'")).ShouldBeGreaterThan(DateTime.UtcNow);
    }

    [Fact]
    public async Task The_tenant_system_is_made_once_by_many_nodes_and_keeps_what_was_edited()
    {
        await database.ExecuteAsync($"update templates set name = 'Edited' where tenant_id = '{SystemTenant.Id}' and key = '{SystemTemplates.Invitation}'");
        await database.ExecuteAsync($"delete from providers where tenant_id = '{SystemTenant.Id}' and channel = 2");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => host.Services.GetRequiredService<SystemSeed>().RunAsync(CancellationToken.None))));

        (await database.QueryAsync<string>($"select key from tenants where tenant_id = '{SystemTenant.Id}'")).ShouldBe([SystemTenant.Key]);
        (await database.QueryAsync<string>($"select key from templates where tenant_id = '{SystemTenant.Id}' and published_version = 1 order by key"))
            .ShouldBe(SystemTemplates.All.Order(StringComparer.Ordinal));
        (await database.ScalarAsync<string>($"select name from templates where tenant_id = '{SystemTenant.Id}' and key = '{SystemTemplates.Invitation}'")).ShouldBe("Edited");
        (await database.ScalarAsync<long>($"select count(*) from providers where tenant_id = '{SystemTenant.Id}' and type = 'sandbox' and channel = 2")).ShouldBe(1);
    }

    private async Task<string> MailAsync(string address)
    {
        var found = "";
        await Eventually.TrueAsync(
            async () => (found = await database.ScalarAsync<string>(
                $"select coalesce(min(message::text), '') from sandbox_messages where tenant_id = '{SystemTenant.Id}' and recipient = '{address}'")) != "",
            Patience, () => "no mail came");
        return found;
    }

    private Task<long> NotificationsToAsync(string address) =>
        database.ScalarAsync<long>($"select count(*) from notifications where tenant_id = '{SystemTenant.Id}' and recipient->>'email' = '{address}'");

    private Task<long> WaitingAsync(TenantId about) => database.ScalarAsync<long>($"select count(*) from notices where tenant_id = '{about}'");

    private Task WaitUntilGoneAsync(TenantId about) => Eventually.TrueAsync(async () => await WaitingAsync(about) == 0, Patience, () => "the notice was not removed");
}
