using Microsoft.AspNetCore.Http;
using NotificationService.Host.Http.Lists;

namespace NotificationService.UnitTests.Http.Lists;

public sealed class QueryReaderTests
{
    [Fact]
    public void Page_and_limit_have_defaults()
    {
        var query = Query("");

        query.Paging().ShouldBe(new Paging(1, 50, After: null, ByCursor: false));
        query.Refusal().ShouldBeNull();
    }

    [Theory]
    [InlineData("?limit=0", "/query/limit", "limit_range")]
    [InlineData("?limit=101", "/query/limit", "limit_range")]
    [InlineData("?limit=-1", "/query/limit", "limit_range")]
    [InlineData("?limit=1000000000", "/query/limit", "limit_range")]
    [InlineData("?limit=ten", "/query/limit", "limit_range")]
    [InlineData("?limit=%D9%A1", "/query/limit", "limit_range")]
    [InlineData("?limit=", "/query/limit", "limit_range")]
    [InlineData("?limit=5&limit=6", "/query/limit", "duplicate_parameter")]
    [InlineData("?page=0", "/query/page", "page_range")]
    [InlineData("?page=99999999999", "/query/page", "page_range")]
    [InlineData("?cursor=garbage", "/query/cursor", "cursor_invalid")]
    [InlineData("?limt=5", "/query/limt", "unknown_parameter")]
    [InlineData("?sort=created_at%3Bdrop%20table", "/query/sort", "unknown_parameter")]
    public void A_wrong_parameter_is_named(string text, string pointer, string code)
    {
        var query = Query(text);
        query.Paging("scope");

        var problem = query.Refusal()!.Value;

        problem.Status.ShouldBe(422);
        var error = problem.Errors!.ShouldHaveSingleItem();
        (error.Pointer, error.Code).ShouldBe((pointer, code));
    }

    [Theory]
    [InlineData("2026-01-31T09:30:00Z")]
    [InlineData("2026-01-31T10:30:00%2B01:00")]
    [InlineData("2026-01-31T09:30:00.000Z")]
    [InlineData("2026-01-31T09:30:00.000000099Z")]
    public void An_instant_is_read_as_RFC_3339_writes_it(string text) =>
        Query($"?since={text}").Instant("since").ShouldBe(new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero));

    [Theory]
    [InlineData("2026-13-45T00:00:00Z")]
    [InlineData("2026-13-45")]
    [InlineData("2026-01-31")]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("10000-01-01T00:00:00Z")]
    [InlineData("2026-01-31T24:00:00Z")]
    [InlineData("2026-12-31T23:59:60Z")]
    [InlineData("2026-01-31T09:30:00")]
    [InlineData("2026-01-31T09:30:00%2B25:00")]
    [InlineData("٢٠٢٦-01-31T09:30:00Z")]
    [InlineData("1767000000")]
    [InlineData("")]
    public void Anything_else_is_no_instant(string text)
    {
        var query = Query($"?since={text}");

        query.Instant("since").ShouldBeNull();

        query.Refusal()!.Value.Errors!.ShouldHaveSingleItem().Code.ShouldBe("datetime_invalid");
    }

    [Fact]
    public void A_cursor_is_of_use_only_where_it_was_given_out()
    {
        var id = Guid.Parse("01890a5d-ac96-774b-bcce-b302099a8057");
        var cursor = ListCursor.Write(id, "tenant-a|notifications|status=failed");

        ListCursor.TryRead(cursor, "tenant-a|notifications|status=failed", out var read).ShouldBeTrue();
        read.ShouldBe(id);
        ListCursor.TryRead(cursor, "tenant-b|notifications|status=failed", out _).ShouldBeFalse();
        ListCursor.TryRead(cursor, "tenant-a|notifications|status=sent", out _).ShouldBeFalse();
        ListCursor.TryRead($"B{cursor[1..]}", "tenant-a|notifications|status=failed", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData(1, 50, 0, 0, false, false)]
    [InlineData(1, 50, 50, 1, false, false)]
    [InlineData(1, 50, 51, 2, true, false)]
    [InlineData(2, 50, 51, 2, false, true)]
    public void A_numbered_page_knows_where_it_stands(int page, int limit, int total, int pages, bool next, bool previous) =>
        new Paging(page, limit, After: null, ByCursor: false).Numbered<int>([], total).Pagination.ShouldBe(new Pagination(page, limit, next, previous, total, TotalIsExact: true, pages));

    private static QueryReader Query(string text) =>
        new(new DefaultHttpContext { Request = { QueryString = new QueryString(text) } }.Request);
}
