using System.Globalization;
using NotificationService.Templates.Rendering;

namespace NotificationService.Templates.Language;

/// <summary>Looks for what data lacks of a template's needs, within the budget of one render.</summary>
internal ref struct MissingSearch(VariableNeeds needs)
{
    private readonly string?[] missing = new string?[needs.Count];
    private int found;

    /// <summary>At most so many, each once, in the order of first use.</summary>
    /// <exception cref="RenderLimitException">The search takes more than one render may.</exception>
    public static IReadOnlyList<string> In(PlainMap data, VariableNeeds needs)
    {
        if (needs.Count == 0)
            return [];
        var search = new MissingSearch(needs);
        search.Below(needs.Root, data);
        var lacking = search.missing;
        return search.found == 0 ? [] : [.. needs.All.Select(need => lacking[need.Number]).OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    /// <summary>What the value that a node's path led to lacks.</summary>
    private void Below(VariableNeeds.Node node, object? value)
    {
        foreach (var child in node.Children)
        {
            if (found == TemplateLimits.MissingVariables)
                return;
            RenderBudget.Step(1);
            Follow(child, value);
        }
    }

    private void Follow(VariableNeeds.Node step, object? value)
    {
        if (step.Step.Name == NeedStep.EveryItem)
            FollowItems(step, value);
        else if (value is PlainList list)
            FollowList(step, list);
        else if (value is not PlainMap map || !map.TryGetValue(step.Step.Name, out var member) || member is null)
            Lacks(step, isAllowed: step.Step.Optional);
        else if (!step.Step.Optional || !IsEmpty(member))
            Below(step, member);
    }

    private void FollowList(VariableNeeds.Node step, PlainList list)
    {
        if (step.Step.Name == "length")
            return;
        if (int.TryParse(step.Step.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < list.Count)
            Below(step, list[index]);
        else
            Lacks(step, isAllowed: step.Step.Optional);
    }

    private void FollowItems(VariableNeeds.Node step, object? value)
    {
        if (value is not (PlainList or PlainMap))
        {
            Lacks(step, isAllowed: IsEmpty(value));
            return;
        }

        // Nothing is asked of the items themselves.
        if (step.Children.Count == 0)
            return;
        RenderBudget.Spend(PlainValue.Length(value) + 1);
        if (value is PlainList list)
        {
            foreach (var item in list)
                Below(step, item);
        }
        else
        {
            foreach (var item in ((PlainMap)value).Values)
                Below(step, item);
        }
    }

    /// <summary>Everything that would be found from this step on is missing; each is named as it was missed first.</summary>
    private void Lacks(VariableNeeds.Node step, bool isAllowed)
    {
        if (isAllowed)
            return;
        RenderBudget.Step(1 + ((step.End - step.First) / 8));
        if (missing.AsSpan(step.First, step.End - step.First).IndexOf((string?)null) < 0)
            return;
        var depth = step.Depth;
        Note(step, depth);
    }

    private void Note(VariableNeeds.Node node, int depth)
    {
        if (node.IsNeed && missing[node.Number] is null && found < TemplateLimits.MissingVariables)
        {
            missing[node.Number] = node.PathTo(depth);
            found++;
        }

        foreach (var child in node.Children)
        {
            if (found < TemplateLimits.MissingVariables)
                Note(child, depth);
        }
    }

    private static bool IsEmpty(object? value) => value switch
    {
        null or false or "" => true,
        string or true => false,
        PlainList list => list.Count == 0,
        PlainMap map => map.Count == 0,
        _ => PlainValue.Number(value) is 0m,
    };
}
