using System.Text.Json.Serialization;
using NotificationService.Notifications;

namespace NotificationService.Batches;

/// <summary>What became of a chunk's items. Kept, so that the same sequence is answered the same.</summary>
/// <param name="Accepted">Items that are notifications now.</param>
/// <param name="Rejected">Items that are not, and why, by their index in the call.</param>
/// <param name="Repeated">Items whose own idempotency key had been used for the same before, and the notification of then.</param>
public sealed record ChunkResult(int Accepted, IReadOnlyList<RejectedItem> Rejected, IReadOnlyList<RepeatedItem> Repeated);

/// <summary>An item that was not taken.</summary>
public sealed record RejectedItem(int Index, IReadOnlyList<ItemError> Errors);

/// <summary>What is wrong with an item.</summary>
/// <param name="Pointer">A JSON Pointer into the item.</param>
public sealed record ItemError(string Pointer, string Code, string Message)
{
    public static ItemError Of(RequestIssue issue) => new(issue.Pointer, issue.Code, issue.Message);
}

/// <summary>An item that had been accepted before under its own key.</summary>
public sealed record RepeatedItem(int Index, Guid Id);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ChunkResult))]
public sealed partial class ChunkJson : JsonSerializerContext;
