using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using NotificationService.Host.Observability;

namespace NotificationService.UnitTests.Observability;

public sealed class MetricsCollectorTests : IDisposable
{
    private readonly Meter meter = new($"test-{Guid.NewGuid():N}");
    private readonly MetricsCollector collector;

    public MetricsCollectorTests() => collector = new MetricsCollector([meter.Name], NullLogger<MetricsCollector>.Instance);

    public void Dispose()
    {
        collector.Dispose();
        meter.Dispose();
    }

    [Fact]
    public void A_counter_adds_up_per_set_of_labels_whatever_their_order()
    {
        var counter = meter.CreateCounter<long>("things_total", description: "Things.");

        counter.Add(1, new("a", "x"), new KeyValuePair<string, object?>("b", 2));
        counter.Add(2, new("b", 2), new KeyValuePair<string, object?>("a", "x"));
        counter.Add(5, new KeyValuePair<string, object?>("a", "y"));

        Lines().ShouldBe(["# HELP things_total Things.", "# TYPE things_total counter", "things_total{a=\"x\",b=\"2\"} 3", "things_total{a=\"y\"} 5"]);
    }

    [Fact]
    public void A_histogram_counts_what_lies_at_or_below_each_bound()
    {
        var histogram = meter.CreateHistogram<double>("wait", "s", "Waiting.", advice: new() { HistogramBucketBoundaries = [0.1, 1] });

        foreach (var value in (double[])[0.05, 0.1, 0.5, 7])
            histogram.Record(value);

        Lines()[1..].ShouldBe(
        [
            "# TYPE wait_seconds histogram", "wait_seconds_bucket{le=\"0.1\"} 2", "wait_seconds_bucket{le=\"1\"} 3",
            "wait_seconds_bucket{le=\"+Inf\"} 4", "wait_seconds_sum 7.65", "wait_seconds_count 4",
        ]);
    }

    [Fact]
    public void An_observed_value_is_shown_only_while_it_is_observed()
    {
        var depths = new Dictionary<string, int> { ["email"] = 3, ["sms"] = 1 };
        meter.CreateObservableGauge("depth", () => depths.Select(depth => new Measurement<int>(depth.Value, new KeyValuePair<string, object?>("channel", depth.Key))));

        Lines().ShouldContain("depth{channel=\"sms\"} 1");
        depths.Remove("sms");
        depths["email"] = 4;

        Lines().ShouldBe(["# HELP depth depth", "# TYPE depth gauge", "depth{channel=\"email\"} 4"]);
    }

    [Fact]
    public void Labels_and_help_are_escaped()
    {
        meter.CreateUpDownCounter<long>("odd.name-1", description: "One\ntwo \\ three").Add(-2, new KeyValuePair<string, object?>("l.1", "say \"a\\b\"\n"));

        Lines().ShouldBe(["# HELP odd_name_1 One\\ntwo \\\\ three", "# TYPE odd_name_1 gauge", "odd_name_1{l_1=\"say \\\"a\\\\b\\\"\\n\"} -2"]);
    }

    [Fact]
    public void An_unbounded_label_cannot_grow_without_bound()
    {
        var counter = meter.CreateCounter<long>("many_total");

        for (var i = 0; i < 2000; i++)
            counter.Add(1, new KeyValuePair<string, object?>("i", i));

        var lines = Lines();
        lines.Length.ShouldBeLessThanOrEqualTo(510);
        lines.ShouldContain(line => line.StartsWith("many_total{overflow=\"true\"} "));
        lines[2..].Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..])).ShouldBe(2000);
    }

    [Fact]
    public void A_gauge_that_throws_does_not_hide_the_others()
    {
        meter.CreateObservableGauge("broken", new Func<long>(() => throw new InvalidOperationException("no")));
        meter.CreateObservableGauge("whole", () => 1);

        Lines().ShouldContain("whole 1");
    }

    [Fact]
    public async Task Nothing_is_lost_when_many_threads_count_at_once()
    {
        var counter = meter.CreateCounter<long>("busy_total");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (var i = 0; i < 10_000; i++)
                counter.Add(1, new KeyValuePair<string, object?>("kind", (i + worker) % 50));
        })));

        Lines()[2..].Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..])).ShouldBe(80_000);
    }

    private string[] Lines() => collector.Text().Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
