namespace NotificationService.Templates.Language;

/// <summary>One step of a needed path: a member's name, or every item of a list (<c>*</c>). An optional step may be missing or empty, and what follows is then not needed.</summary>
internal readonly record struct NeedStep(string Name, bool Optional)
{
    public const string EveryItem = "*";
}

/// <summary>
/// The variables that the parts of a content print or go over without first asking whether they are there, as a tree:
/// paths that begin alike share their nodes, so that a list is gone over once for all that is needed of its items.
/// </summary>
internal sealed class VariableNeeds
{
    private readonly Node root = new(default, null);
    private readonly List<Node> needs = [];

    private VariableNeeds()
    {
    }

    /// <summary>What several parts need together, each path once, in the order of first use.</summary>
    public static VariableNeeds Of(IEnumerable<TemplateTree> trees)
    {
        var together = new VariableNeeds();
        foreach (var tree in trees)
        {
            foreach (var need in new VariableWalk().Of(tree))
                together.Add(need);
        }

        Number(together.root, 0);
        return together;
    }

    public int Count => needs.Count;

    /// <summary>Each as callers write it: <c>items.name</c>.</summary>
    public IEnumerable<string> Paths => needs.Select(need => need.Path);

    /// <summary>Those that are needed whatever the others are.</summary>
    public IEnumerable<string> RequiredPaths => needs.Where(need => need.IsUnconditional).Select(need => need.Path);

    internal Node Root => root;

    internal IReadOnlyList<Node> All => needs;

    private void Add(IReadOnlyList<NeedStep> steps)
    {
        var node = root;
        foreach (var step in steps)
            node = node.Child(step);
        if (node.IsNeed)
            return;
        node.IsNeed = true;
        needs.Add(node);
    }

    /// <summary>Numbers the needs so that those below a node stand together. As deep as a path may be.</summary>
    private static int Number(Node node, int next)
    {
        node.First = next;
        if (node.IsNeed)
            node.Number = next++;
        foreach (var child in node.Children)
            next = Number(child, next);
        node.End = next;
        return next;
    }

    internal sealed class Node(NeedStep step, Node? parent)
    {
        private Dictionary<NeedStep, Node>? byStep;

        public NeedStep Step => step;

        public Node? Parent => parent;

        public IReadOnlyCollection<Node> Children => byStep is null ? [] : byStep.Values;

        public bool IsNeed { get; set; }

        /// <summary>Its own number, if it is one, and those below it: from <see cref="First"/> to before <see cref="End"/>.</summary>
        public int Number { get; set; }

        public int First { get; set; }

        public int End { get; set; }

        public bool IsUnconditional => Steps().All(step => !step.Optional);

        public string Path => PathTo(int.MaxValue);

        public int Depth => parent is null ? 0 : parent.Depth + 1;

        public Node Child(NeedStep next)
        {
            byStep ??= [];
            if (!byStep.TryGetValue(next, out var child))
                byStep.Add(next, child = new Node(next, this));
            return child;
        }

        /// <summary>As far as the template certainly goes from a step on: to the variable itself, or to the list that it would be in.</summary>
        public string PathTo(int depth)
        {
            var steps = Steps();
            var end = Math.Min(depth, steps.Count);
            while (end < steps.Count && steps[end] is { Optional: false, Name: not NeedStep.EveryItem })
                end++;
            return string.Join('.', steps.Take(end).Where(step => step.Name != NeedStep.EveryItem).Select(step => step.Name));
        }

        private List<NeedStep> Steps()
        {
            var steps = new List<NeedStep>();
            for (var node = this; node.Parent is not null; node = node.Parent)
                steps.Add(node.Step);
            steps.Reverse();
            return steps;
        }
    }
}
