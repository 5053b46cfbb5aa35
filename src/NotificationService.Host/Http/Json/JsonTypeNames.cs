using System.Text.Json.Serialization.Metadata;

namespace NotificationService.Host.Http.Json;

/// <summary>Says in plain words what a field takes.</summary>
internal static class JsonTypeNames
{
    public static string Expected(JsonTypeInfo info)
    {
        var type = Nullable.GetUnderlyingType(info.Type) ?? info.Type;
        if (type.IsEnum)
            return $"One of {string.Join(", ", Enum.GetNames(type).Select(JsonName))} is expected.";

        return (info.Kind, Type.GetTypeCode(type)) switch
        {
            (JsonTypeInfoKind.Enumerable, _) => "An array is expected.",
            (JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary, _) => "An object is expected.",
            (_, TypeCode.String) => "A string is expected.",
            (_, TypeCode.Boolean) => "true or false is expected.",
            (_, TypeCode.Int16 or TypeCode.Int32) => "A whole number from -2147483648 to 2147483647 is expected.",
            (_, TypeCode.Int64) => "A whole number of at most 64 bits is expected.",
            (_, TypeCode.Double or TypeCode.Single or TypeCode.Decimal) => "A number is expected.",
            (_, TypeCode.DateTime) => "A time such as 2026-01-31T09:30:00Z is expected.",
            _ when type == typeof(DateTimeOffset) => "A time such as 2026-01-31T09:30:00Z is expected.",
            _ when type == typeof(TimeSpan) => "A duration such as 00:05:00 is expected.",
            _ when type == typeof(Guid) => "An id such as 01890a5d-ac96-774b-bcce-b302099a8057 is expected.",
            _ when type == typeof(RawJson) => "An object is expected.",
            _ => "The value does not fit this field.",
        };
    }

    private static string JsonName(string name) => string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{char.ToLowerInvariant(c)}" : char.ToLowerInvariant(c).ToString()));
}
