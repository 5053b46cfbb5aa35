using System.Text.Json;

namespace NotificationService.Testing.FakeProviders;

/// <summary>One call that a fake vendor was given, as it came.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="Delivery">Our id of the delivery, or empty where the call carries none.</param>
public sealed record FakeCall(
    int Number, string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body, string Delivery, int Attempt, TimeSpan At)
{
    /// <summary>Calls over one connection have the same.</summary>
    public string Connection { get; init; } = "";

    public JsonElement Json => JsonElement.Parse(Body);

    /// <summary>Finds SendGrid's <c>custom_args</c>.</summary>
    internal static (string Delivery, int Attempt) IdsOf(string body)
    {
        try
        {
            var arguments = JsonElement.Parse(body).GetProperty("personalizations")[0].GetProperty("custom_args");
            return (arguments.GetProperty("delivery_id").GetString()!, int.Parse(arguments.GetProperty("attempt").GetString()!));
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            return ("", 0);
        }
    }
}
