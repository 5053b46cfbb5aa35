namespace NotificationService.Templates.Language;

/// <summary>
/// Walks a tree with the scopes that each and with open, and notes each variable it meets with what it was guarded by.
/// A guard is <c>if x</c>, <c>unless x</c>, <c>default x</c>, or an each or with that has an else: within it x may be
/// missing, but what x holds, once it is there, may not.
/// </summary>
internal sealed class VariableWalk
{
    /// <summary>Roots that the service fills itself.</summary>
    private static readonly HashSet<string> Given = new(StringComparer.Ordinal) { "recipient", "brand" };

    private readonly List<IReadOnlyList<NeedStep>> needs = [];
    private readonly List<Scope> scopes;
    private readonly Place root = new("", null);
    private readonly List<Place> guards = [];

    public VariableWalk() => scopes = [new Scope(root, [])];

    /// <summary>Where the names inside a block start from; null where that cannot be known (an each over a function's result).</summary>
    private sealed record Scope(Place? Start, Dictionary<string, Place?> Names);

    public IReadOnlyList<IReadOnlyList<NeedStep>> Of(TemplateTree tree)
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
        LiftGuards(before);
    }

    private void WalkScope(BlockNode block)
    {
        var before = guards.Count;
        var subject = block.Branches[0].Subject;
        if (block.HasElse)
            Guard(subject);
        if (subject is not null)
            Use(subject, goesOver: true);
        var place = subject is ValuePath value ? Resolve(value) : null;
        var inner = block.Name == "each" ? place?.Member(NeedStep.EveryItem) : place;
        var names = new Dictionary<string, Place?>(scopes[^1].Names, StringComparer.Ordinal);
        for (var i = 0; i < block.Parameters.Count; i++)
            names[block.Parameters[i]] = i == 0 ? inner : null;
        scopes.Add(new Scope(inner, names));
        Walk(block.Branches[0].Body);
        scopes.RemoveAt(scopes.Count - 1);
        if (block.HasElse)
            Walk(block.Branches[1].Body);
        LiftGuards(before);
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
                LiftGuards(before);
                break;
            case FunctionCall call:
                foreach (var argument in call.Arguments)
                    Use(argument);
                break;
            case ValuePath path when Resolve(path) is { Depth: > 0 } place && !Given.Contains(place.First) && (place.Name != NeedStep.EveryItem || goesOver):
                needs.Add(place.Steps());
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
        else if (condition is ValuePath path && Resolve(path) is { } place)
        {
            place.Guards++;
            guards.Add(place);
        }
    }

    private void LiftGuards(int before)
    {
        foreach (var place in guards.Skip(before))
            place.Guards--;
        guards.RemoveRange(before, guards.Count - before);
    }

    private Place? Resolve(ValuePath path)
    {
        if (path.Special is not null)
            return path.Special == "root" ? root.Follow(path.Segments, 0) : null;
        if (path.Parents >= scopes.Count)
            return null;
        if (path.Parents == 0 && !path.FromThis && scopes[^1].Names.TryGetValue(path.Segments[0], out var named))
            return named?.Follow(path.Segments, 1);
        return scopes[^(path.Parents + 1)].Start?.Follow(path.Segments, 0);
    }

    /// <summary>A place in the data, once per walk: paths that lead to it share it, and so do their guards.</summary>
    private sealed class Place(string name, Place? parent)
    {
        private Dictionary<string, Place>? members;

        public string Name => name;

        public int Depth { get; } = parent is null ? 0 : parent.Depth + 1;

        /// <summary>The name of the root's member that it lies in.</summary>
        public string First => parent is { Depth: > 0 } ? parent.First : name;

        public int Guards { get; set; }

        /// <summary>Data has no more levels: what would lie deeper is missing as surely as this.</summary>
        public Place Member(string member)
        {
            if (Depth > TemplateLimits.DataLevels)
                return this;
            members ??= new Dictionary<string, Place>(StringComparer.Ordinal);
            if (!members.TryGetValue(member, out var place))
                members.Add(member, place = new Place(member, this));
            return place;
        }

        public Place Follow(IReadOnlyList<string> segments, int from)
        {
            var place = this;
            for (var i = from; i < segments.Count; i++)
                place = place.Member(segments[i]);
            return place;
        }

        public NeedStep[] Steps()
        {
            var steps = new NeedStep[Depth];
            for (var place = this; place.Parent is not null; place = place.Parent)
                steps[place.Depth - 1] = new NeedStep(place.Name, place.Guards > 0);
            return steps;
        }

        private Place? Parent => parent;
    }
}
