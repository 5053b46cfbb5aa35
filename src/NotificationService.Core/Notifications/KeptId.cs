using System.Text;
using System.Text.Json;

namespace NotificationService.Notifications;

/// <summary>
/// What is kept under the key of one of many items: its notification's id, which is all that anybody is given of it again. A whole response would be
/// written for each item, and stored for as long as the key, for nobody.
/// </summary>
internal static class KeptId
{
    /// <summary>JSON in UTF-8.</summary>
    public static byte[] Of(NotificationId id) => Encoding.UTF8.GetBytes($$"""{"id":"{{id.Value}}"}""");

    /// <summary>The id in it; a whole response has it in the same place. Null in what is kept of anything else.</summary>
    public static Guid? In(StoredResponse before)
    {
        using var json = JsonDocument.Parse(before.Response);
        return json.RootElement.TryGetProperty("id", out var id) && id.TryGetGuid(out var value) ? value : null;
    }
}
