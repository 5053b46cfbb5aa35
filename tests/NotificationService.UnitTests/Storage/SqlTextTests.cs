using NotificationService.Storage;

namespace NotificationService.UnitTests.Storage;

public sealed class SqlTextTests
{
    [Fact]
    public void A_variant_of_a_statement_has_its_own_parts_and_nothing_of_the_others()
    {
        var newest = SqlText.Statement("notifications_list", ["newest", "exact", "notifications", "by_mode"]);
        var ended = SqlText.Statement("notifications_list", ["ended", "filtered"]);

        newest.ShouldContain("n.live >= mode.live");
        newest.ShouldNotContain("n.reference = :reference");
        newest.ShouldNotContain("hit as materialized");
        ended.ShouldContain("d.status >= 70");
        ended.ShouldNotContain("n.live desc");
        foreach (var text in (string[])[newest, ended])
            text.ShouldNotContain("-- when");
    }
}
