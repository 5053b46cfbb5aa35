using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using NotificationService.Templates.Rendering;

namespace NotificationService.Templates.Schemas;

/// <summary>
/// Reads <c>variables</c> of a template, of which there is one: <c>schema</c>. Takes a subset of JSON Schema and refuses every other word with its place, because a
/// word that is passed over promises a check that nobody makes.
/// </summary>
internal sealed class SchemaReader
{
    private const int LongestSchema = 32 * 1024;
    private const int MaxDepth = 16;
    private const int MaxSchemas = 500;
    private const int MaxValues = 200;
    private const int MaxIssues = 50;

    private static readonly FrozenDictionary<string, DataTypes> TypeNames = new Dictionary<string, DataTypes>(StringComparer.Ordinal)
    {
        ["object"] = DataTypes.Object,
        ["array"] = DataTypes.Array,
        ["string"] = DataTypes.String,
        ["number"] = DataTypes.Number | DataTypes.Integer,
        ["integer"] = DataTypes.Integer,
        ["boolean"] = DataTypes.Boolean,
        ["null"] = DataTypes.Null,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>For people; they ask nothing of the data.</summary>
    private static readonly FrozenSet<string> Notes = new[] { "$schema", "$id", "$comment", "title", "description", "default", "examples", "deprecated" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Words = new[]
    {
        "type", "properties", "required", "additionalProperties", "items", "enum", "const", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "format",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly string WordNames = string.Join(", ", Words.Order(StringComparer.Ordinal));

    private readonly List<TemplateIssue> issues = [];
    private int schemas;

    /// <summary>The schema, or none if there is none, or what is wrong with it.</summary>
    public static (DataSchema? Schema, IReadOnlyList<TemplateIssue> Issues) Read(JsonElement variables, string pointer)
    {
        var reader = new SchemaReader();
        var schema = reader.ReadVariables(variables, pointer);
        return reader.issues.Count == 0 ? (schema, []) : (null, reader.issues);
    }

    private DataSchema? ReadVariables(JsonElement variables, string pointer)
    {
        if (Encoding.UTF8.GetByteCount(variables.GetRawText()) > LongestSchema)
        {
            Note(pointer, TemplateCodes.TooComplex, $"variables may have {LongestSchema} bytes");
            return null;
        }

        if (!IsObject(variables, pointer, "an object such as { \"schema\": { … } }"))
            return null;
        foreach (var name in variables.EnumerateObject().Select(member => member.Name).Where(name => name != "schema"))
            Note(Below(pointer, name), "unknown_field", "there is no such field here");
        return variables.TryGetProperty("schema", out var schema) && schema.ValueKind != JsonValueKind.Null ? ReadSchema(schema, $"{pointer}/schema", 1) : null;
    }

    private DataSchema ReadSchema(JsonElement schema, string at, int depth)
    {
        if (!IsObject(schema, at, "a schema, which is an object"))
            return new DataSchema();
        if (depth > MaxDepth || ++schemas > MaxSchemas)
        {
            Note(at, TemplateCodes.TooComplex, $"a schema may be {MaxDepth} levels deep and have {MaxSchemas} schemas in it");
            return new DataSchema();
        }

        foreach (var name in schema.EnumerateObject().Select(member => member.Name).Where(name => !Words.Contains(name) && !Notes.Contains(name)))
            Note(Below(at, name), "schema_word_unknown", $"this word of JSON Schema is not supported; there are {WordNames}");
        JsonElement? Word(string name) => schema.TryGetProperty(name, out var found) ? found : null;
        var values = Values(Word("enum"), Word("const"), at);
        return new DataSchema
        {
            Types = Types(Word("type"), $"{at}/type"),
            Properties = Properties(Word("properties"), $"{at}/properties", depth),
            Required = Required(Word("required"), $"{at}/required"),
            IsClosed = Word("additionalProperties") is { ValueKind: JsonValueKind.False },
            Additional = Word("additionalProperties") is { ValueKind: not (JsonValueKind.True or JsonValueKind.False) } additional ? ReadSchema(additional, $"{at}/additionalProperties", depth + 1) : null,
            Items = Word("items") is { } items ? ReadSchema(items, $"{at}/items", depth + 1) : null,
            Values = values,
            ValuesLength = values is null ? 0 : (Word("enum")?.GetRawText().Length ?? 0) + (Word("const")?.GetRawText().Length ?? 0),
            Minimum = Number(Word("minimum"), $"{at}/minimum"),
            Maximum = Number(Word("maximum"), $"{at}/maximum"),
            MinLength = Count(Word("minLength"), $"{at}/minLength"),
            MaxLength = Count(Word("maxLength"), $"{at}/maxLength"),
            MinItems = Count(Word("minItems"), $"{at}/minItems"),
            MaxItems = Count(Word("maxItems"), $"{at}/maxItems"),
            Format = Format(Word("format"), $"{at}/format"),
        };
    }

    private DataTypes Types(JsonElement? word, string at)
    {
        if (word is not { } type)
            return DataTypes.All;
        var names = type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray()] : new[] { type };
        var types = DataTypes.None;
        foreach (var name in names)
        {
            if (name.ValueKind == JsonValueKind.String && TypeNames.TryGetValue(name.GetString()!, out var known))
                types |= known;
            else
                Note(at, "schema_invalid", $"a type is one of {string.Join(", ", TypeNames.Keys.Order(StringComparer.Ordinal))}, or a list of them");
        }

        if (names.Length == 0)
            Note(at, "schema_invalid", "a list of types names at least one");
        return types;
    }

    private FrozenDictionary<string, DataSchema> Properties(JsonElement? word, string at, int depth)
    {
        var read = new Dictionary<string, DataSchema>(StringComparer.Ordinal);
        if (word is { } properties && IsObject(properties, at, "an object of schemas"))
        {
            foreach (var member in properties.EnumerateObject())
                read[member.Name] = ReadSchema(member.Value, Below(at, member.Name), depth + 1);
        }

        return read.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private IReadOnlyList<string> Required(JsonElement? word, string at)
    {
        if (word is not { } required)
            return [];
        if (required.ValueKind == JsonValueKind.Array && required.GetArrayLength() <= MaxSchemas && required.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String))
            return [.. required.EnumerateArray().Select(name => name.GetString()!).Distinct(StringComparer.Ordinal)];
        Note(at, "schema_invalid", $"expected a list of at most {MaxSchemas} names");
        return [];
    }

    private List<object?>? Values(JsonElement? words, JsonElement? constant, string at)
    {
        if (words is { } listed && (listed.ValueKind != JsonValueKind.Array || listed.GetArrayLength() is 0 or > MaxValues))
        {
            Note($"{at}/enum", "schema_invalid", $"expected a list of 1 to {MaxValues} values");
            return null;
        }

        if (words is not null && constant is not null)
            Note($"{at}/const", "schema_invalid", "either enum or const says which values there are");
        return constant is { } one ? [Plain(one)] : words is { } list ? [.. list.EnumerateArray().Select(Plain)] : null;
    }

    private static object? Plain(JsonElement value) => PlainModel.Read(Encoding.UTF8.GetBytes($"{{\"v\":{value.GetRawText()}}}"))["v"];

    private decimal? Number(JsonElement? word, string at)
    {
        if (word is not { } given)
            return null;
        if (given.ValueKind == JsonValueKind.Number && given.TryGetDecimal(out var number))
            return number;
        Note(at, "schema_invalid", "expected a number of at most 28 digits");
        return null;
    }

    private int? Count(JsonElement? word, string at)
    {
        if (word is not { } given)
            return null;
        if (given.ValueKind == JsonValueKind.Number && given.TryGetInt32(out var count) && count >= 0)
            return count;
        Note(at, "schema_invalid", "expected a whole number that is not negative");
        return null;
    }

    private DataFormat? Format(JsonElement? word, string at)
    {
        if (word is not { } given)
            return null;
        var format = given.ValueKind == JsonValueKind.String ? DataFormat.All.FirstOrDefault(known => known.Name == given.GetString()) : null;
        if (format is null)
            Note(at, "schema_word_unknown", $"a format is one of {DataFormat.Names}");
        return format;
    }

    private bool IsObject(JsonElement value, string at, string expected)
    {
        if (value.ValueKind == JsonValueKind.Object)
            return true;
        Note(at, "invalid_type", $"expected {expected}");
        return false;
    }

    private void Note(string pointer, string code, string message)
    {
        if (issues.Count < MaxIssues)
            issues.Add(new TemplateIssue(pointer, code, message));
    }

    private static string Below(string pointer, string name) => TemplateContentsReader.Below(pointer, name);
}
