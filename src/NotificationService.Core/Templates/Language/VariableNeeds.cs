using System.Text.Json;

namespace NotificationService.Templates.Language;

/// <summary>One step of a needed path: a member's name, or every item of a list (<c>*</c>). An optional step may be missing or empty, and what follows is then not needed.</summary>
internal readonly record struct NeedStep(string Name, bool Optional)
{
    public const string EveryItem = "*";
}

/// <summary>A variable that a template prints or goes over without first asking whether it is there.</summary>
internal sealed record VariableNeed(IReadOnlyList<NeedStep> Steps)
{
    /// <summary>As callers write it: <c>items.name</c>.</summary>
    public string Path => string.Join('.', Steps.Where(step => step.Name != NeedStep.EveryItem).Select(step => step.Name));

    public bool IsUnconditional => Steps.All(step => !step.Optional);

    /// <summary>What of it the data lacks; null if nothing is missing.</summary>
    public string? Missing(JsonElement data) => Missing(data, 0);

    private string? Missing(JsonElement value, int step)
    {
        if (step == Steps.Count)
            return null;
        var (name, optional) = Steps[step];
        if (name == NeedStep.EveryItem)
            return MissingInItems(value, step);
        if (value.ValueKind == JsonValueKind.Array && name == "length")
            return null;
        if (value.ValueKind == JsonValueKind.Array && int.TryParse(name, out var index))
            return index < value.GetArrayLength() ? Missing(value[index], step + 1) : optional ? null : PathTo(step);
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null)
            return optional ? null : PathTo(step);
        return optional && IsEmpty(member) ? null : Missing(member, step + 1);
    }

    private string? MissingInItems(JsonElement value, int step)
    {
        if (value.ValueKind == JsonValueKind.Array)
            return value.EnumerateArray().Select(item => Missing(item, step + 1)).FirstOrDefault(missing => missing is not null);
        if (value.ValueKind == JsonValueKind.Object)
            return value.EnumerateObject().Select(item => Missing(item.Value, step + 1)).FirstOrDefault(missing => missing is not null);
        return IsEmpty(value) ? null : PathTo(step);
    }

    /// <summary>As far as the template certainly goes: to the variable itself, or to the list that it would be in.</summary>
    private string PathTo(int step)
    {
        var end = step + 1;
        while (end < Steps.Count && Steps[end] is { Optional: false, Name: not NeedStep.EveryItem })
            end++;
        return new VariableNeed([.. Steps.Take(end)]).Path;
    }

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined or JsonValueKind.False => true,
        JsonValueKind.String => value.ValueEquals(""),
        JsonValueKind.Number => value.TryGetDecimal(out var number) && number == 0,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };
}

internal static class VariableNeeds
{
    /// <summary>What several parts need together, each path once, in the order of first use.</summary>
    public static IReadOnlyList<VariableNeed> Of(IEnumerable<TemplateTree> trees)
    {
        var needs = new Dictionary<string, VariableNeed>(StringComparer.Ordinal);
        foreach (var tree in trees)
        {
            foreach (var need in new VariableWalk().Of(tree))
                needs.TryAdd(string.Join('/', need.Steps.Select(step => step.Optional ? step.Name + "?" : step.Name)), need);
        }

        return [.. needs.Values];
    }

    /// <summary>What is missing of them, all at once, each once.</summary>
    public static IReadOnlyList<string> Missing(IReadOnlyList<VariableNeed> needs, JsonElement data)
    {
        List<string>? missing = null;
        foreach (var need in needs)
        {
            if (need.Missing(data) is { } path && missing?.Contains(path) != true)
                (missing ??= []).Add(path);
        }

        return missing ?? (IReadOnlyList<string>)[];
    }
}
