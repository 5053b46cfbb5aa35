using FsCheck;
using FsCheck.Fluent;
using NotificationService.Deliveries;

namespace NotificationService.UnitTests.Deliveries;

public sealed class ClaimSharesTests
{
    private static readonly Arbitrary<(int Rows, bool[] Work)> Claims = (
        from rows in Gen.Choose(1, 2_000)
        from work in Gen.ArrayOf(Gen.Elements(true, false), 4)
        select (rows, work)).ToArbitrary();

    [Fact]
    public void Every_class_has_a_share_at_any_time() => Prop.ForAll(Claims, claim =>
        Of(claim.Work).Of(claim.Rows).All(share => share >= 1)).QuickCheckThrowOnFailure();

    [Fact]
    public void While_something_critical_waits_the_others_still_fit_into_the_claim() => Prop.ForAll(Claims, claim =>
        claim.Rows < 8 || !claim.Work[0] || Of(claim.Work).Of(claim.Rows).Sum() <= claim.Rows).QuickCheckThrowOnFailure();

    [Fact]
    public void Those_that_have_work_share_what_the_idle_ones_leave()
    {
        Of([false, true, true, true]).Of(256)[1..].ShouldBe([178, 64, 13]);
        Of([false, false, true, false]).Of(256)[1..].ShouldBe([1, 254, 1]);
    }

    private static ClaimShares Of(bool[] work)
    {
        var shares = new ClaimShares();
        shares.Observe(work);
        return shares;
    }
}
