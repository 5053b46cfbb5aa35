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

public sealed class DeliveryEventJsonTests
{
    private const string OneOfTwo =
        """{"code":"some_devices","message":"1 of 2 devices have it; gone","devices":{"reached":1,"total":2,"outcomes":[{"device":"2b4c1f0a9d3e","outcome":"accepted","attempts":1},{"device":"90ad77c1e254","outcome":"given_up","attempts":7,"code":"UNAVAILABLE"}]}}""";

    [Fact]
    public void A_push_to_several_devices_shows_what_became_of_each()
    {
        var published = Published(Event(ChannelKind.Push) with { Detail = OneOfTwo }, full: true);

        published.GetProperty("reason").GetProperty("message").GetString().ShouldBe("1 of 2 devices have it; gone");
        published.GetProperty("devices").GetProperty("outcomes").EnumerateArray().Select(device => device.GetProperty("outcome").GetString()).ShouldBe(["accepted", "given_up"]);
    }

    [Fact]
    public void A_thin_event_only_counts_them() =>
        Published(Event(ChannelKind.Push) with { Detail = OneOfTwo }, full: false).GetProperty("devices").GetRawText().ShouldBe("""{"reached":1,"total":2}""");

    [Fact]
    public void Where_all_have_it_no_reason_is_given() =>
        Published(Event(ChannelKind.Push) with { Detail = """{"devices":{"reached":2,"total":2,"outcomes":[]}}""" }, full: true).TryGetProperty("reason", out _).ShouldBeFalse();

    [Fact]
    public void A_text_message_shows_its_segments_and_nothing_else_does()
    {
        var published = Published(Event(ChannelKind.Sms) with { Segments = 2, Encoding = SmsEncoding.Ucs2 }, full: true);

        (published.GetProperty("segments").GetInt32(), published.GetProperty("smsEncoding").GetString()).ShouldBe((2, "ucs2"));
        Published(Event(ChannelKind.Email), full: true).TryGetProperty("segments", out _).ShouldBeFalse();
    }

    private static DeliveryEvent Event(ChannelKind channel) => new(
        "evt_1", new TenantId(Guid.Empty), "delivery.sent", NotificationId.From(new Ids(TimeProvider.System).Next()).Delivery(channel), 1, DateTimeOffset.UnixEpoch, DeliveryStatus.Sent);

    private static JsonElement Published(DeliveryEvent published, bool full)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            EventJson.WriteData(json, published, full);
        return JsonElement.Parse(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
