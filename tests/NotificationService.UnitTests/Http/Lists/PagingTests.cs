using System.Text.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Storage;

namespace NotificationService.UnitTests.Http.Lists;

public sealed class PagingTests
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);
    private static readonly Guid[] Ids = [.. Enumerable.Range(1, 3).Select(i => new Guid(i, 0, 0, new byte[8]))];

    [Fact]
    public void The_item_too_many_shows_that_there_are_more()
    {
        var page = Respond(new Paging(1, 2, After: null, ByCursor: true), Ids);

        page.Items.ShouldBe(Ids[..2]);
        ListCursor.TryRead(page.NextCursor!, "scope", out var after).ShouldBeTrue();
        after.ShouldBe(Ids[1]);
        Respond(new Paging(1, 3, After: null, ByCursor: true), Ids).NextCursor.ShouldBeNull();
    }

    [Fact]
    public void A_page_that_stopped_before_it_was_full_says_where_to_go_on()
    {
        var paging = new Paging(1, 50, After: null, ByCursor: false);

        var page = paging.Respond(PageResult.Of<Guid>([], id => id, paging.Request, stoppedAt: Ids[2]), id => id, "scope");

        page.Items.ShouldBeEmpty();
        ListCursor.TryRead(page.NextCursor!, "scope", out var after).ShouldBeTrue();
        after.ShouldBe(Ids[2]);
        page.Pagination.ShouldBe(new Pagination(1, 50, HasNext: false, HasPrev: false));
    }

    [Fact]
    public void A_numbered_page_at_the_end_knows_the_total_without_counting()
    {
        Respond(new Paging(3, 10, After: null, ByCursor: false), Ids).Pagination.ShouldBe(new Pagination(3, 10, HasNext: false, HasPrev: true, Total: 23, TotalIsExact: true, TotalPages: 3));
        Respond(new Paging(3, 10, After: null, ByCursor: false), []).Pagination.ShouldBe(new Pagination(3, 10, HasNext: false, HasPrev: true));
        Respond(new Paging(1, 10, After: null, ByCursor: false), []).Pagination.ShouldBe(new Pagination(1, 10, HasNext: false, HasPrev: false, Total: 0, TotalIsExact: true, TotalPages: 0));
    }

    [Fact]
    public void A_numbered_page_reaches_ten_thousand_items_and_a_cursor_goes_on_from_there()
    {
        var paging = new Paging(PageRequest.Reach / 2, 2, After: null, ByCursor: false);

        var page = Respond(paging, Ids);

        page.Pagination.ShouldNotBeNull().HasNext.ShouldBeFalse();
        page.NextCursor.ShouldNotBeNull();
    }

    [Fact]
    public void Rows_that_come_between_reading_and_counting_break_nothing()
    {
        var request = PageRequest.ByNumber(1, 2);
        var result = PageResult.Of(Ids, id => id, request);

        result.With(new ListTotal(1, IsExact: true), request).Total.ShouldBe(new ListTotal(3, IsExact: true));
        var total = result.With(ListTotal.Of(PageRequest.Reach + 1), request).Total.ShouldNotBeNull();
        (total.Count, total.IsExact).ShouldBe((PageRequest.Reach, false));
    }

    [Fact]
    public void What_has_no_value_is_left_out()
    {
        JsonSerializer.Serialize(new Page<int>([], new Pagination(1, 50, HasNext: false, HasPrev: false)), Web)
            .ShouldBe("""{"items":[],"pagination":{"page":1,"limit":50,"hasNext":false,"hasPrev":false}}""");
        JsonSerializer.Serialize(new Page<int>([]), Web).ShouldBe("""{"items":[]}""");
    }

    private static Page<Guid> Respond(Paging paging, Guid[] read) => paging.Respond(PageResult.Of(read, id => id, paging.Request), id => id, "scope");
}
