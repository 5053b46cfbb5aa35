using System.Buffers;
using System.Text;
using System.Text.Json;
using NotificationService.Storage;

namespace NotificationService.Deliveries.Devices;

/// <summary>
/// Where each of several devices of a push stands. Kept in the delivery's row from the first call's result on, in the form in which the
/// timeline, the API and the events show it.
/// </summary>
public sealed record DeviceStates(IReadOnlyList<DeviceState> Items)
{
    public int Reached => Items.Count(device => device.Outcome == DeviceOutcome.Accepted);

    public int Total => Items.Count;

    /// <summary>When the next one is to be called; null once nothing more is done.</summary>
    public DateTimeOffset? NextAttemptAt => Items.Min(device => device.NextAttemptAt);

    /// <summary>For a timeline, such as "1 of 2 devices have it".</summary>
    public string Words => $"{Reached} of {Total} devices have it";

    public DeviceStates GiveUp() => new([.. Items.Select(device => device.GiveUp())]);

    public static DeviceStates Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Read(document.RootElement);
    }

    public static DeviceStates Read(JsonElement devices) => new([.. devices.GetProperty("outcomes").EnumerateArray().Select(ReadOne)]);

    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(64 + (128 * Items.Count));
        using (var json = new Utf8JsonWriter(buffer))
            Write(json);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("reached", Reached);
        json.WriteNumber("total", Total);
        json.WriteStartArray("outcomes");
        foreach (var device in Items)
            WriteOne(json, device);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static DeviceState ReadOne(JsonElement device) => new(
        device.GetProperty("device").GetString() ?? "",
        DeviceOutcomes.Parse(device.GetProperty("outcome").GetString() ?? ""),
        device.GetProperty("attempts").GetInt32(),
        device.TryGetProperty("code", out var code) ? code.GetString() : null,
        device.TryGetProperty("ambiguous", out var ambiguous) && ambiguous.GetBoolean(),
        device.TryGetProperty("nextAttemptAt", out var next) ? next.GetDateTimeOffset() : null);

    private static void WriteOne(Utf8JsonWriter json, DeviceState device)
    {
        json.WriteStartObject();
        json.WriteString("device", device.Device);
        json.WriteString("outcome", device.Outcome.ToName());
        json.WriteNumber("attempts", device.Attempts);
        if (device.Code is not null)
            json.WriteString("code", device.Code);
        if (device.IsAmbiguous)
            json.WriteBoolean("ambiguous", true);
        if (device.NextAttemptAt is { } next)
            json.WriteTime("nextAttemptAt", next);
        json.WriteEndObject();
    }
}
