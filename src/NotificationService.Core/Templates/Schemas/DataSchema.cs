using System.Collections.Frozen;

namespace NotificationService.Templates.Schemas;

/// <summary>The kinds of values that JSON has; an integer is a number too.</summary>
[Flags]
internal enum DataTypes
{
    None = 0,
    Object = 1,
    Array = 2,
    String = 4,
    Number = 8,
    Integer = 16,
    Boolean = 32,
    Null = 64,
    All = 127,
}

/// <summary>
/// What a template's variables must look like: a JSON Schema of the words that <see cref="SchemaReader"/> takes, read once. No word refers to another schema and
/// none is a language of its own, so that a look at a value costs what the value weighs.
/// </summary>
internal sealed class DataSchema
{
    public DataTypes Types { get; init; } = DataTypes.All;

    public IReadOnlyDictionary<string, DataSchema> Properties { get; init; } = FrozenDictionary<string, DataSchema>.Empty;

    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>What members must be that <see cref="Properties"/> does not name; null: anything.</summary>
    public DataSchema? Additional { get; init; }

    /// <summary>There may be no member that <see cref="Properties"/> does not name.</summary>
    public bool IsClosed { get; init; }

    public DataSchema? Items { get; init; }

    /// <summary>The values of <c>enum</c> or <c>const</c>; null: any.</summary>
    public IReadOnlyList<object?>? Values { get; init; }

    /// <summary>How long the values are as JSON: what comparing with all of them can take.</summary>
    public int ValuesLength { get; init; }

    public decimal? Minimum { get; init; }

    public decimal? Maximum { get; init; }

    public int? MinLength { get; init; }

    public int? MaxLength { get; init; }

    public int? MinItems { get; init; }

    public int? MaxItems { get; init; }

    public DataFormat? Format { get; init; }

    /// <summary>Bytes that it takes, estimated: every schema, name and value that is kept.</summary>
    public long Weight => 512 + (2L * ValuesLength) + Required.Sum(name => 2L * name.Length) + Properties.Sum(member => 128 + (2L * member.Key.Length) + member.Value.Weight)
        + (Additional?.Weight ?? 0) + (Items?.Weight ?? 0);
}

/// <summary>What data lack of what the template's schema wants.</summary>
/// <param name="Pointer">Within the data; empty for the data as a whole.</param>
public sealed record DataIssue(string Pointer, string Code, string Message)
{
    public const string Missing = "variable_missing";
    public const string Invalid = "variable_invalid";
}
