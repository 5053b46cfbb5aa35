using System.Text.Json;

namespace NotificationService.Testing.FakeProviders;

/// <summary>
/// What a fake vendor knows of its own API: where our ids are, which requests break its rules, and how it says yes. The
/// rules are the vendor's published ones, so that a request that a fake takes would not be refused for its form by the vendor.
/// </summary>
public abstract class FakeContract
{
    /// <summary>Whether the call hands a message over; anything else is answered by <see cref="Ask"/>.</summary>
    public virtual bool IsSend(FakeCall call) => call.Method == "POST";

    /// <summary>Our id of the delivery and the attempt; empty where the call carries none.</summary>
    public abstract (string Delivery, int Attempt) IdsOf(FakeCall call);

    /// <summary>The vendor's response to a request that breaks its rules, or null.</summary>
    public abstract FakeResponse? Refusal(FakeCall call);

    public abstract FakeResponse Accept(FakeCall call);

    /// <summary>The answer to what hands nothing over: a look at the account, a token.</summary>
    public abstract FakeResponse Ask(FakeCall call);

    /// <summary>A property of an object, or null where either is none.</summary>
    protected static JsonElement? Get(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty(name, out var value) ? value : null;

    protected static string? Text(JsonElement? element) => element is { ValueKind: JsonValueKind.String } found ? found.GetString() : null;

    protected static JsonElement? Parse(string body)
    {
        try
        {
            return JsonElement.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
