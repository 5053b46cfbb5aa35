using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace NotificationService.Providers;

/// <summary>
/// Reads what a vendor, or whoever knows its secret, wrote: what is not there, of another type, or half a character and so no
/// text, is null and never an exception.
/// </summary>
internal static class VendorJson
{
    public static JsonElement? Member(JsonElement? value, string name)
    {
        try
        {
            return value is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty(name, out var member) ? member : null;
        }
        catch (InvalidOperationException)
        {
            return null; // a name beside it is no text
        }
    }

    public static string? Text(JsonElement? value)
    {
        try
        {
            return value is { ValueKind: JsonValueKind.String } found ? found.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public static string? Text(JsonElement? value, string name) => Text(Member(value, name));

    /// <summary>As it came. Half a character in it is U+FFFD.</summary>
    public static string Raw(JsonElement value)
    {
        try
        {
            return value.GetRawText();
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(value));
        }
    }

    public static int? Number(JsonElement? value) => value is { ValueKind: JsonValueKind.Number } found && found.TryGetInt32(out var number) ? number : null;

    public static JsonElement.ArrayEnumerator Items(JsonElement? value, string name) =>
        Member(value, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : default;
}
