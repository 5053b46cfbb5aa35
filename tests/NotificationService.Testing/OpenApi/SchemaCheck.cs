using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NotificationService.Testing.OpenApi;

/// <summary>
/// Holds JSON against a schema of an OpenAPI 3.1 document. Knows the keywords that the service's document uses; any other is an exception, so that
/// nothing is passed over. Stricter than JSON Schema in one thing: a member that the schema does not name is a fault.
/// </summary>
/// <param name="document">The whole document.</param>
/// <param name="ofResponses">Whether it is what the service writes: its times have one form, while it reads any.</param>
internal sealed partial class SchemaCheck(JsonElement document, bool ofResponses)
{
    private static readonly HashSet<string> Annotations = ["description", "title", "example", "examples", "default", "deprecated", "readOnly", "writeOnly"];

    /// <summary>What does not fit, each with its place.</summary>
    public IEnumerable<string> Faults(JsonElement schema, JsonElement value, string at)
    {
        if (schema.TryGetProperty("$ref", out var reference))
            return Faults(Resolve(reference.GetString()!), value, at);
        if (value.ValueKind == JsonValueKind.Null && MayBeNull(schema))
            return [];
        return schema.EnumerateObject().SelectMany(keyword => Keyword(schema, keyword, value, at));
    }

    private IEnumerable<string> Keyword(JsonElement schema, JsonProperty keyword, JsonElement value, string at) => keyword.Name switch
    {
        "type" => Names(keyword.Value).Any(type => IsOf(type, value)) ? [] : [$"{at}: {value.ValueKind} is no {keyword.Value}"],
        "format" => HasFormat(keyword.Value.GetString()!, value) ? [] : [$"{at}: {value} is no {keyword.Value}"],
        "enum" => keyword.Value.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)) ? [] : [$"{at}: {value} is none of {keyword.Value}"],
        "required" => value.ValueKind != JsonValueKind.Object ? [] : Names(keyword.Value).Where(name => !value.TryGetProperty(name, out _)).Select(name => $"{at}/{name}: is required"),
        "properties" => value.ValueKind != JsonValueKind.Object ? [] : Members(schema, keyword.Value, value, at),
        "additionalProperties" => value.ValueKind != JsonValueKind.Object || keyword.Value.ValueKind != JsonValueKind.Object ? []
            : value.EnumerateObject().Where(member => !schema.TryGetProperty("properties", out var named) || !named.TryGetProperty(member.Name, out _))
                .SelectMany(member => Faults(keyword.Value, member.Value, $"{at}/{member.Name}")),
        "items" => value.ValueKind != JsonValueKind.Array ? [] : value.EnumerateArray().SelectMany((item, index) => Faults(keyword.Value, item, $"{at}/{index}")),
        "oneOf" or "anyOf" => keyword.Value.EnumerateArray().Any(one => !Faults(one, value, at).Any()) ? [] : [$"{at}: fits none of {keyword.Name}"],
        "allOf" => keyword.Value.EnumerateArray().SelectMany(one => Faults(one, value, at)),
        "minimum" => value.ValueKind == JsonValueKind.Number && value.GetDouble() < keyword.Value.GetDouble() ? [$"{at}: {value} is below {keyword.Value}"] : [],
        "maximum" => value.ValueKind == JsonValueKind.Number && value.GetDouble() > keyword.Value.GetDouble() ? [$"{at}: {value} is above {keyword.Value}"] : [],
        "minLength" => value.ValueKind == JsonValueKind.String && value.GetString()!.Length < keyword.Value.GetInt32() ? [$"{at}: is shorter than {keyword.Value}"] : [],
        "maxLength" => value.ValueKind == JsonValueKind.String && value.GetString()!.Length > keyword.Value.GetInt32() ? [$"{at}: is longer than {keyword.Value}"] : [],
        "minItems" => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() < keyword.Value.GetInt32() ? [$"{at}: has fewer items than {keyword.Value}"] : [],
        "maxItems" => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > keyword.Value.GetInt32() ? [$"{at}: has more items than {keyword.Value}"] : [],
        "pattern" => value.ValueKind == JsonValueKind.String && !Regex.IsMatch(value.GetString()!, keyword.Value.GetString()!, RegexOptions.None, TimeSpan.FromSeconds(1))
            ? [$"{at}: {value} does not match {keyword.Value}"] : [],
        _ when Annotations.Contains(keyword.Name) => [],
        _ => throw new NotSupportedException($"the keyword {keyword.Name} at {at} is not known to the check"),
    };

    private IEnumerable<string> Members(JsonElement schema, JsonElement properties, JsonElement value, string at)
    {
        foreach (var member in value.EnumerateObject())
        {
            if (properties.TryGetProperty(member.Name, out var property))
            {
                foreach (var fault in Faults(property, member.Value, $"{at}/{member.Name}"))
                    yield return fault;
            }
            else if (!schema.TryGetProperty("additionalProperties", out var others) || others.ValueKind == JsonValueKind.False)
            {
                yield return $"{at}/{member.Name}: is not in the document";
            }
        }
    }

    private JsonElement Resolve(string reference) =>
        reference.TrimStart('#', '/').Split('/').Aggregate(document, (element, name) => element.GetProperty(name));

    private static IEnumerable<string> Names(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(name => name.GetString()!) : [value.GetString()!];

    private static bool MayBeNull(JsonElement schema) =>
        !schema.TryGetProperty("type", out var type) ? !schema.TryGetProperty("oneOf", out _) : Names(type).Contains("null");

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => throw new NotSupportedException($"the type {type} is not known to the check"),
    };

    /// <summary>Of a value of another kind than the format is for, <c>type</c> says it.</summary>
    private bool HasFormat(string format, JsonElement value) => (format, value.ValueKind) switch
    {
        ("date-time", JsonValueKind.String) => (ofResponses ? Written() : Rfc3339Utc()).IsMatch(value.GetString()!) && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, out _),
        ("uuid", JsonValueKind.String) => value.TryGetGuid(out _),
        ("uri", JsonValueKind.String) => Uri.TryCreate(value.GetString(), UriKind.Absolute, out _),
        ("int32", JsonValueKind.Number) => value.TryGetInt32(out _),
        ("int64", JsonValueKind.Number) => value.TryGetInt64(out _),
        ("date-time" or "uuid" or "uri" or "int32" or "int64" or "double" or "float" or "binary", _) => true,
        _ => throw new NotSupportedException($"the format {format} is not known to the check"),
    };

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rfc3339Utc();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Written();
}
