using System.Text.Json;

namespace NotificationService.Testing.FakeProviders;

/// <summary>One call that a fake vendor was given, as it came.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="Delivery">Our id of the delivery, as the vendor is given it, or empty where the call carries none.</param>
public sealed record FakeCall(
    int Number, string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body, string Delivery, int Attempt, TimeSpan At)
{
    /// <summary>With its question mark, or empty.</summary>
    public string Query { get; init; } = "";

    /// <summary>Calls over one connection have the same.</summary>
    public string Connection { get; init; } = "";

    public JsonElement Json => JsonElement.Parse(Body);
}
