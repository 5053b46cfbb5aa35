using System.Text.RegularExpressions;
using NotificationService.ArchitectureTests.Documents;
using NotificationService.Host.Configuration;

namespace NotificationService.ArchitectureTests;

/// <summary>docs/settings.md has every setting with the default and the bounds that the code has, and no document names one that does not exist.</summary>
public sealed partial class SettingsTests
{
    private static readonly HashSet<string> Documented =
        [.. Markdown.Rows(Markdown.Read("docs/settings.md"), "setting").SelectMany(row => Markdown.Words(row[0])).Select(name => name.Replace("__", ":", StringComparison.Ordinal))];

    [Fact]
    public void Every_setting_stands_in_the_document() =>
        KnownSettings.All.Where(setting => !Documented.Contains(setting)).ShouldBeEmpty("a line in docs/settings.md");

    [Fact]
    public void Every_default_and_every_bound_in_the_document_is_that_of_the_code() => GeneratedDocument.ShouldBeCurrent("docs/settings.md", SettingsTable.Regenerated);

    [Fact]
    public void Every_number_and_every_time_has_bounds()
    {
        SettingsTable.Settings.Count.ShouldBeGreaterThan(40);
        SettingsTable.Settings.Where(setting => setting.Bounds is null && (setting.Type == typeof(TimeSpan) || (setting.Type.IsPrimitive && setting.Type != typeof(bool))))
            .Select(setting => setting.Name).ShouldBeEmpty("give it [Bounds(…)]");
    }

    [Fact]
    public void Every_default_is_within_its_bounds() =>
        SettingsTable.Settings.Where(setting => setting.Bounds is { } bounds && !bounds.Allows(setting.Default!)).Select(setting => setting.Name).ShouldBeEmpty();

    [Fact]
    public void Every_setting_that_a_document_names_exists() =>
        Markdown.Files.SelectMany(file => Unknown(Markdown.Read(file)).Select(setting => $"{setting} in {file}")).ShouldBeEmpty();

    [Fact]
    public void A_planted_default_and_a_planted_bound_are_replaced_and_words_stay()
    {
        const string Planted = """
            | setting | default | bounds | meaning |
            | --- | --- | --- | --- |
            | `Notification__Delivery__Concurrency` | `7` | 1 to 2 | calls |
            | `Notification__Delivery__Retention` | never | | how long |
            | `Notification__Webhooks__TrustedRoots` | none | | a file |
            """;

        SettingsTable.Regenerated(Planted).ShouldBe("""
            | setting | default | bounds | meaning |
            | --- | --- | --- | --- |
            | `Notification__Delivery__Concurrency` | `200` | 1 to 5,000 | calls |
            | `Notification__Delivery__Retention` | `90.00:00:00` | `00:00:00` or more; `00:00:00` for ever | how long |
            | `Notification__Webhooks__TrustedRoots` | none | | a file |
            """);
    }

    [Fact]
    public void A_planted_setting_is_found() =>
        Unknown("`Notification__Roles`, `Notification__Webhooks__…`, `Notification__Kafka__Client__sasl.password` and `Notification__Delivery__Lese`").ShouldBe(["Notification:Delivery:Lese"]);

    /// <summary>Names of settings that are none, and that begin none: <c>Notification__Webhooks__…</c> is all of them.</summary>
    private static IEnumerable<string> Unknown(string text) => Setting().Matches(text)
        .Select(match => match.Value.TrimEnd('_', '.').Replace("__", ":", StringComparison.Ordinal))
        .Where(name => !KnownSettings.All.Any(known => known == name || known.StartsWith($"{name}:", StringComparison.Ordinal)
            || (known.EndsWith(":*", StringComparison.Ordinal) && name.StartsWith(known[..^1], StringComparison.Ordinal))))
        .Distinct(StringComparer.Ordinal);

    [GeneratedRegex(@"Notification__[\w.]+")]
    private static partial Regex Setting();
}
