using System.Globalization;
using NotificationService.Templates.Language;
using NotificationService.Templates.Rendering;

namespace NotificationService.Templates.Schemas;

/// <summary>Looks for what data lack of what a schema wants, within the budget of one render. As deep as the schema is.</summary>
internal sealed class SchemaSearch
{
    private const int LongestPointer = 512;

    /// <summary>What is written of a text in a message.</summary>
    private const int ValuesInMessage = 10;

    private readonly List<DataIssue> found = [];
    private readonly List<string> path = [];
    private readonly bool textsOnly;

    private SchemaSearch(bool textsOnly) => this.textsOnly = textsOnly;

    /// <param name="data">The request's.</param>
    /// <param name="schema">The template's.</param>
    /// <param name="textsOnly">The data come from a file that has nothing but texts: one that reads as a number or as true or false is one.</param>
    /// <returns>At most fifty.</returns>
    /// <exception cref="RenderLimitException">The search takes more than one render may.</exception>
    public static IReadOnlyList<DataIssue> In(PlainMap data, DataSchema schema, bool textsOnly)
    {
        var search = new SchemaSearch(textsOnly);
        search.Look(schema, data);
        return search.found;
    }

    private void Look(DataSchema schema, object? value)
    {
        RenderBudget.Step(1 + (schema.Required.Count / 4) + (schema.ValuesLength / 16));
        if (found.Count == TemplateLimits.MissingVariables)
            return;
        value = Read(schema, value);
        if ((schema.Types & TypesOf(value)) == DataTypes.None)
        {
            Note($"must be {Named(schema.Types)}");
            return;
        }

        if (schema.Values is { } values && !values.Any(allowed => Same(allowed, value)))
            Note(values.Count > ValuesInMessage ? "is none of the values that the template's schema lists" : $"must be one of {string.Join(", ", values.Select(Shown))}");
        switch (value)
        {
            case string text:
                LookAtText(schema, text);
                break;
            case PlainList list:
                LookAtList(schema, list);
                break;
            case PlainMap map:
                LookAtMap(schema, map);
                break;
            case not (null or bool):
                LookAtNumber(schema, value);
                break;
        }
    }

    private void LookAtText(DataSchema schema, string text)
    {
        if (schema.MinLength is null && schema.MaxLength is null && schema.Format is null)
            return;
        RenderBudget.StepOver(text.Length);
        var length = text.Length - text.Count(char.IsLowSurrogate);
        if (length < schema.MinLength)
            Note($"must have at least {schema.MinLength} characters");
        if (length > schema.MaxLength)
            Note($"must have at most {schema.MaxLength} characters");
        if (schema.Format is { } format && !format.IsOne(text))
            Note($"must be {format.Noun}");
    }

    private void LookAtNumber(DataSchema schema, object value)
    {
        if (schema.Minimum is { } minimum && IsLess(value, minimum))
            Note($"must be at least {PlainValue.Text(minimum)}");
        if (schema.Maximum is { } maximum && IsMore(value, maximum))
            Note($"must be at most {PlainValue.Text(maximum)}");
    }

    private void LookAtList(DataSchema schema, PlainList list)
    {
        if (list.Count < schema.MinItems)
            Note($"must have at least {schema.MinItems} items");
        if (list.Count > schema.MaxItems)
            Note($"must have at most {schema.MaxItems} items");
        if (schema.Items is not { } items)
            return;
        for (var i = 0; i < list.Count && found.Count < TemplateLimits.MissingVariables; i++)
            LookBelow(items, i.ToString(CultureInfo.InvariantCulture), list[i]);
    }

    private void LookAtMap(DataSchema schema, PlainMap map)
    {
        foreach (var name in schema.Required)
        {
            if (!map.ContainsKey(name))
                Note(DataIssue.Missing, [.. path, name], "is missing");
        }

        if (schema.Properties.Count == 0 && schema.Additional is null && !schema.IsClosed)
            return;
        foreach (var (name, member) in map)
        {
            if (found.Count == TemplateLimits.MissingVariables)
                return;
            RenderBudget.Step(1);
            if (schema.Properties.TryGetValue(name, out var known))
                LookBelow(known, name, member);
            else if (schema.IsClosed)
                Note(DataIssue.Invalid, [.. path, name], "is not a variable that the template's schema knows");
            else if (schema.Additional is { } additional)
                LookBelow(additional, name, member);
        }
    }

