using NotificationService.Telemetry;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Telemetry;

public sealed class StepTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly ManualTime time = new();
    private readonly Step step;

    public StepTests() => step = new Step("claim", isEssential: true, Bound, time);

    [Fact]
    public void It_is_well_until_it_has_failed_for_longer_than_its_bound_and_names_the_reason()
    {
        step.IsWell.ShouldBeTrue();
        step.Fail("42501");
        time.Advance(Bound / 2);
        step.Fail("42501");
        step.IsWell.ShouldBeTrue();

        time.Advance(Bound);
        step.Fail("55P03");

        step.IsWell.ShouldBeFalse();
        step.Detail.ShouldBe("failing for 45 s (55P03)");
        step.Failed.ShouldBe(3);
    }

    [Fact]
    public void One_success_makes_it_well_and_what_fails_later_is_counted_from_there()
    {
        FailFor(Bound);

        step.Succeed();
        step.IsWell.ShouldBeTrue();
        step.Detail.ShouldBe("succeeds");

        time.Advance(Bound);
        step.Fail("42501");
        step.IsWell.ShouldBeTrue();
    }

    [Fact]
    public void What_is_not_tried_any_more_is_not_held_against_it()
    {
        FailFor(Bound);
        step.IsWell.ShouldBeFalse();

        time.Advance(5 * Bound);

        step.IsWell.ShouldBeTrue();
    }

    private void FailFor(TimeSpan span)
    {
        step.Fail("42501");
        time.Advance(span);
        step.Fail("42501");
    }
}
