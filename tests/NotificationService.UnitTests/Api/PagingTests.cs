using NotificationService.Host.Api;

namespace NotificationService.UnitTests.Api;

public sealed class PagingTests
{
    private static readonly Guid First = new("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11");

    [Fact]
    public void A_row_that_comes_between_reading_and_counting_breaks_nothing() =>
        new Paging(1, 50, After: null, ByCursor: false).Numbered<Guid>([], total: 1, id => id, "scope").NextCursor.ShouldBeNull();

    [Fact]
    public void A_numbered_page_with_more_behind_it_tells_where_to_walk_on()
    {
        var paging = new Paging(1, 1, After: null, ByCursor: false);

        var cursor = paging.Numbered([First], total: 2, id => id, "scope").NextCursor.ShouldNotBeNull();

        ListCursor.TryRead(cursor, "scope", out var id).ShouldBeTrue();
        id.ShouldBe(First);
        paging.Numbered([First], total: 1, id => id, "scope").NextCursor.ShouldBeNull();
    }
}