    private void LookBelow(DataSchema schema, string name, object? value)
    {
        path.Add(name);
        Look(schema, value);
        path.RemoveAt(path.Count - 1);
    }

    /// <summary>A text of a file as what the schema wants of it, if it reads as that.</summary>
    private object? Read(DataSchema schema, object? value)
    {
        if (!textsOnly || value is not string { Length: <= 40 } text || (schema.Types & DataTypes.String) != DataTypes.None)
            return value;
        if ((schema.Types & DataTypes.Boolean) != DataTypes.None && text is "true" or "false")
            return text == "true";
        return (schema.Types & (DataTypes.Number | DataTypes.Integer)) != DataTypes.None && PlainValue.Number(text) is { } number ? number : value;
    }

    private static DataTypes TypesOf(object? value) => value switch
    {
        null => DataTypes.Null,
        string => DataTypes.String,
        bool => DataTypes.Boolean,
        PlainList => DataTypes.Array,
        PlainMap => DataTypes.Object,
        long or int => DataTypes.Integer,
        decimal exact => decimal.IsInteger(exact) ? DataTypes.Integer : DataTypes.Number,
        double real => double.IsInteger(real) ? DataTypes.Integer : DataTypes.Number,
        _ => DataTypes.None,
    };

    private static string Named(DataTypes types)
    {
        var names = new List<string>();
        foreach (var (type, name) in new[]
        {
            (DataTypes.String, "a text"), (DataTypes.Number, "a number"), (DataTypes.Integer, "a whole number"), (DataTypes.Boolean, "true or false"), (DataTypes.Array, "a list"),
            (DataTypes.Object, "an object"), (DataTypes.Null, "null"),
        })
        {
            if ((types & type) != DataTypes.None && !(type == DataTypes.Integer && (types & DataTypes.Number) != DataTypes.None))
                names.Add(name);
        }

        return string.Join(" or ", names);
    }

    private static bool IsLess(object value, decimal limit) => PlainValue.Number(value) is { } number ? number < limit : Convert.ToDouble(value, CultureInfo.InvariantCulture) < 0;

    private static bool IsMore(object value, decimal limit) => PlainValue.Number(value) is { } number ? number > limit : Convert.ToDouble(value, CultureInfo.InvariantCulture) > 0;

    /// <summary>As far as the listed value goes, which was paid for.</summary>
    private static bool Same(object? listed, object? value) => (listed, value) switch
    {
        (null, null) => true,
        (string one, string other) => string.Equals(one, other, StringComparison.Ordinal),
        (bool one, bool other) => one == other,
        (PlainList one, PlainList other) => one.Count == other.Count && one.Zip(other).All(pair => Same(pair.First, pair.Second)),
        (PlainMap one, PlainMap other) => one.Count == other.Count && one.All(member => other.TryGetValue(member.Key, out var found) && Same(member.Value, found)),
        (null or string or bool or PlainList or PlainMap, _) or (_, null or string or bool or PlainList or PlainMap) => false,
        _ => PlainValue.Number(listed) is { } x && PlainValue.Number(value) is { } y ? x == y : Equals(listed, value),
    };

    private static string Shown(object? value) => value switch
    {
        string text => text.Length <= 40 ? $"'{text}'" : $"'{text.AsSpan(0, char.IsHighSurrogate(text[39]) ? 39 : 40)}…'",
        null => "null",
        PlainList => "a list",
        PlainMap => "an object",
        _ => PlainValue.Text(value),
    };

    private void Note(string must) => Note(DataIssue.Invalid, path, must);

    /// <summary>A name of the data may be as long as the data: the pointer ends before one that is too long to be said.</summary>
    private void Note(string code, IReadOnlyList<string> names, string must)
    {
        if (found.Count == TemplateLimits.MissingVariables)
            return;
        var pointer = "";
        foreach (var name in names)
        {
            if (pointer.Length + name.Length > LongestPointer)
                break;
            pointer = TemplateContentsReader.Below(pointer, name);
        }

        found.Add(new DataIssue(pointer, code, pointer.Length == 0 ? $"data {must}" : $"{pointer[1..].Replace('/', '.')} {must}"));
    }
}
