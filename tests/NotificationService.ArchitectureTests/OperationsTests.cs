using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using NotificationService.ArchitectureTests.Documents;
using NotificationService.Telemetry;
using NotificationService.Testing;

namespace NotificationService.ArchitectureTests;

/// <summary>docs/operations.md names every metric, step, loop and log event as the code has it.</summary>
public sealed partial class OperationsTests
{
    private static readonly string Document = Markdown.Read("docs/operations.md");

    private static readonly IReadOnlyList<string> Sources =
    [
        .. Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).Select(File.ReadAllText),
    ];

    [Fact]
    public void Every_metric_stands_in_the_document_and_every_metric_there_exists()
    {
        var made = Sources.SelectMany(MetricsIn).ToHashSet(StringComparer.Ordinal);
        var named = MetricName().Matches(Document).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

        made.Count.ShouldBeGreaterThan(40);
        made.Except(named).ShouldBeEmpty("say in docs/operations.md what to do when it is high, or that it is good to see");
        named.Except(made).ShouldBeEmpty("there is no such metric");
    }

    [Fact]
    public void Every_step_stands_in_the_document_and_every_step_there_exists()
    {
        var made = Sources.SelectMany(source => StepName().Matches(source)).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var named = Markdown.Rows(Document, "step").SelectMany(row => Markdown.Words(row[0])).ToHashSet(StringComparer.Ordinal);

        made.Count.ShouldBeGreaterThan(15);
        made.Except(named).ShouldBeEmpty("say in docs/operations.md what is missing without it");
        named.Except(made).ShouldBeEmpty("there is no such step");
    }

    [Fact]
    public void Every_loop_stands_in_the_document_and_every_loop_there_exists()
    {
        var made = Sources.SelectMany(source => LoopName().Matches(source)).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var named = Markdown.Rows(Document, "loop").SelectMany(row => Markdown.Words(row[0])).ToHashSet(StringComparer.Ordinal);

        made.Count.ShouldBeGreaterThan(8);
        made.Except(named).ShouldBeEmpty("say in docs/operations.md what is missing without it");
        named.Except(made).ShouldBeEmpty("there is no such loop");
    }

    [Fact]
    public void Every_log_event_that_the_document_names_is_written()
    {
        var ranges = typeof(EventIds).GetFields(BindingFlags.Public | BindingFlags.Static).ToDictionary(field => field.Name, field => (int)field.GetRawConstantValue()!);
        var written = Sources.SelectMany(source => LogId().Matches(source)).Select(match => ranges[match.Groups[1].Value] + int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture)).ToHashSet();
        var named = NamedLogId().Matches(Document).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).Distinct().ToList();

        named.Count.ShouldBeGreaterThan(5);
        named.Where(id => !written.Contains(id)).ShouldBeEmpty();
    }

    [Fact]
    public void A_planted_metric_is_found_however_it_is_made() =>
        MetricsIn("""
            private readonly Counter<long> one = Meter.CreateCounter<long>("planted_one_total", null, "x");
            meter.CreateObservableGauge(
                "planted_two", () => 1);
            private const string Three = "planted_three_seconds";
            Telemetry.Meter.CreateHistogram<double>(Three, "s");
            """).ShouldBe(["planted_one_total", "planted_two", "planted_three_seconds"]);

    private static IEnumerable<string> MetricsIn(string source) => Instrument().Matches(source)
        .Select(match => match.Groups[1].Success ? match.Groups[1].Value : Regex.Match(source, $"const string {match.Groups[2].Value} = \"(\\w+)\"").Groups[1].Value);

    [GeneratedRegex("Create(?:Counter|Histogram|UpDownCounter|ObservableGauge|ObservableCounter|Gauge)(?:<\\w+>)?\\(\\s*(?:\"(\\w+)\"|(\\w+))")]
    private static partial Regex Instrument();

    [GeneratedRegex("`(notification_\\w+)")]
    private static partial Regex MetricName();

    [GeneratedRegex("\\.(?:Step|Maintenance)\\(\"(\\w+)\"")]
    private static partial Regex StepName();

    [GeneratedRegex("(?:\\.Register|\\bRunAsync)\\(\"(\\w+)\"")]
    private static partial Regex LoopName();

    [GeneratedRegex(@"EventIds\.(\w+) \+ (\d+)")]
    private static partial Regex LogId();

    [GeneratedRegex(@"log event (\d+)")]
    private static partial Regex NamedLogId();
}
