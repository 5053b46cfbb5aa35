namespace NotificationService.Templates.Language;

/// <summary>A template as our own parser understood it. The engine is given what we print from this, never the author's text.</summary>
public sealed record TemplateTree(IReadOnlyList<TemplateNode> Nodes, int Tags, int Values)
{
    /// <summary>The text, if there is no tag in it at all.</summary>
    public string? Constant => Nodes switch
    {
        [] => "",
        [LiteralNode literal] => literal.Text,
        _ => null,
    };
}

/// <summary>Tildes in a tag: whether whitespace before and after it goes.</summary>
public readonly record struct Trim(bool Before, bool After);

public abstract record TemplateNode;

public sealed record LiteralNode(string Text) : TemplateNode;

public sealed record CommentNode(Trim Trim) : TemplateNode;

public sealed record OutputNode(TemplateExpression Value, Trim Trim) : TemplateNode;

/// <summary><c>if</c>, <c>unless</c>, <c>each</c> or <c>with</c>. The first branch is the block's own; one without a condition is <c>else</c>.</summary>
public sealed record BlockNode(string Name, IReadOnlyList<string> Parameters, IReadOnlyList<BlockBranch> Branches, Trim CloseTrim) : TemplateNode
{
    public bool HasElse => Branches.Count > 1;
}

public sealed record BlockBranch(TemplateExpression? Subject, Trim Trim, IReadOnlyList<TemplateNode> Body);

public abstract record TemplateExpression;

public sealed record TextValue(string Text) : TemplateExpression;

public sealed record NumberValue(string Digits) : TemplateExpression;

public sealed record WordValue(string Word) : TemplateExpression;

public sealed record FunctionCall(string Name, IReadOnlyList<TemplateExpression> Arguments) : TemplateExpression;

/// <summary>A path: <c>Parents</c> times up, then the segments. <c>Special</c> is the word after an @, if it is one.</summary>
public sealed record ValuePath(int Parents, string? Special, bool FromThis, IReadOnlyList<string> Segments) : TemplateExpression;
