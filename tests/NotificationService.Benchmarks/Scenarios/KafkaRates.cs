using System.Globalization;
using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;
using NotificationService.Testing;
using NotificationService.Testing.Kafka;

namespace NotificationService.Benchmarks.Scenarios;

/// <summary>
/// One worker reads events, accepts them, sends them and publishes what became of them. The brokers are librdkafka's own mock, in this process: they take of the same
/// two cores, and keep nothing on disk.
/// </summary>
internal static class KafkaRates
{
    private const string Input = "events";
    private const string Status = "status";
    private const int Partitions = 4;
    private const int Warming = 5_000;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var (figures, count) = (new Figures(), rig.Options.Count ?? 20_000);
        for (var run = 0; run < rig.Options.Runs; run++)
        {
            var brokers = new KafkaBrokers();
            await brokers.InitializeAsync();
            try
            {
                await MeasureAsync(rig, brokers, figures, count);
            }
            finally
            {
                await brokers.DisposeAsync();
            }
        }

        return figures.Done();
    }

    private static async Task MeasureAsync(Rig rig, KafkaBrokers brokers, Figures figures, int count)
    {
        brokers.CreateTopic(Input, Partitions);
        brokers.CreateTopic($"{Input}.dead");
        brokers.CreateTopic(Status, Partitions);
        await using var service = await BenchService.StartAsync(
            rig, apart: true,
            [
                .. brokers.Settings(),
                ("Notification__Kafka__InputTopic", Input), ("Notification__Kafka__DeadLetterTopic", $"{Input}.dead"), ("Notification__Kafka__StatusTopic", Status),
                ("Notification__Kafka__Topics__0__Name", Input), ("Notification__Kafka__Topics__0__Tenant", BenchService.TenantKey),
                ("Notification__Kafka__Topics__0__Scopes", "notifications:send"),
                // It is paused while the topic is filled, and is to be a member still.
                ("Notification__Kafka__Client__session.timeout.ms", "60000"), ("Notification__Kafka__Client__max.poll.interval.ms", "300000"),
            ]);
        await FillAsync(brokers, "warm", Warming);
        await UntilPublishedAsync(service, Warming);
        await service.ResetAsync();

        service.Pause();
        await FillAsync(brokers, "run", count);
        await Rig.QuietAsync();
        var cpu = CpuSpan.Begin(rig, service);
        var began = TimeProvider.System.GetTimestamp();
        service.Resume();
        await UntilPublishedAsync(service, count);
        var took = TimeProvider.System.GetElapsedTime(began).TotalSeconds;

        var accepting = await service.ScalarAsync("select (1000 * extract(epoch from max(created_at) - min(created_at)))::bigint from notifications") / 1000.0;
        figures.Add("events accepted", "/s", count / accepting);
        figures.Add("events accepted, sent and published", "/s", count / took);
        cpu.End(figures, count);
        await MeasureAcceptingAsync(rig, service, brokers, figures, count);
    }

    /// <summary>Events of which nothing is due for two hours, so that nothing but accepting them is measured: beside the figures of batches.</summary>
    private static async Task MeasureAcceptingAsync(Rig rig, BenchService service, KafkaBrokers brokers, Figures figures, int count)
    {
        await service.ResetAsync();
        service.Pause();
        await FillAsync(brokers, "later", count, $",\"sendAt\":\"{TimeProvider.System.GetUtcNow().AddHours(2):yyyy-MM-dd'T'HH:mm:ss'Z'}\"");
        await Rig.QuietAsync();
        var cpu = CpuSpan.Begin(rig, service);
        service.Resume();
        await Eventually.TrueAsync(async () => await service.ScalarAsync("select count(*) from notifications") >= count, TimeSpan.FromMinutes(5));
        cpu.End(figures, count, "nothing due: ");
        var accepting = await service.ScalarAsync("select (1000 * extract(epoch from max(created_at) - min(created_at)))::bigint from notifications") / 1000.0;
        figures.Add("nothing due: events accepted", "/s", count / accepting);
    }

    private static async Task FillAsync(KafkaBrokers brokers, string name, int count, string more = "") => await Parallel.ForAsync(
        0, count, new ParallelOptions { MaxDegreeOfParallelism = 256 },
        async (i, _) => await brokers.ProduceEventAsync(
            Input, $"{name}-{i}", "notification.send",
            string.Create(CultureInfo.InvariantCulture, $$"""{"channel":"email","content":{"subject":"Order {{i}}","text":"It is on its way"},"recipient":{"email":"user{{i}}@example.com"},"reference":"{{name}}-{{i}}"{{more}}}"""),
            key: i.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Every event is a notification that was sent, and nothing waits to be published any more.</summary>
    private static Task UntilPublishedAsync(BenchService service, int count) => Eventually.TrueAsync(
        async () => await service.ScalarAsync("select count(*) from deliveries where status = 40") >= count
            && await service.ScalarAsync("select (select count(*) from outbox) + (select count(*) from kafka_messages)") == 0,
        TimeSpan.FromMinutes(5));
}
