using NotificationService.Events;

namespace NotificationService.UnitTests.Events;

public sealed class TimelineDetailTests
{
    private const string Devices = """{"total": 2, "reached": 1, "outcomes": []}""";

    [Theory]
    [InlineData("""{"cause":1}""", """{"code":"cancelled","message":"cancelled by the caller"}""")]
    [InlineData("""{"cause":2}""", """{"code":"batch_cancelled","message":"its batch was cancelled"}""")]
    [InlineData("""{"cause":3,"channel":2}""", """{"code":"not_needed","message":"sms reached the recipient"}""")]
    [InlineData("""{"cause":4,"channel":1,"status":70}""", """{"code":"fallback","message":"email was suppressed"}""")]
    [InlineData("""{"cause":4,"channel":1,"status":71}""", """{"code":"fallback","message":"email expired"}""")]
    [InlineData("""{"cause":4,"channel":1,"status":73}""", """{"code":"fallback","message":"email failed"}""")]
    [InlineData("""{"cause":4,"channel":1,"status":74}""", """{"code":"fallback","message":"email bounced"}""")]
    [InlineData("""{"cause":5}""", """{"code":"retried","message":"put back into the queue by hand"}""")]
    [InlineData("""{"cause":6}""", """{"code":"fallback","message":"put back by hand; waits for the channels before it"}""")]
    [InlineData("""{"cause":1,"devices":""" + Devices + "}", """{"code":"cancelled","message":"1 of 2 devices have it; cancelled by the caller","devices":{"total":2,"reached":1,"outcomes":[]}}""")]
    public void What_a_statement_noted_is_put_into_words(string facts, string published) => TimelineDetail.Published(facts).ShouldBe(published);

    [Theory]
    [InlineData(null)]
    [InlineData("""{"code":"http_503","message":"away"}""")]
    [InlineData("""{"code":"x","message":"the \"cause\": unknown"}""")]
    [InlineData("""{"code":"x","message":"\"cause\""}""")]
    public void What_a_worker_wrote_is_published_as_it_is(string? detail) => TimelineDetail.Published(detail).ShouldBe(detail);

    [Fact]
    public void Each_cause_has_words() => Enum.GetValues<StatusCause>()
        .ShouldAllBe(cause => TimelineDetail.Published($$"""{"cause":{{(short)cause}},"channel":1,"status":73}""")!.StartsWith("{\"code\":"));
}
