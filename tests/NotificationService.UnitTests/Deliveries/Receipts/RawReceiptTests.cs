using NotificationService.Deliveries.Receipts;

namespace NotificationService.UnitTests.Deliveries.Receipts;

public sealed class RawReceiptTests
{
    [Theory]
    [InlineData("""{"email":"ann@example.com","event":"delivered","sg_event_id":"e1"}""", """{"email":"[address]","event":"delivered","sg_event_id":"e1"}""")]
    [InlineData("""{"event":"open","ip":"192.0.2.7","useragent":"Mail"}""", """{"event":"open","ip":"[…]","useragent":"Mail"}""")]
    [InlineData("""{"id":"wamid.X","recipient_id":"14155550100","timestamp":"1795165200"}""", """{"id":"wamid.X","recipient_id":"[…]","timestamp":"1795165200"}""")]
    [InlineData("To=+14155550100&MessageStatus=delivered&Token=s3cret-token", "To=[number]&MessageStatus=delivered&Token=[secret]")]
    [InlineData("""{"url":"https://shop.example.com/login?key=abc","event":"click"}""", """{"url":"https://shop.example.com/login?[…]","event":"click"}""")]
    [InlineData("""{"url":"https:\/\/shop.example.com\/login?key=abc"}""", """{"url":"https:\/\/shop.example.com\/login?[…]"}""")]
    public void Secrets_addresses_and_numbers_are_taken_out(string sent, string kept) => RawReceipt.Clean(sent, ["s3cret-token", "x"]).ShouldBe(kept);

    [Fact]
    public void It_is_cut() => RawReceipt.Clean(new string('x', 1_000_000), []).Length.ShouldBe(RawReceipt.Longest);
}
