using System.Buffers;
using System.Text;
using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Events;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.UnitTests.Events;

public sealed class EventJsonTests
{
    private static readonly NotificationId Notification = NotificationId.From(new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a10"));

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""{"code":null,"message":null}""")]
    [InlineData("""{"source":"receipt"}""")]
    public void What_has_no_reason_shows_none(string? detail)
    {
        var written = Write(Published(DeliveryStatus.Delivered, detail));

        written.TryGetProperty("reason", out _).ShouldBeFalse();
        written.GetProperty("failure").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public void What_has_one_shows_it()
    {
        var reason = Write(Published(DeliveryStatus.Bounced, """{"code":"550","message":"nobody"}""")).GetProperty("reason");

        (reason.GetProperty("code").GetString(), reason.GetProperty("message").GetString()).ShouldBe(("550", "nobody"));
    }

    private static DeliveryEvent Published(DeliveryStatus status, string? detail) =>
        new("evt_1", new TenantId(Guid.Empty), "delivery.delivered", Notification.Delivery(ChannelKind.Email), 2, DateTimeOffset.UnixEpoch, status) { Detail = detail };

    private static JsonElement Write(DeliveryEvent published)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, ReadableJson.Writer))
            EventJson.WriteData(json, published, full: true);
        return JsonElement.Parse(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
