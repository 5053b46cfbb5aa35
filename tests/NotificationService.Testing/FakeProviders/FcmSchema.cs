using System.Text.Json;
using System.Text.RegularExpressions;

namespace NotificationService.Testing.FakeProviders;

/// <summary>The fields of FCM's HTTP v1 API, as Google's discovery document lists them: an unknown field or another type is refused.</summary>
internal static partial class FcmSchema
{
    private const string Labels = "analyticsLabel:text";

    private static readonly Dictionary<string, Dictionary<string, string>> Types = new(StringComparer.Ordinal)
    {
        ["SendMessageRequest"] = Fields("message:Message validateOnly:flag"),
        ["Message"] = Fields("name:text token:text topic:text condition:text notification:Notification data:texts android:Android apns:Apns webpush:Webpush fcmOptions:FcmOptions"),
        ["Notification"] = Fields("title:text body:text image:text"),
        ["FcmOptions"] = Fields(Labels),
        ["Android"] = Fields(
            "collapseKey:text priority:NORMAL|HIGH ttl:duration restrictedPackageName:text data:texts notification:AndroidNotification fcmOptions:FcmOptions directBootOk:flag bandwidthConstrainedOk:flag"),
        ["AndroidNotification"] = Fields(
            "title:text body:text icon:text color:text sound:text tag:text clickAction:text bodyLocKey:text bodyLocArgs:list titleLocKey:text titleLocArgs:list channelId:text ticker:text "
            + "sticky:flag eventTime:text localOnly:flag notificationPriority:PRIORITY_MIN|PRIORITY_LOW|PRIORITY_DEFAULT|PRIORITY_HIGH|PRIORITY_MAX defaultSound:flag defaultVibrateTimings:flag "
            + "defaultLightSettings:flag vibrateTimings:list visibility:PRIVATE|PUBLIC|SECRET notificationCount:number lightSettings:object image:text bypassProxyNotification:flag proxy:ALLOW|DENY|IF_PRIORITY_LOWERED"),
        ["Apns"] = Fields("headers:texts payload:object fcmOptions:ApnsFcmOptions liveActivityToken:text"),
        ["ApnsFcmOptions"] = Fields($"{Labels} image:text"),
        ["Webpush"] = Fields("headers:texts data:texts notification:object fcmOptions:WebpushFcmOptions"),
        ["WebpushFcmOptions"] = Fields($"{Labels} link:text"),
    };

    /// <summary>What is wrong, in Google's manner; null if nothing is.</summary>
    public static string? Broken(JsonElement request) => Broken(request, "SendMessageRequest", "");

    private static string? Broken(JsonElement value, string type, string path) => type switch
    {
        "text" => value.ValueKind == JsonValueKind.String ? null : Wrong(path),
        "flag" => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : Wrong(path),
        "number" => value.ValueKind == JsonValueKind.Number ? null : Wrong(path),
        "list" => value.ValueKind == JsonValueKind.Array ? null : Wrong(path),
        "object" => value.ValueKind == JsonValueKind.Object ? null : Wrong(path),
        "duration" => value.ValueKind == JsonValueKind.String && Duration().IsMatch(value.GetString()!) && double.Parse(value.GetString()![..^1], System.Globalization.CultureInfo.InvariantCulture) <= 2_419_200
            ? null
            : Wrong(path),
        "texts" => value.ValueKind == JsonValueKind.Object && value.EnumerateObject().All(entry => entry.Value.ValueKind == JsonValueKind.String) ? null : Wrong(path),
        _ when type.Contains('|', StringComparison.Ordinal) => value.ValueKind == JsonValueKind.String && type.Split('|').Contains(value.GetString()) ? null : Wrong(path),
        _ => BrokenObject(value, Types[type], path),
    };

    private static string? BrokenObject(JsonElement value, Dictionary<string, string> fields, string path)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return Wrong(path);
        foreach (var member in value.EnumerateObject())
        {
            if (!fields.TryGetValue(member.Name, out var type))
                return $"Invalid JSON payload received. Unknown name \"{member.Name}\" at '{path}': Cannot find field.";
            if (Broken(member.Value, type, path.Length == 0 ? member.Name : $"{path}.{member.Name}") is { } broken)
                return broken;
        }

        return null;
    }

    private static string Wrong(string path) => $"Invalid value at '{path}'";

    private static Dictionary<string, string> Fields(string fields) =>
        fields.Split(' ').Select(field => field.Split(':')).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);

    [GeneratedRegex(@"^\d+(\.\d{1,9})?s\z")]
    private static partial Regex Duration();
}
