using NotificationService.Notifications;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Notifications;

public sealed class CheckBudgetTests
{
    private readonly ManualTime time = new();

    [Fact]
    public void Ten_thousand_ordinary_items_leave_most_of_it()
    {
        var budget = new CheckBudget(time);

        for (var item = 0; item < 10_000; item++)
            Check(budget, TimeSpan.FromMicroseconds(100));

        budget.IsSpent.ShouldBeFalse();
        Items(budget, TimeSpan.FromMilliseconds(250)).ShouldBe(12, "a second of four is used");
    }

    [Fact]
    public void Items_that_each_take_what_a_render_may_use_it_up_after_sixteen() =>
        Items(new CheckBudget(time), TimeSpan.FromMilliseconds(250)).ShouldBe(16);

    [Fact]
    public void A_machine_that_stands_still_costs_no_more_than_one_costly_item()
    {
        var budget = new CheckBudget(time);

        Check(budget, TimeSpan.FromMinutes(1));

        budget.IsSpent.ShouldBeFalse();
        Items(budget, TimeSpan.FromMilliseconds(300)).ShouldBe(13);
    }

    private int Items(CheckBudget budget, TimeSpan each)
    {
        var items = 0;
        for (; !budget.IsSpent; items++)
            Check(budget, each);
        return items;
    }

    private void Check(CheckBudget budget, TimeSpan takes)
    {
        budget.Begin();
        time.Advance(takes);
        budget.End();
    }
}
