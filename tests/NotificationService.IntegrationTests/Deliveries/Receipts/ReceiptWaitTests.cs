using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Deliveries.Receipts;
using NotificationService.Queueing;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Deliveries.Receipts;

/// <summary>What comes before its time: how long it waits, what it does meanwhile, when it is given up.</summary>
public sealed class ReceiptWaitTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private readonly SentDeliveries planted = new(database);
    private readonly ReceiptIntake intake = database.NewReceiptIntake();
    private readonly ReceiptStore store = database.NewReceiptStore();
    private TenantId tenant;
    private Guid provider;

    public async ValueTask InitializeAsync()
    {
        tenant = await database.NewTenantAsync();
        provider = await planted.ProviderAsync(tenant, type: "sendgrid");
    }

    public ValueTask DisposeAsync() => intake.DisposeAsync();

    [Fact]
    public async Task An_early_bounce_suppresses_at_once_and_once_and_still_reaches_its_delivery()
    {
        var delivery = await planted.SendingAsync(tenant);
        await KeepAsync(Bounce(delivery));

        await ApplyAsync();
        (await SuppressedAsync()).ShouldBe(1);
        await database.ExecuteAsync($"delete from suppressions where tenant_id = '{tenant}'");
        await ApplyAsync();
        (await SuppressedAsync()).ShouldBe(0, "somebody took it off the list in between, and the report says nothing new");
        await planted.EndCallAsync(delivery, provider);
        await ApplyAsync();

        (await planted.StatusAsync(delivery)).ShouldBe((short)74);
        (await SuppressedAsync()).ShouldBe(0);
        (await WaitingAsync()).ShouldBe(["2 -"]);
    }

    [Fact]
    public async Task A_complaint_about_a_delivery_that_is_long_gone_suppresses_and_says_so_in_the_end()
    {
        await KeepAsync(new Receipt("spam", ReceiptKind.Complained, DateTimeOffset.UtcNow) { Delivery = new DeliveryId(database.Ids.Next()), Address = "ann@example.com" });

        await ApplyAsync();
        (await SuppressedAsync()).ShouldBe(1);
        (await WaitingAsync()).ShouldBe(["1 unknown_message"]);
        for (var looks = 0; looks < 20; looks++)
            await ApplyAsync();

        (await WaitingAsync()).ShouldBe(["2 unknown_message"]);
        (await SuppressedAsync()).ShouldBe(1);
    }

    /// <summary>The worker was killed in the midst of the call, nobody worked for ten minutes, and its delivery is not rescued yet.</summary>
    [Fact]
    public async Task A_delivery_that_is_being_sent_is_waited_for_however_old_the_report_is()
    {
        var delivery = await planted.SendingAsync(tenant);
        await KeepAsync(new Receipt("e", ReceiptKind.Delivered, DateTimeOffset.UtcNow) { Delivery = delivery });
        await database.ExecuteAsync($"update receipts set received_at = now() - interval '10 min' where tenant_id = '{tenant}'");

        for (var looks = 0; looks < 20; looks++)
            await ApplyAsync();
        (await WaitingAsync()).ShouldBe(["1 being_sent"]);
        await planted.EndCallAsync(delivery, provider);
        await ApplyAsync();

        (await planted.StatusAsync(delivery)).ShouldBe((short)50);
    }

    [Fact]
    public async Task What_waited_while_no_worker_ran_has_its_time_from_the_first_look()
    {
        await KeepAsync(new Receipt("e", ReceiptKind.Delivered, DateTimeOffset.UtcNow) { Delivery = new DeliveryId(database.Ids.Next()) });
        await database.ExecuteAsync($"update receipts set received_at = now() - interval '10 min' where tenant_id = '{tenant}'");

        await ApplyAsync();
        (await WaitingAsync()).ShouldBe(["1 unknown_message"]);
        (await PauseAsync()).ShouldBeLessThan(0.5);
        var waited = 0.0;
        for (var looks = 0; looks < 20 && (await WaitingAsync())[0] == "1 unknown_message"; looks++)
        {
            waited += await PauseAsync();
            await ApplyAsync();
        }

        (await WaitingAsync()).ShouldBe(["4 unknown_message"]);
        waited.ShouldBeInRange(290, 600, "five minutes, in ever longer pauses");
    }

    [Fact]
    public async Task A_report_of_long_ago_that_meets_a_lock_comes_again_soon()
    {
        var delivery = (await planted.SentAsync(tenant, provider))[0];
        await KeepAsync(new Receipt("e", ReceiptKind.Delivered, DateTimeOffset.UtcNow) { Delivery = delivery });
        await database.ExecuteAsync($"update receipts set received_at = now() - interval '10 min' where tenant_id = '{tenant}'");
        await using (var connection = await database.Superuser.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var hold = new Npgsql.NpgsqlCommand($"select from deliveries where id = '{delivery}' for update", connection);
            await hold.ExecuteNonQueryAsync();
            await ApplyAsync();
        }

        (await WaitingAsync()).ShouldBe(["1 being_sent"]);
        (await PauseAsync()).ShouldBeLessThan(0.5);
        await ApplyAsync();
        (await planted.StatusAsync(delivery)).ShouldBe((short)50);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-2)]
    public async Task The_databases_clock_counts_whatever_the_machine_believes(int hours)
    {
        var wrong = new ManualTime(DateTimeOffset.UtcNow.AddHours(hours));
        await using var metrics = new ReceiptIntake(database.Database, database.Ids, new ReceiptMetrics(), new WakeUp(database.Database, TimeProvider.System, WakeUp.Receipts), wrong);
        var delivery = (await planted.SentAsync(tenant, provider))[0];

        await metrics.TryKeepAsync(
            new IncomingReceipts(tenant, provider, [new Receipt("e", ReceiptKind.Delivered, DateTimeOffset.UtcNow.AddSeconds(-1)) { Delivery = delivery }]), CancellationToken.None);
        await store.ApplyAsync(500, CancellationToken.None);

        (await planted.StatusAsync(delivery)).ShouldBe((short)50);
        (await database.ScalarAsync<bool>($"select flags & 4 = 0 and abs(extract(epoch from received_at - now())) < 60 from receipts where tenant_id = '{tenant}'")).ShouldBeTrue();
    }

    /// <summary>Meta echoes our id, too.</summary>
    [Fact]
    public async Task A_report_that_names_a_delivery_of_another_number_of_the_same_app_reaches_it()
    {
        var (one, two) = (await planted.ProviderAsync(tenant, ChannelKind.WhatsApp, "whatsapp_cloud"), await planted.ProviderAsync(tenant, ChannelKind.WhatsApp, "whatsapp_cloud"));
        var delivery = (await planted.SentAsync(tenant, two, channel: ChannelKind.WhatsApp))[0];

        await intake.TryKeepAsync(
            new IncomingReceipts(tenant, one, [new Receipt("e", ReceiptKind.Delivered, DateTimeOffset.UtcNow) { Delivery = delivery, ProviderMessageId = $"m-{delivery}" }]), CancellationToken.None);
        await ApplyAsync();

        (await planted.StatusAsync(delivery)).ShouldBe((short)50);
        (await database.ScalarAsync<string>($"select detail->>'provider' from timeline where delivery_id = '{delivery}' and status = {{status.delivered}}")).ShouldBe($"P {two}");
    }

    private static Receipt Bounce(DeliveryId delivery) =>
        new("bounce", ReceiptKind.Bounced, DateTimeOffset.UtcNow) { Delivery = delivery, Address = "ann@example.com", AddressDead = true, Code = "550" };

    private async Task KeepAsync(Receipt receipt) =>
        (await intake.TryKeepAsync(new IncomingReceipts(tenant, provider, [receipt]), CancellationToken.None)).ShouldBeTrue();

    /// <summary>Whatever waits is due.</summary>
    private async Task ApplyAsync()
    {
        await database.ExecuteAsync($"update receipts set next_try_at = now() where state = {{receipt.pending}} and tenant_id = '{tenant}'");
        await store.ApplyAsync(500, CancellationToken.None);
    }

    private Task<long> SuppressedAsync() => database.ScalarAsync<long>($"select count(*) from suppressions where tenant_id = '{tenant}'");

    private Task<IReadOnlyList<string>> WaitingAsync() => database.QueryAsync<string>($"select state || ' ' || coalesce(reason, '-') from receipts where tenant_id = '{tenant}'");

    /// <summary>Seconds until it is looked at again.</summary>
    private Task<double> PauseAsync() => database.ScalarAsync<double>($"select extract(epoch from next_try_at - now())::float8 from receipts where tenant_id = '{tenant}'");
}
