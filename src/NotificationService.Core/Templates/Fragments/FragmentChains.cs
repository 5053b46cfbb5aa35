namespace NotificationService.Templates.Fragments;

/// <summary>Follows what partials name, to find one that is not there, one that leads back to itself, and chains that are too long.</summary>
internal static class FragmentChains
{
    /// <summary>What is wrong with a layout or partial that names these; null if nothing is.</summary>
    public static TemplateIssue? Check(FragmentKind kind, string key, IReadOnlyList<string> includes, FragmentSet set)
    {
        var depths = new Dictionary<string, int>(StringComparer.Ordinal);
        List<string> chain = kind == FragmentKind.Partial ? [key] : [];
        foreach (var each in includes)
        {
            if (Follow(each, chain, depths, set) is { } issue)
                return issue;
        }

        var depth = 1 + includes.Max(each => depths[each]);
        return depth <= FragmentLimits.Depth ? null : new TemplateIssue("/contents", TemplateCodes.TooComplex, $"partials may stand {FragmentLimits.Depth} deep within each other, these would be {depth}");
    }

    private static TemplateIssue? Follow(string key, List<string> chain, Dictionary<string, int> depths, FragmentSet set)
    {
        if (chain.Contains(key, StringComparer.Ordinal))
            return new TemplateIssue("/contents", FragmentCodes.Cycle, $"a partial would stand within itself: {string.Join(" → ", [.. chain, key])}");
        if (depths.ContainsKey(key))
            return null;
        if (!set.Includes.TryGetValue((FragmentKind.Partial, key), out var includes))
            return new TemplateIssue("/contents", FragmentCodes.Unknown, $"there is no partial {key}");
        chain.Add(key);
        var depth = 0;
        foreach (var each in includes)
        {
            if (Follow(each, chain, depths, set) is { } issue)
                return issue;
            depth = Math.Max(depth, depths[each]);
        }

        chain.RemoveAt(chain.Count - 1);
        depths[key] = depth + 1;
        return null;
    }
}
