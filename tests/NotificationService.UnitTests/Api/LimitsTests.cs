using NotificationService.Host.Api;
using NotificationService.Host.Configuration;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Api;

/// <summary>What the documents say of limits is what the code holds.</summary>
public sealed class LimitsTests
{
    private const string Document = "docs/limits.md";

    [Fact]
    public void The_table_of_the_docs_is_the_codes()
    {
        var rows = File.ReadAllLines(Path.Combine(Repository.Root, Document)).Where(line => line.StartsWith('|')).ToArray();

        // Where this fails: what the table has to be stands in the message.
        string.Join('\n', rows).ShouldBe(Limits.Table);
    }

    [Fact]
    public void Every_setting_that_changes_a_limit_is_a_setting()
    {
        foreach (var limit in Limits.All.Where(limit => limit.Setting is not null))
            KnownSettings.All.ShouldContain(limit.Setting!.Replace("__", ":", StringComparison.Ordinal));
    }

    [Fact]
    public void No_limit_stands_twice_and_each_says_what_happens_beyond_it()
    {
        Limits.All.Select(limit => limit.Of).ShouldBeUnique();
        Limits.All.ShouldAllBe(limit => limit.Value.Any(char.IsAsciiDigit) && limit.Response.Length > 0);
    }
}
