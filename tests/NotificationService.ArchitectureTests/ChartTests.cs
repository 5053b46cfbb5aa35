using System.Text.RegularExpressions;
using NotificationService.Testing;

namespace NotificationService.ArchitectureTests;

/// <summary>What can be checked of the Helm chart without Helm.</summary>
public sealed partial class ChartTests
{
    private static readonly string Chart = Path.Combine(Repository.Root, "charts", "notification-service");

    [Fact]
    public void Every_value_that_a_template_names_has_a_default()
    {
        var values = ValuePaths(File.ReadLines(Path.Combine(Chart, "values.yaml"))).ToHashSet(StringComparer.Ordinal);
        var named = Directory.GetFiles(Path.Combine(Chart, "templates")).SelectMany(file => Value().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value).Distinct(StringComparer.Ordinal).ToList();

        named.ShouldNotBeEmpty();
        named.Where(name => !values.Contains(name)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_named_template_that_is_included_is_defined()
    {
        var text = string.Join('\n', Directory.GetFiles(Path.Combine(Chart, "templates")).Select(File.ReadAllText));
        var defined = Define().Matches(text).Select(match => match.Groups[1].Value).ToList();

        Include().Matches(text).Select(match => match.Groups[1].Value).Distinct().ShouldBe(defined, ignoreOrder: true);
    }

    [Fact]
    public void Every_setting_in_the_chart_is_a_setting_of_the_service()
    {
        var text = string.Join('\n', Directory.GetFiles(Chart, "*", SearchOption.AllDirectories).Append(Path.Combine(Repository.Root, "docker-compose.yml")).Select(File.ReadAllText));

        Setting().Matches(text).Select(match => match.Value.Replace("__", ":", StringComparison.Ordinal)).Distinct()
            .Where(name => !Host.Configuration.KnownSettings.All.Contains(name)).ShouldBeEmpty();
    }

    /// <summary>Paths of keys such as api.resources, from YAML whose nesting is its indentation by two.</summary>
    private static IEnumerable<string> ValuePaths(IEnumerable<string> lines)
    {
        var path = new List<string>();
        foreach (var key in lines.Select(line => Key().Match(line)).Where(match => match.Success))
        {
            path.RemoveRange(key.Groups[1].Length / 2, path.Count - (key.Groups[1].Length / 2));
            path.Add(key.Groups[2].Value);
            yield return string.Join('.', path);
        }
    }

    [GeneratedRegex(@"\.Values\.([A-Za-z.]+)")]
    private static partial Regex Value();

    [GeneratedRegex("define \"([^\"]+)\"")]
    private static partial Regex Define();

    [GeneratedRegex("include \"([^\"]+)\"")]
    private static partial Regex Include();

    [GeneratedRegex(@"Notification__[A-Za-z_]+")]
    private static partial Regex Setting();

    [GeneratedRegex("^( *)([A-Za-z]+):")]
    private static partial Regex Key();
}
