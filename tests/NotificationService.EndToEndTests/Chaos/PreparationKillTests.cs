using NotificationService.Deliveries;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using Npgsql;

namespace NotificationService.EndToEndTests.Chaos;

/// <summary>A delivery that kills every process that prepares it, beside others that do nobody any harm.</summary>
public sealed class PreparationKillTests(PostgresCluster cluster) : IAsyncLifetime
{
    private const int Others = 11;
    private const int MaxKills = 12;
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(120);

    private readonly TestDatabase database = new(cluster);

    public ValueTask InitializeAsync() => database.InitializeAsync();

    public ValueTask DisposeAsync() => database.DisposeAsync();

    [Fact]
    public async Task Only_what_kills_the_process_is_given_up_and_what_was_lost_beside_it_each_time_is_sent()
    {
        var tenant = await database.NewTenantAsync();
        var accepted = new AcceptedNotifications(database);
        var killer = (await accepted.PlantAsync(tenant, 1 + Others, live: false))[Others / 2];
        await database.ExecuteAsync(
            $"update deliveries set due_at = now() + interval '1 day'; update notifications set template_id = gen_random_uuid(), template_version = 1, content = null where id = '{killer.Notification}'");

        var kills = 0;
        for (var isAlive = false; !isAlive; kills += isAlive ? 0 : 1)
        {
            kills.ShouldBeLessThan(MaxKills);
            await using var process = await StartAsync();
            isAlive = !await KillAsync(process, killer);
            if (isAlive)
                await accepted.UntilAsync(tenant, "delivered", Others, Ample);
        }

        kills.ShouldBeGreaterThanOrEqualTo(DeliveryTransitions.MaxLossesInCompany + DeliveryTransitions.MaxLossesAlone);
        (await database.QueryAsync<string>("select id || ' ' || failure_kind || ' ' || failure_code from deliveries where status = {status.failed}")).ShouldBe([$"{killer} {(short)FailureKind.TemplateError} poison"]);
        (await database.ScalarAsync<long>("select count(distinct delivery_id) from attempts where outcome = {outcome.accepted}")).ShouldBe(Others, "each of the others was sent");
        (await new Invariants(database.Superuser).ViolationsAsync()).ShouldBeEmpty();
    }

    /// <summary>Kills the process while it prepares the killer, which it cannot, because the table of templates is locked; false once the killer was given up instead.</summary>
    private async Task<bool> KillAsync(ServiceProcess process, DeliveryId killer)
    {
        await using var holder = await database.Superuser.OpenConnectionAsync();
        await using var held = await holder.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("lock table template_versions in access exclusive mode", holder, held))
            await command.ExecuteNonQueryAsync();
        await database.ExecuteAsync("update deliveries set due_at = now() where status = {status.queued}; update deliveries set lease_until = clock_timestamp() where status = {status.sending}");
        await Eventually.TrueAsync(
            async () => await HasFailedAsync(killer)
                || await database.ScalarAsync<bool>(
                    """
                    select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%template_versions%')
                        and not exists (select from deliveries where status = {status.sending} and call_started_at is not null)
                    """),
            Ample, () => process.Output);
        if (await HasFailedAsync(killer))
            return false;
        await process.KillAsync();
        // Until the next one is there, and the lock as well.
        await database.ExecuteAsync(
            """
            select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock';
            update deliveries set lease_until = now() + interval '1 hour' where status = {status.sending}
            """);
        return true;
    }

    private Task<bool> HasFailedAsync(DeliveryId killer) => database.ScalarAsync<bool>($"select status = {{status.failed}} from deliveries where id = '{killer}'");

    private Task<ServiceProcess> StartAsync() => ServiceProcess.StartAsync(
        database.ConnectionString, ServiceProcess.WithoutSeed, ("Notification__Roles", "worker"), ("Notification__Delivery__RescueEvery", "00:00:00.500"),
        ("Notification__MasterKeys", $"k1:{Convert.ToBase64String(new byte[32])}"));
}
