namespace NotificationService.Webhooks;

/// <summary>The states' names in the API.</summary>
public static class MessageStates
{
    public const string Names = "pending, delivered, failed, dropped";

    public static string ToName(this MessageState state) => state switch
    {
        MessageState.Pending => "pending",
        MessageState.Delivered => "delivered",
        MessageState.Failed => "failed",
        MessageState.Dropped => "dropped",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "no such state"),
    };

    public static bool TryParse(string? name, out MessageState state)
    {
        state = name switch { "pending" => MessageState.Pending, "delivered" => MessageState.Delivered, "failed" => MessageState.Failed, "dropped" => MessageState.Dropped, _ => default };
        return state != default;
    }
}
