using NotificationService.Storage;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.Kafka;
using Npgsql;

namespace NotificationService.EndToEndTests.Kafka;

/// <summary>Brokers, processes and the database go away in the middle; every event becomes one notification.</summary>
public sealed class KafkaOutageTests(PostgresCluster cluster) : IAsyncLifetime
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(120);

    private readonly KafkaBrokers brokers = new();

    public async ValueTask InitializeAsync()
    {
        await brokers.InitializeAsync();
        foreach (var topic in (string[])[KafkaService.Input, KafkaService.Forbidden, KafkaService.DeadLetters, KafkaService.Status])
            brokers.CreateTopic(topic);
    }

    public ValueTask DisposeAsync() => brokers.DisposeAsync();

    [Fact]
    public async Task A_broker_that_goes_away_and_comes_back_loses_and_repeats_nothing()
    {
        var connectionString = await cluster.CreateDatabaseAsync();
        await using var service = await StartAsync(connectionString);
        await ProduceAsync("before", 0, 50);
        brokers.TakeDown();
        var during = ProduceAsync("during", 50, 50);
        await Eventually.TrueAsync(
            async () => (await HealthAsync(service)).Contains("degraded", StringComparison.Ordinal), Ample);
        brokers.BringUp();
        await during;
        await ProduceAsync("after", 100, 50);

        await using var source = Superuser(cluster, connectionString);
        await UntilAsync(source, 150, service);
        (await DuplicatesAsync(source)).ShouldBe(0);
        brokers.Read(KafkaService.DeadLetters).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_worker_that_is_killed_after_its_commit_and_before_its_offsets_sends_once()
    {
        var connectionString = await cluster.CreateDatabaseAsync();
        await using var source = Superuser(cluster, connectionString);
        await ProduceAsync("kill", 0, 100);
        await using (var first = await StartAsync(connectionString, ("Notification__Kafka__Client__auto.commit.interval.ms", "600000")))
        {
            await UntilAsync(source, 100, first);
            await first.KillAsync();
            await ExecuteAsync(source, "update deliveries set lease_until = clock_timestamp() where status = {status.sending}");
        }

        brokers.Committed("notification-service", KafkaService.Input).ShouldBeNull("the offsets were committed, and this shows nothing");
        await using var second = await StartAsync(connectionString, ServiceProcess.WithoutSeed, ("Notification__Kafka__Client__auto.commit.interval.ms", "200"));
        await ProduceAsync("kill", 100, 1);

        await UntilAsync(source, 101, second);
        (await DuplicatesAsync(source)).ShouldBe(0);
        // At least: a member that the group took for lost reads once more.
        await Eventually.TrueAsync(
            async () => (await second.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n')
                .Where(line => line.StartsWith("notification_kafka_records_total{", StringComparison.Ordinal) && line.Contains("outcome=\"repeated\"", StringComparison.Ordinal))
                .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture)) >= 100,
            Ample);
        await Eventually.TrueAsync(() => brokers.Committed("notification-service", KafkaService.Input) == 101, Ample);
        await new SentDeliveriesEnd(source).ReachedAsync(Ample);
        (await new Invariants(source).ViolationsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_database_that_is_away_is_waited_for_and_nothing_becomes_a_dead_letter()
    {
        await using var own = new OwnCluster();
        await own.Cluster.InitializeAsync();
        var connectionString = await own.Cluster.CreateDatabaseAsync();
        await using var service = await StartAsync(connectionString);
        await ProduceAsync("db", 0, 20);
        await using (var before = Superuser(own.Cluster, connectionString))
            await UntilAsync(before, 20, service);

        await own.Cluster.StopAsync("fast");
        await ProduceAsync("db", 20, 20);
        await Eventually.TrueAsync(() => service.Output.Contains("waits for the database", StringComparison.Ordinal), Ample);
        await own.Cluster.StartAsync();

        await using var source = Superuser(own.Cluster, connectionString);
        await UntilAsync(source, 40, service);
        (await DuplicatesAsync(source)).ShouldBe(0);
        brokers.Read(KafkaService.DeadLetters).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_process_that_may_store_no_event_is_not_ready_says_why_and_stores_them_once_it_may()
    {
        var connectionString = await cluster.CreateDatabaseAsync();
        await using var source = Superuser(cluster, connectionString);
        await using var service = await StartAsync(connectionString);
        await ExecuteAsync(
            source,
            """
            create function refuse() returns trigger language plpgsql as $$ begin raise exception 'planted' using errcode = '55P03'; end $$;
            create trigger refuse before insert on notifications for each row execute function refuse()
            """);
        await ProduceAsync("refused", 0, 5);

        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await service.Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
                var text = await response.Content.ReadAsStringAsync();
                return (int)response.StatusCode == 503 && text.Contains("kafka_accept", StringComparison.Ordinal) && text.Contains("55P03", StringComparison.Ordinal);
            },
            Ample,
            () => service.Output);

        await ExecuteAsync(source, "drop trigger refuse on notifications");
        await UntilAsync(source, 5, service);
        await service.WaitUntilReadyAsync();
        brokers.Read(KafkaService.DeadLetters).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_process_stops_in_time_while_no_broker_answers()
    {
        await using var service = await StartAsync(await cluster.CreateDatabaseAsync());
        await ProduceAsync("stop", 0, 5);
        brokers.TakeDown();
        await Eventually.TrueAsync(
            async () => (await HealthAsync(service)).Contains("degraded", StringComparison.Ordinal), Ample);
        var clock = System.Diagnostics.Stopwatch.StartNew();

        (await service.TerminateAsync()).ShouldBe(0, service.Output);

        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30), "after as long it would be killed");
    }

    /// <summary>Whatever the status: a check that takes too long on a slow machine is no end of the service.</summary>
    private static async Task<string> HealthAsync(ServiceProcess service)
    {
        using var response = await service.Client.GetAsync(new Uri("/health", UriKind.Relative));
        return await response.Content.ReadAsStringAsync();
    }

    private Task<ServiceProcess> StartAsync(string connectionString, params (string Name, string Value)[] more) =>
        ServiceProcess.StartAsync(connectionString, [.. KafkaService.Settings(brokers), .. more]);

    private async Task ProduceAsync(string prefix, int from, int count)
    {
        for (var i = from; i < from + count; i++)
            await brokers.ProduceEventAsync(KafkaService.Input, $"{prefix}-{i}", "notification.send", KafkaService.Send($"n-{i}"));
    }

    private static NpgsqlDataSource Superuser(PostgresCluster of, string connectionString) =>
        NpgsqlDataSource.Create(of.SuperuserConnectionString(new NpgsqlConnectionStringBuilder(connectionString).Database!));

    private static Task UntilAsync(NpgsqlDataSource source, long count, ServiceProcess service) => Eventually.TrueAsync(
        async () => await ScalarAsync(source, "select count(distinct reference) from notifications where reference like 'n-%'") == count, Ample, () => service.Output);

    private static Task<long> DuplicatesAsync(NpgsqlDataSource source) =>
        ScalarAsync(source, "select count(*) - count(distinct reference) from notifications where reference like 'n-%'");

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(SqlNames.Replace(sql));
        await command.ExecuteNonQueryAsync();
    }

    internal static async Task<long> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(SqlNames.Replace(sql));
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>A server of the test's own, which it may stop.</summary>
    private sealed class OwnCluster : IAsyncDisposable
    {
        public PostgresCluster Cluster { get; } = new() { IsDurable = true };

        public ValueTask DisposeAsync() => Cluster.DisposeAsync();
    }

    /// <summary>Until nothing waits any more.</summary>
    private sealed class SentDeliveriesEnd(NpgsqlDataSource source)
    {
        public Task ReachedAsync(TimeSpan within) =>
            Eventually.TrueAsync(async () => await ScalarAsync(source, "select count(*) from deliveries where status < {status.delivered}") == 0, within);
    }
}
