using NotificationService.Webhooks;

namespace NotificationService.UnitTests.Webhooks;

public sealed class HeaderRulesTests
{
    [Theory]
    [InlineData("Authorization", "Bearer abc.def-ghi")]
    [InlineData("Authorization", "Basic dXNlcjpwYXNz")]
    [InlineData("X-Api-Key", "a b;c=\"d\", {e}")]
    [InlineData("Cookie", "a=b")]
    [InlineData("x_y!#$%&'*+-.^`|~1", "1")]
    public void What_a_receiver_may_ask_for_is_sent(string name, string value) => HeaderRules.FaultOf(new WebhookHeader(name, value)).ShouldBeNull();

    [Theory]
    [InlineData("Host")]
    [InlineData("host")]
    [InlineData("Content-Length")]
    [InlineData("Content-Type")]
    [InlineData("Content-Encoding")]
    [InlineData("Transfer-Encoding")]
    [InlineData("Connection")]
    [InlineData("Keep-Alive")]
    [InlineData("Proxy-Connection")]
    [InlineData("Proxy-Authorization")]
    [InlineData("TE")]
    [InlineData("Trailer")]
    [InlineData("Upgrade")]
    [InlineData("Expect")]
    [InlineData("Accept-Encoding")]
    [InlineData("User-Agent")]
    [InlineData("Forwarded")]
    [InlineData("X-Forwarded-For")]
    [InlineData("webhook-id")]
    [InlineData("Webhook-Timestamp")]
    [InlineData("Webhook-Signature")]
    [InlineData("WEBHOOK-anything")]
    [InlineData("Last-Modified")] // a response's
    [InlineData("")]
    [InlineData(" X-A")]
    [InlineData("X A")]
    [InlineData("X-A:")]
    [InlineData(":method")]
    [InlineData("X-A\r\nHost")]
    [InlineData("X-Ä")]
    [InlineData("X(A)")]
    public void A_header_that_is_ours_the_connections_or_none_is_refused(string name) => HeaderRules.FaultOf(new WebhookHeader(name, "1")).ShouldNotBeNull();

    [Theory]
    [InlineData("a\r\nHost: evil")]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    [InlineData("a\0b")]
    [InlineData("a\tb")]
    [InlineData("a\u007fb")]
    [InlineData("é")]
    [InlineData("a\u2028b")]
    [InlineData("")]
    [InlineData(" a")]
    [InlineData("a ")]
    public void A_value_that_would_break_the_line_or_is_not_plain_is_refused(string value) => HeaderRules.FaultOf(new WebhookHeader("X-A", value)).ShouldNotBeNull();

    [Fact]
    public void Names_and_values_have_their_longest()
    {
        HeaderRules.FaultOf(new WebhookHeader(new string('a', 90), new string('b', 2048))).ShouldBeNull();
        HeaderRules.FaultOf(new WebhookHeader(new string('a', 91), "1")).ShouldNotBeNull();
        HeaderRules.FaultOf(new WebhookHeader("X-A", new string('b', 2049))).ShouldNotBeNull();
    }

    [Fact]
    public void However_many_are_given_they_are_refused_in_one_word_and_at_once()
    {
        var given = Enumerable.Range(0, 50_000).ToDictionary(i => $"X-{i}", string? (_) => "1");
        var began = TimeProvider.System.GetTimestamp();

        HeaderRules.ErrorsOf(given, new Dictionary<string, int>()).ShouldHaveSingleItem().Pointer.ShouldBe("/headers");

        TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    /// <summary>Some names are known to the HTTP client, which takes only what fits their grammar.</summary>
    [Theory]
    [InlineData("If-Modified-Since", "yesterday")]
    [InlineData("Range", "all of it")]
    public void A_value_that_the_name_does_not_take_is_refused(string name, string value) => HeaderRules.FaultOf(new WebhookHeader(name, value)).ShouldNotBeNull();
}
