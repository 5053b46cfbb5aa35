using System.Text.RegularExpressions;
using NotificationService.Testing;

namespace NotificationService.ArchitectureTests;

public sealed partial class JsonResponsesTests
{
    [Fact]
    public void Answers_in_JSON_are_made_in_one_place_so_that_all_are_written_alike()
    {
        var others = Directory.GetFiles(Path.Combine(Repository.Root, "src", "NotificationService.Host"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && Path.GetFileName(file) != "JsonResponse.cs")
            .Where(file => File.ReadAllText(file).Contains("Results.Json(", StringComparison.Ordinal))
            .Select(Path.GetFileName);

        others.ShouldBeEmpty("use JsonResponse.Of");
    }

    /// <summary>A mail's header and a template's author have forms of their own.</summary>
    [Fact]
    public void Times_are_written_in_one_place_so_that_all_are_written_alike()
    {
        string[] formats = ["Rfc3339.cs", "SmtpMail.cs", "TemplateFormats.cs"];

        Files("*.cs").Where(file => !formats.Contains(Path.GetFileName(file)) && Times().IsMatch(File.ReadAllText(file))).Select(Path.GetFileName).ShouldBeEmpty("use Rfc3339");
    }

    /// <summary>What statements build are facts that C# reads: of events, of the devices of a push, of suppressed addresses, of a file's bad rows.</summary>
    [Fact]
    public void No_statement_builds_JSON_that_others_are_given() =>
        Files("*.sql").Where(file => !file.Contains("Migrations", StringComparison.Ordinal) && File.ReadAllText(file).Contains("_build_object(", StringComparison.Ordinal))
            .Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)
            .ShouldBe(["bulk_results_range", "cause", "daily_counts_take", "notifications_load", "provider_suspensions_lift", "provider_suspensions_suspend", "publish_audit_entry", "publish_batch_event", "publish_bulk_job_event", "recipients_show", "stopped_devices", "webhook_endpoints_note"]);

    private static IEnumerable<string> Files(string pattern) => Directory.GetFiles(Path.Combine(Repository.Root, "src"), pattern, SearchOption.AllDirectories)
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    [GeneratedRegex(@"yyyy-MM|:O\}|""[Oo]""|WriteString\([^;]*UtcDateTime")]
    private static partial Regex Times();
}
