namespace NotificationService.Templates.Language;

/// <summary>
/// Walks a tree with the scopes that each and with open, and notes each variable it meets with what it was guarded by.
/// A guard is <c>if x</c>, <c>unless x</c>, <c>default x</c>, or an each or with that has an else: within it x may be
/// missing, but what x holds, once it is there, may not.
/// </summary>
internal sealed class VariableWalk
{
    /// <summary>Roots that the service fills itself.</summary>
    private static readonly HashSet<string> Given = new(StringComparer.Ordinal) { "recipient" };

    private readonly List<VariableNeed> needs = [];
    private readonly List<Scope> scopes = [new([], [])];
    private readonly List<string[]> guards = [];

    /// <summary>Where the names inside a block start from; null where that cannot be known (an each over a function's result).</summary>
    private sealed record Scope(string[]? Path, Dictionary<string, string[]?> Names);

    public IReadOnlyList<VariableNeed> Of(TemplateTree tree)
    {
        Walk(tree.Nodes);
        return needs;
    }

    private void Walk(IReadOnlyList<TemplateNode> nodes)
    {
        foreach (var node in nodes)
        {
            if (node is OutputNode output)
                Use(output.Value);
            else if (node is BlockNode { Name: "if" or "unless" } condition)
                WalkCondition(condition);
            else if (node is BlockNode block)
                WalkScope(block);
        }
    }

    private void WalkCondition(BlockNode block)
    {
        var before = guards.Count;
        foreach (var branch in block.Branches)
            Guard(branch.Subject);
        foreach (var branch in block.Branches)
            Walk(branch.Body);
        guards.RemoveRange(before, guards.Count - before);
    }

    private void WalkScope(BlockNode block)
    {
        var before = guards.Count;
        var subject = block.Branches[0].Subject;
        if (block.HasElse)
            Guard(subject);
        if (subject is not null)
            Use(subject, goesOver: true);
        var path = subject is ValuePath value ? Resolve(value) : null;
        var inner = path is null ? null : block.Name == "each" ? [.. path, NeedStep.EveryItem] : path;
        var names = new Dictionary<string, string[]?>(scopes[^1].Names, StringComparer.Ordinal);
        for (var i = 0; i < block.Parameters.Count; i++)
            names[block.Parameters[i]] = i == 0 ? inner : null;
        scopes.Add(new Scope(inner, names));
        Walk(block.Branches[0].Body);
        scopes.RemoveAt(scopes.Count - 1);
        if (block.HasElse)
            Walk(block.Branches[1].Body);
        guards.RemoveRange(before, guards.Count - before);
    }

    private void Use(TemplateExpression expression, bool goesOver = false)
    {
        switch (expression)
        {
            case FunctionCall { Name: "default" or "or" } choice:
                var before = guards.Count;
                foreach (var argument in choice.Arguments.SkipLast(1))
                    Guard(argument);
                foreach (var argument in choice.Arguments)
                    Use(argument);
                guards.RemoveRange(before, guards.Count - before);
                break;
            case FunctionCall call:
                foreach (var argument in call.Arguments)
                    Use(argument);
                break;
            case ValuePath path when Resolve(path) is { Length: > 0 } steps && !Given.Contains(steps[0]) && (steps[^1] != NeedStep.EveryItem || goesOver):
                needs.Add(new VariableNeed([.. steps.Select((name, i) => new NeedStep(name, IsGuarded(steps, i + 1)))]));
                break;
        }
    }

    private void Guard(TemplateExpression? condition)
    {
        if (condition is FunctionCall call)
        {
            foreach (var argument in call.Arguments)
                Guard(argument);
        }
        else if (condition is ValuePath path && Resolve(path) is { } steps)
        {
            guards.Add(steps);
        }
    }

    private bool IsGuarded(string[] steps, int length) =>
        guards.Exists(guard => guard.Length == length && guard.AsSpan().SequenceEqual(steps.AsSpan(0, length)));

    private string[]? Resolve(ValuePath path)
    {
        if (path.Special is not null)
            return path.Special == "root" ? [.. path.Segments] : null;
        if (path.Parents >= scopes.Count)
            return null;
        if (path.Parents == 0 && !path.FromThis && scopes[^1].Names.TryGetValue(path.Segments[0], out var named))
            return named is null ? null : [.. named, .. path.Segments.Skip(1)];
        return scopes[^(path.Parents + 1)].Path is { } scope ? [.. scope, .. path.Segments] : null;
    }
}
