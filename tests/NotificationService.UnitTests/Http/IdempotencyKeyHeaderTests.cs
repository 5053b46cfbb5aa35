using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using NotificationService.Host.Http;

namespace NotificationService.UnitTests.Http;

public sealed class IdempotencyKeyHeaderTests
{
    [Theory]
    [InlineData("order-1009", "order-1009")]
    [InlineData("\"order-1009\"", "order-1009")]
    [InlineData("!#$%&'*+-.^_`|~:/", "!#$%&'*+-.^_`|~:/")]
    public void A_key_is_read_bare_or_quoted(string value, string expected)
    {
        Read(value, out var key).ShouldBeTrue();

        key.ShouldBe(expected);
    }

    [Fact]
    public void No_header_is_no_key()
    {
        IdempotencyKeyHeader.TryRead(new DefaultHttpContext().Request, out var key, out _).ShouldBeTrue();

        key.ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"\"")]
    [InlineData("a b")]
    [InlineData("a\tb")]
    [InlineData("key-😀")]
    [InlineData("\"half")]
    [InlineData("a\"b")]
    public void Anything_else_is_refused(string value) => Read(value, out _).ShouldBeFalse();

    [Fact]
    public void It_has_at_most_255_characters()
    {
        Read(new string('k', 255), out _).ShouldBeTrue();
        Read(new string('k', 256), out _).ShouldBeFalse();
    }

    [Fact]
    public void It_stands_once()
    {
        var request = new DefaultHttpContext().Request;
        request.Headers[IdempotencyKeyHeader.Name] = new StringValues(["a", "b"]);

        IdempotencyKeyHeader.TryRead(request, out _, out var refusal).ShouldBeFalse();

        (refusal!.Value.Status, refusal.Value.Code).ShouldBe((400, "idempotency_key_invalid"));
    }

    private static bool Read(string value, out string? key)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers[IdempotencyKeyHeader.Name] = new StringValues([value]);
        return IdempotencyKeyHeader.TryRead(request, out key, out _);
    }
}
