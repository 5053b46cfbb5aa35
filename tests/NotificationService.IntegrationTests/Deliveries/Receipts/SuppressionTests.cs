using NotificationService.Channels;
using NotificationService.Deliveries.Receipts;
using NotificationService.IntegrationTests.Providers;
using NotificationService.Recipients;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Deliveries.Receipts;

/// <summary>Which reports put an address on the suppression list, and that nothing is sent to what stands there.</summary>
public sealed class SuppressionTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = DateTimeOffset.UtcNow.AddHours(-1);

    private readonly SentDeliveries planted = new(database);
    private readonly AcceptedNotifications accepted = new(database);
    private readonly ReceiptIntake intake = database.NewReceiptIntake();
    private readonly ReceiptStore store = database.NewReceiptStore();
    private TenantId tenant;

    public async ValueTask InitializeAsync() => tenant = await database.NewTenantAsync();

    public ValueTask DisposeAsync() => intake.DisposeAsync();

    [Theory]
    [InlineData(ReceiptKind.Bounced, true, "1 ann@example.com 1")]
    [InlineData(ReceiptKind.Failed, true, "1 ann@example.com 1")]
    [InlineData(ReceiptKind.Complained, false, "1 ann@example.com 2")]
    [InlineData(ReceiptKind.Unsubscribed, false, "1 ann@example.com 3")]
    [InlineData(ReceiptKind.Bounced, false, null)]
    [InlineData(ReceiptKind.Opened, false, null)]
    public async Task What_says_that_an_address_is_not_to_be_written_to_puts_it_on_the_list(ReceiptKind kind, bool dead, string? expected)
    {
        var provider = await planted.ProviderAsync(tenant);
        var delivery = (await planted.SentAsync(tenant, provider))[0];

        await ReportAsync(provider, new Receipt("e-1", kind, Noon) { Delivery = delivery, AddressDead = dead, Code = "5.1.1" });

        (await ListedAsync()).ShouldBe(expected is null ? [] : [expected]);
    }

    [Theory]
    [InlineData(ReceiptKind.Bounced)]
    [InlineData(ReceiptKind.Failed)]
    [InlineData(ReceiptKind.Complained)]
    [InlineData(ReceiptKind.Unsubscribed)]
    public async Task What_is_reported_of_a_test_accounts_message_suppresses_nothing_and_says_why(ReceiptKind kind)
    {
        var provider = await planted.ProviderAsync(tenant);
        var delivery = (await planted.SentAsync(tenant, provider, live: false))[0];

        await ReportAsync(provider, new Receipt("e-1", kind, Noon) { Delivery = delivery, AddressDead = true, Code = "5.1.1" });

        (await ListedAsync()).ShouldBeEmpty();
        (await database.QueryAsync<string>($"select concat_ws(' ', state, reason, live) from receipts where tenant_id = '{tenant}'")).ShouldBe(["2 test_account f"]);
        (await database.QueryAsync<string>($"select detail->>'suppression' from timeline where delivery_id = '{delivery}' and detail->>'receipt' is not null"))
            .ShouldBe(kind is ReceiptKind.Bounced or ReceiptKind.Failed ? ["test_account"] : []);
    }

    [Fact]
    public async Task A_test_accounts_start_takes_no_stop_of_live_back()
    {
        var provider = await planted.ProviderAsync(tenant, ChannelKind.Sms);
        var (live, test) = ((await planted.SentAsync(tenant, provider, channel: ChannelKind.Sms))[0], (await planted.SentAsync(tenant, provider, channel: ChannelKind.Sms, live: false))[0]);

        await ReportAsync(provider, new Receipt("stop", ReceiptKind.Unsubscribed, Noon) { Delivery = live, Address = "+14155550100" });
        await ReportAsync(provider, new Receipt("start", ReceiptKind.Resubscribed, Noon.AddMinutes(1)) { Delivery = test, Address = "+14155550100" });

        (await ListedAsync()).ShouldBe(["2 +14155550100 3"]);
    }

    [Fact]
    public async Task A_report_that_comes_while_a_test_accounts_message_is_being_sent_suppresses_nothing_then_or_later()
    {
        var provider = await planted.ProviderAsync(tenant);
        var delivery = await planted.SendingAsync(tenant, live: false);

        await ReportAsync(provider, new Receipt("e-1", ReceiptKind.Bounced, Noon) { Delivery = delivery, Address = "ann@example.com", AddressDead = true });
        (await ListedAsync()).ShouldBeEmpty();
        await planted.EndCallAsync(delivery, provider);
        await database.ExecuteAsync($"update receipts set next_try_at = now() where tenant_id = '{tenant}'");
        await store.ApplyAsync(500, CancellationToken.None);

        (await planted.StatusAsync(delivery)).ShouldBe((short)74);
        (await ListedAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_test_accounts_message_that_is_found_by_the_vendors_id_gives_its_receipt_its_mode()
    {
        var provider = await planted.ProviderAsync(tenant, ChannelKind.WhatsApp, "twilio_whatsapp");
        var delivery = (await planted.SentAsync(tenant, provider, channel: ChannelKind.WhatsApp, live: false))[0];

        await ReportAsync(provider, new Receipt("e-1", ReceiptKind.Complained, Noon) { ProviderMessageId = $"m-{delivery}", Address = "+14155550100" });

        (await ListedAsync()).ShouldBeEmpty();
        (await database.QueryAsync<string>($"select concat_ws(' ', state, reason, live) from receipts where tenant_id = '{tenant}'")).ShouldBe(["2 test_account f"]);
    }

    [Theory]
    [InlineData("sandbox", "3 test_account f")]
    [InlineData("twilio", "2 t")]
    public async Task What_names_no_message_is_a_test_when_a_sandbox_reports_it_and_live_otherwise(string type, string expected)
    {
        var provider = await planted.ProviderAsync(tenant, ChannelKind.Sms, type);

        await ReportAsync(provider, new Receipt("stop", ReceiptKind.Unsubscribed, Noon) { Address = "+14155550100" });

        (await database.QueryAsync<string>($"select concat_ws(' ', state, reason, live) from receipts where tenant_id = '{tenant}'")).ShouldBe([expected]);
        (await ListedAsync()).Count.ShouldBe(type == "sandbox" ? 0 : 1);
    }

    [Fact]
    public async Task Stop_and_start_count_by_their_times_whichever_comes_first()
    {
        var provider = await planted.ProviderAsync(tenant, ChannelKind.Sms, "twilio");
        var stop = new Receipt("stop", ReceiptKind.Unsubscribed, Noon) { Address = "+14155550100" };
        var start = new Receipt("start", ReceiptKind.Resubscribed, Noon.AddMinutes(1)) { Address = "+14155550100" };
        var again = new Receipt("stop again", ReceiptKind.Unsubscribed, Noon.AddMinutes(2)) { Address = "+14155550100" };

        await ReportAsync(provider, start);
        await ReportAsync(provider, stop);
        (await ListedAsync()).ShouldBeEmpty("START came later than STOP");
        await ReportAsync(provider, again);
        (await ListedAsync()).ShouldBe(["2 +14155550100 3"]);
    }

    [Fact]
    public async Task A_number_that_the_vendor_says_has_answered_stop_is_written_to_again_after_start()
    {
        await using var vendor = await FakeHttpProvider.StartAsync(contract: new TwilioContract(TwilioSetup.AccountSid, TwilioSetup.AuthToken));
        await using var worker = WorkerHost.Create(database.ConnectionString);
        var provider = await worker.AddTwilioAsync(tenant, vendor.BaseUrl, TwilioSetup.AccountSid, TwilioSetup.AuthToken);
        vendor.Script(TwilioContract.Error(400, 21610, "Attempt to send to unsubscribed recipient"));
        await accepted.PlantAsync(tenant, 1, ChannelKind.Sms);
        await worker.StartAsync();
        await accepted.UntilAsync(tenant, "failed", 1);
        (await ListedAsync()).ShouldBe(["2 +14155550100 3"]);
        (await database.ScalarAsync<double>($"select extract(day from expires_at - created_at)::float8 from suppressions where tenant_id = '{tenant}'")).ShouldBe(30, "if nobody says START");

        await ReportAsync(provider, new Receipt("start", ReceiptKind.Resubscribed, TimeProvider.System.GetUtcNow().AddSeconds(1)) { Address = "+14155550100" });
        await Eventually.TrueAsync(async () => (await ListedAsync()).Count == 0, TimeSpan.FromSeconds(60));
        await accepted.PlantAsync(tenant, 1, ChannelKind.Sms);
        await accepted.UntilAsync(tenant, "sent", 1);
    }

    /// <summary>Who left everything at the vendor, and then took one group up again, has still left everything.</summary>
    [Fact]
    public async Task Whoever_resubscribes_to_a_group_takes_back_that_group_alone()
    {
        var provider = await planted.ProviderAsync(tenant, ChannelKind.Email, "sendgrid");
        Receipt Of(string key, ReceiptKind kind, int minute, string? scope) => new(key, kind, Noon.AddMinutes(minute)) { Address = "ann@example.com", Scope = scope };

        await ReportAsync(
            provider,
            Of("everything", ReceiptKind.Unsubscribed, 0, null),
            Of("group 10", ReceiptKind.Unsubscribed, 1, "vendor_group:10"),
            Of("group 11", ReceiptKind.Unsubscribed, 2, "vendor_group:11"),
            Of("back", ReceiptKind.Resubscribed, 3, "vendor_group:10"));
        (await ScopesAsync()).ShouldBe(["all", "vendor_group:11"]);

        await ReportAsync(provider, Of("all back", ReceiptKind.Resubscribed, 4, null));
        (await ScopesAsync()).ShouldBe(["vendor_group:11"]);
    }

    [Fact]
    public async Task A_recipient_who_opted_out_of_marketing_at_the_vendor_gets_no_more_of_it_and_everything_else()
    {
        var provider = await planted.ProviderAsync(tenant, ChannelKind.WhatsApp, "whatsapp_cloud");
        var delivery = (await planted.SentAsync(tenant, provider, channel: ChannelKind.WhatsApp))[0];

        await ReportAsync(provider, new Receipt("131050", ReceiptKind.Unsubscribed, Noon) { Delivery = delivery, Code = "131050", Scope = SuppressionScopes.Marketing });

        (await ScopesAsync()).ShouldBe(["marketing"]);
    }

    [Fact]
    public async Task Help_is_recorded_and_changes_nothing()
    {
        var provider = await planted.ProviderAsync(tenant, ChannelKind.Sms, "twilio");

        await ReportAsync(provider, new Receipt("help", ReceiptKind.AskedForHelp, Noon) { Address = "+14155550100" });

        (await database.QueryAsync<string>($"select concat_ws(' ', kind, state, reason) from receipts where tenant_id = '{tenant}'")).ShouldBe(["12 3 help_is_not_answered"]);
        (await ListedAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Start_does_not_bring_a_number_back_that_does_not_exist()
    {
        var provider = await planted.ProviderAsync(tenant, ChannelKind.Sms, "twilio");

        await ReportAsync(
            provider,
            new Receipt("dead", ReceiptKind.Failed, Noon) { Address = "+14155550100", AddressDead = true },
            new Receipt("stop", ReceiptKind.Unsubscribed, Noon) { Address = "+14155550100" },
            new Receipt("start", ReceiptKind.Resubscribed, Noon.AddMinutes(1)) { Address = "+14155550100" });

        (await ListedAsync()).ShouldBe(["2 +14155550100 1"]);
    }

    [Fact]
    public async Task Nothing_is_sent_to_a_suppressed_address_and_the_timeline_says_why()
    {
        await SuppressAsync(ChannelKind.Email, "ann@example.com");
        await SuppressAsync(ChannelKind.Sms, "+14155550199");
        await using var worker = WorkerHost.Create(database.ConnectionString);
        var email = (await accepted.PlantAsync(tenant, 1, live: false))[0];
        var sms = (await accepted.PlantAsync(tenant, 1, ChannelKind.Sms, live: false))[0];

        await worker.StartAsync();
        await accepted.UntilAsync(tenant, "suppressed", 1);
        await accepted.UntilAsync(tenant, "delivered", 1);

        (await accepted.TimelineAsync(email)).ShouldBe(["queued", "suppressed"]);
        (await accepted.TimelineAsync(sms))[^1].ShouldBe("delivered");
        (await database.ScalarAsync<string>($"select detail->>'code' from timeline where delivery_id = '{email}' and status = {{status.suppressed}}")).ShouldBe("suppressed_manual");
        (await database.QueryAsync<string>($"select recipient from sandbox_messages where tenant_id = '{tenant}'")).ShouldBe(["+14155550100"]);
        (await new Invariants(database.Superuser).ViolationsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_has_expired_and_what_another_tenant_suppresses_is_in_nobodys_way()
    {
        await SuppressAsync(ChannelKind.Email, "ann@example.com", "now() - interval '1 s'");
        var stranger = await database.NewTenantAsync();
        await database.ExecuteAsync(Insert(stranger, ChannelKind.Email, "ann@example.com", "null"));
        await using var worker = WorkerHost.Create(database.ConnectionString);
        await accepted.PlantAsync(tenant, 1, live: false);

        await worker.StartAsync();
        await accepted.UntilAsync(tenant, "delivered", 1);
    }

    [Fact]
    public async Task Dead_devices_are_left_out_and_a_push_to_none_is_suppressed()
    {
        var token = new string('t', 4_000);
        var (one, two) = ((await accepted.PlantAsync(tenant, 1, ChannelKind.Push, live: false))[0], (await accepted.PlantAsync(tenant, 1, ChannelKind.Push, live: false))[0]);
        await database.ExecuteAsync($$"""update notifications set recipient = '{"deviceTokens":["dead","{{token}}"]}' where id = '{{one.Notification.Value}}'""");
        await database.ExecuteAsync($$"""update notifications set recipient = '{"deviceTokens":["dead"]}' where id = '{{two.Notification.Value}}'""");
        await SuppressAsync(ChannelKind.Push, "dead");
        await using var worker = WorkerHost.Create(database.ConnectionString);

        await worker.StartAsync();
        await accepted.UntilAsync(tenant, "suppressed", 1);
        await accepted.UntilAsync(tenant, "delivered", 1);

        (await database.ScalarAsync<string>($"select message->'deviceTokens' #>> '{{}}' from sandbox_messages where tenant_id = '{tenant}'")).ShouldBe($"[\"{token}\"]");
        (await database.QueryAsync<Guid>($"select id from deliveries where tenant_id = '{tenant}' and status = {{status.suppressed}}")).ShouldBe([two.Value]);
    }

    [Fact]
    public async Task A_provider_that_says_so_in_its_response_is_believed_at_once()
    {
        var token = new string('t', 4_000);
        ReportedAddress[] reported =
        [
            new(tenant, ChannelKind.Push, token, SuppressionReason.DeadToken, null, null, "UNREGISTERED", Noon),
            new(tenant, ChannelKind.Email, "Ann@Example.com", SuppressionReason.Bounce, null, null, "550", Noon),
            new(tenant, ChannelKind.Email, "ann@example.com", SuppressionReason.Bounce, null, null, "551", Noon.AddSeconds(1)),
        ];

        for (var times = 0; times < 2; times++)
        {
            await using var batch = await NotificationService.Storage.TenantBatch.OpenAsync(database.Database.Worker, CancellationToken.None);
            batch.Add(tenant, new SuppressionColumns(reported, database.Ids).Keep());
            await batch.CommitAsync(null, CancellationToken.None);
        }

        (await ListedAsync()).ShouldBe(["1 ann@example.com 1", $"3 {token} 4"]);
        (await database.ScalarAsync<string>($"select code from suppressions where tenant_id = '{tenant}' and channel = {{channel.email}}")).ShouldBe("551");
    }

    [Fact]
    public async Task The_check_goes_by_the_index_under_row_level_security()
    {
        await database.ExecuteAsync(
            $"insert into suppressions (tenant_id, id, channel, address, reason, created_at) select '{tenant}', gen_random_uuid(), 1, 'p' || i || '@example.com', 1, now() from generate_series(1, 5000) i");
        await database.ExecuteAsync("analyze suppressions");
        var ids = await accepted.PlantAsync(tenant, 3);

        await using var connection = await database.Database.Worker.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var scope = new Npgsql.NpgsqlBatch(connection) { BatchCommands = { NotificationService.Storage.Database.OpenScope(tenant) } })
            await scope.ExecuteNonQueryAsync();
        var guids = ids.Select(id => id.Notification.Value).ToArray();
        var explained = NotificationService.Storage.Statement.Parse("notifications_load", "explain (analyze, costs off, timing off) " + NotificationService.Storage.SqlText.Statement("notifications_load"));
        await using var command = explained.With(NotificationService.Storage.Parameter.Of("notifications", guids), NotificationService.Storage.Parameter.Of("tenants", Array.ConvertAll(guids, _ => tenant.Value))).On(connection);
        await using var reader = await command.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await reader.ReadAsync())
            plan.Add(reader.GetString(0));

        plan.ShouldContain(line => line.Contains("Index Cond", StringComparison.Ordinal) && line.Contains("address_key =", StringComparison.Ordinal), string.Join('\n', plan));
    }

    private async Task ReportAsync(Guid provider, params Receipt[] receipts)
    {
        var type = await database.ScalarAsync<string>($"select type from providers where id = '{provider}'");
        (await intake.TryKeepAsync(new IncomingReceipts(tenant, provider, receipts, AreTests: type == ProviderInstances.SandboxType), CancellationToken.None)).ShouldBeTrue();
        await store.ApplyAsync(500, CancellationToken.None);
    }

    private Task<int> SuppressAsync(ChannelKind channel, string address, string until = "null") => database.ExecuteAsync(Insert(tenant, channel, address, until));

    private string Insert(TenantId of, ChannelKind channel, string address, string until) =>
        $"insert into suppressions (tenant_id, id, channel, address, reason, created_at, expires_at) values ('{of}', '{database.Ids.Next()}', {(short)channel}, '{address}', 5, now() - interval '1 min', {until})";

    private Task<IReadOnlyList<string>> ScopesAsync() => database.QueryAsync<string>(
        $"select scope from suppressions where tenant_id = '{tenant}' and (expires_at is null or expires_at > now()) order by 1");

    private Task<IReadOnlyList<string>> ListedAsync() => database.QueryAsync<string>(
        $"select channel || ' ' || address || ' ' || reason from suppressions where tenant_id = '{tenant}' and (expires_at is null or expires_at > now()) order by 1");
}
