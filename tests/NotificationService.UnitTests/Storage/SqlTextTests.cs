using NotificationService.Storage;

namespace NotificationService.UnitTests.Storage;

public sealed class SqlTextTests
{
    [Fact]
    public void A_variant_of_a_statement_has_its_own_parts_and_nothing_of_the_others()
    {
        var newest = SqlText.Statement("notifications_list", ["newest", "exact", "notifications", "by_mode", "merged"]);
        var ended = SqlText.Statement("notifications_list", ["ended", "filtered"]);

        newest.ShouldContain("n.live >= mode.live");
        newest.ShouldNotContain("n.reference = :reference");
        newest.ShouldNotContain("hit as materialized");
        ended.ShouldContain("d.status >= 70");
        ended.ShouldNotContain("n.live desc");
        foreach (var text in (string[])[newest, ended])
            text.ShouldNotContain("-- when");
    }

    [Fact]
    public void What_statements_have_in_common_stands_in_each_of_them()
    {
        foreach (var name in (string[])["notifications_accept", "deliveries_complete", "deliveries_apply_receipt", "deliveries_cancel", "deliveries_retry", "batches_cancel_next"])
        {
            var text = SqlText.Statement(name);

            text.ShouldContain("insert into timeline (tenant_id, delivery_id, seq, status, at, detail)");
            text.ShouldContain("where status >= 40 order by delivery_id, seq");
            text.ShouldNotContain("{");
        }
    }

    [Fact]
    public void A_part_that_is_none_is_named() => Should.Throw<InvalidOperationException>(() => SqlNames.Replace("select 1, {include nothing}")).Message.ShouldContain("Sql/Parts/nothing");
}
