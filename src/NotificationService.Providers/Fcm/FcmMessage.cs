using System.Globalization;
using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Providers.Http;

namespace NotificationService.Providers.Fcm;

/// <summary>
/// One delivery as FCM's HTTP v1 API takes it: what is shown, what the app is given, and what each kind of device needs of
/// its own. Only the device token differs between the requests of one delivery, so the rest is written once.
/// </summary>
internal sealed class FcmMessage
{
    private const int LargestPayload = 4_096;
    private const int LongestLabel = 50;
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(28);

    private readonly FcmSettings settings;
    private readonly ProviderCall call;
    private readonly ChannelMessage.Push push;
    private readonly DateTimeOffset now;
    private readonly string tag;
    private readonly byte[] shown;
    private readonly byte[] data;

    private FcmMessage(FcmSettings settings, ProviderCall call, ChannelMessage.Push push, DateTimeOffset now)
    {
        (this.settings, this.call, this.push, this.now) = (settings, call, push, now);
        // Sent twice, it is still shown once: the second takes the place of the first.
        tag = push.CollapseKey ?? call.Delivery.Value.ToString();
        shown = Bytes(WriteShown);
        data = Bytes(WriteData);
    }

    /// <summary>The message, or why Google would refuse it.</summary>
    public static (FcmMessage? Message, ProviderResult.Rejected? Refusal) Of(FcmSettings settings, ProviderCall call, ChannelMessage.Push push, DateTimeOffset now)
    {
        if (push.Data.Keys.FirstOrDefault(IsReserved) is { } name)
            return (null, new ProviderResult.Rejected("data_reserved", $"push services keep the name {VendorText.Clean(name)} in data for themselves"));
        var message = new FcmMessage(settings, call, push, now);
        var size = message.shown.Length + message.data.Length;
        return size <= LargestPayload
            ? (message, null)
            : (null, new ProviderResult.Rejected("payload_too_large", $"a push notification has at most {LargestPayload} bytes with its data, this has {size}"));
    }

    /// <summary>Names that Google uses itself.</summary>
    public static bool IsReserved(string name) => name is "from" or "message_type"
        || name.StartsWith("google.", StringComparison.Ordinal) || name.StartsWith("gcm.notification.", StringComparison.Ordinal);

    public JsonBody For(string deviceToken)
    {
        var json = PooledJson.Rent();
        var writer = json.Writer;
        writer.WriteStartObject();
        writer.WriteStartObject("message"u8);
        writer.WriteString("token"u8, deviceToken);
        writer.WritePropertyName("notification"u8);
        writer.WriteRawValue(shown, skipInputValidation: true);
        writer.WritePropertyName("data"u8);
        writer.WriteRawValue(data, skipInputValidation: true);
        WriteAndroid(writer);
        WriteApple(writer);
        WriteWeb(writer);
        if (Label(call.Category) is { } label)
        {
            writer.WriteStartObject("fcmOptions"u8);
            writer.WriteString("analyticsLabel"u8, label);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        if (settings.DryRun)
            writer.WriteBoolean("validateOnly"u8, true);
        writer.WriteEndObject();
        writer.Flush();
        return new JsonBody(json);
    }

    private void WriteShown(Utf8JsonWriter writer)
    {
        writer.WriteString("title"u8, push.Title);
        writer.WriteString("body"u8, push.Body);
        if (push.ImageUrl is not null)
            writer.WriteString("image"u8, push.ImageUrl);
    }

    /// <summary>Our ids let the app report what was read; an address to open is the app's to open.</summary>
    private void WriteData(Utf8JsonWriter writer)
    {
        foreach (var (name, value) in push.Data.Where(entry => entry.Key is not ("notificationId" or "deliveryId")))
            writer.WriteString(name, value);
        if (push.ActionUrl is not null && !push.Data.ContainsKey("actionUrl"))
            writer.WriteString("actionUrl"u8, push.ActionUrl);
        writer.WriteString("notificationId"u8, call.Delivery.Notification.Value);
        writer.WriteString("deliveryId"u8, call.Delivery.Value);
    }

    private void WriteAndroid(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("android"u8);
        writer.WriteString("priority"u8, IsUrgent ? "HIGH"u8 : "NORMAL"u8);
        if (Life is { } seconds)
            writer.WriteString("ttl"u8, $"{seconds}s");
        if (push.CollapseKey is not null)
            writer.WriteString("collapseKey"u8, push.CollapseKey);
        writer.WriteStartObject("notification"u8);
        writer.WriteString("tag"u8, tag);
        if (settings.AndroidChannel is not null)
            writer.WriteString("channelId"u8, settings.AndroidChannel);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteApple(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("apns"u8);
        writer.WriteStartObject("headers"u8);
        writer.WriteString("apns-push-type"u8, "alert"u8);
        writer.WriteString("apns-priority"u8, IsUrgent ? "10"u8 : "5"u8);
        writer.WriteString("apns-collapse-id"u8, tag);
        if (call.ExpiresAt is { } end)
            writer.WriteString("apns-expiration"u8, end.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        writer.WriteEndObject();
        writer.WriteStartObject("payload"u8);
        writer.WriteStartObject("aps"u8);
        writer.WriteStartObject("alert"u8);
        writer.WriteString("title"u8, push.Title);
        writer.WriteString("body"u8, push.Body);
        writer.WriteEndObject();
        writer.WriteString("sound"u8, "default"u8);
        if (push.ImageUrl is not null)
            writer.WriteNumber("mutable-content"u8, 1); // the app fetches the picture before it shows
        writer.WriteEndObject();
        writer.WriteEndObject();
        if (push.ImageUrl is not null)
        {
            writer.WriteStartObject("fcmOptions"u8);
            writer.WriteString("image"u8, push.ImageUrl);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private void WriteWeb(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("webpush"u8);
        writer.WriteStartObject("headers"u8);
        writer.WriteString("Urgency"u8, IsUrgent ? "high"u8 : call.Priority == Priority.Low ? "low"u8 : "normal"u8);
        if (Life is { } seconds)
            writer.WriteString("TTL"u8, seconds.ToString(CultureInfo.InvariantCulture));
        writer.WriteEndObject();
        writer.WriteStartObject("notification"u8);
        writer.WriteString("tag"u8, tag);
        writer.WriteEndObject();
        // A browser follows https only.
        if (push.ActionUrl?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) == true)
        {
            writer.WriteStartObject("fcmOptions"u8);
            writer.WriteString("link"u8, push.ActionUrl);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private bool IsUrgent => call.Priority is Priority.Critical or Priority.High;

    /// <summary>Whole seconds that it may wait for the device; 0 is now or never.</summary>
    private long? Life => call.ExpiresAt is not { } end ? null : (long)Math.Clamp((end - now).TotalSeconds, 0, LongestLife.TotalSeconds);

    /// <summary>The category, as far as Google's reports take it.</summary>
    private static string? Label(string? category)
    {
        if (string.IsNullOrEmpty(category))
            return null;
        var label = string.Concat(category.Take(LongestLabel).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '~' or '%' ? c : '_'));
        return label;
    }

    private static byte[] Bytes(Action<Utf8JsonWriter> write)
    {
        var json = PooledJson.Rent();
        json.Writer.WriteStartObject();
        write(json.Writer);
        json.Writer.WriteEndObject();
        json.Writer.Flush();
        var bytes = json.Written.ToArray();
        json.Return();
        return bytes;
    }
}
