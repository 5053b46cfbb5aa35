using NotificationService.Benchmarks.Machine;
using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;
using NotificationService.Benchmarks.Scenarios;

namespace NotificationService.Benchmarks;

/// <summary>Runs a scenario, prints its table and writes it to <c>results/</c> beside the project.</summary>
internal static class BenchmarkCommand
{
    private static readonly Scenario[] Scenarios =
    [
        new("sends", "single sends over keep-alive connections, answered after the commit", Sends.RunAsync),
        new("drain", "20,000 queued e-mails through an HTTP provider", Drain.RunAsync),
        new("tenants", "single sends and the drain of 100,000 in-app notifications of one tenant and of very many", ManyTenants.RunAsync),
        new("in-flight", "a provider that takes 50 ms, 200 calls at once", InFlight.RunAsync),
        new("idle-latency", "from the answer to the provider, one send at a time", IdleLatency.RunAsync),
        new("backlog", "the rates with 1,000,000 queued beside those with 20,000", Backlog.RunAsync),
        new("fairness", "200,000 queued of one tenant, single sends of another", Fairness.RunAsync),
        new("receipts", "500 reports a second while a queue is drained, with 1,000,000 notifications stored", Receipts.RunAsync),
        new("batches", "chunks of 10,000 from four callers, answered after the commit, beside single sends", Chunks.RunAsync),
        new("bulk-csv", "a file of 1,000,000 rows, one in a hundred bad, until every good row is queued", BulkCsv.RunAsync),
        new("bulk-fairness", "two files of 500,000 rows of one tenant being queued and sent, single sends of another", BulkFairness.RunAsync),
        new("webhooks", "webhooks from one worker to receivers that answer in 20 ms, beside ten that hang, and how soon after the event, with 1,000,000 notifications stored", WebhookRates.RunAsync),
        new("lists", "pages of 1,000,000 stored notifications of one tenant, by each filter and each pair, alone and at 100 callers", Lists.RunAsync),
        new("kafka", "events in a topic until each is a notification, sent, and published in the status topic", KafkaRates.RunAsync),
        new("old-snapshot", "a drain after 200,000 others, none of which may be vacuumed", OldSnapshot.RunAsync),
        new("attack", "single sends and their way to the provider while a hostile tenant does all that is known to hurt, 384 MiB of heap a process", UnderAttack.RunAsync),
        new("hanging", "the rate of one tenant beside another whose provider never answers", Hanging.RunAsync),
        new("hostile-saves", "single sends while another tenant saves and publishes 50 templates of 990 tags with nested functions", HostileSaves.RunAsync),
        new("streams", "10,000 open streams of one node: memory of each, and how soon 1,000 events a second are at 5,000 clients, also beside some that never read", Streams.RunAsync),
        new("inboxes", "counts and first page of inboxes with 10 and 100,000 items, and from a send to the count in an open stream", Inboxes.RunAsync),
        new("start", "ready time, idle memory, the first minute", Start.RunAsync),
    ];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var named = arguments.Length > 0 ? Array.FindAll(Scenarios, scenario => scenario.Name == arguments[0] || arguments[0] == "all") : [];
        if (named.Length == 0)
        {
            Console.WriteLine("dotnet run -c Release --project tests/NotificationService.Benchmarks -- <scenario> [--runs 5] [--count n] [--connections 32] [--minutes n]");
            Console.WriteLine("    [--publish <option of dotnet publish>] [--settings Name=value,…] [--label <name>] [--profile n]");
            foreach (var scenario in Scenarios)
                Console.WriteLine($"  {scenario.Name,-14} {scenario.Purpose}");
            Console.WriteLine("  shell          what the HTTP shell costs around a route, in this process");
            Console.WriteLine("  all            all but the last, one after the other");
            return 2;
        }

        var options = BenchmarkOptions.Parse(arguments.AsSpan(1));
        var facts = await MachineFacts.ReadAsync();
        await using var rig = await Rig.BuildAsync(options);
        foreach (var scenario in named)
        {
            var began = LoadAverage.Now();
            var figures = await scenario.Run(rig);
            var report = new Report(scenario.Name, scenario.Purpose, $"-- {string.Join(' ', arguments)}".Replace("-- all", $"-- {scenario.Name}"), facts, began, LoadAverage.Now(), DateTimeOffset.UtcNow, figures);
            Console.WriteLine(report.ToMarkdown());
            if (options.Profile == 0)
                await report.WriteAsync(options.Label);
        }

        return 0;
    }

    private sealed record Scenario(string Name, string Purpose, Func<Rig, Task<IReadOnlyList<Figure>>> Run);
}
