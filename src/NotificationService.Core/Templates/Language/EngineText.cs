using System.Text;

namespace NotificationService.Templates.Language;

/// <summary>
/// Prints a tree in the engine's language. Because the engine reads this and not the author's text, there is nothing in
/// it that our parser did not understand in the same way.
/// </summary>
internal static class EngineText
{
    /// <summary>Stands before every function's name in the engine, and cannot be written by an author: data named like a function stays data.</summary>
    public const char FunctionPrefix = '$';

    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "if", "unless", "each", "with", "else", "lookup", "log", "this", "as", "true", "false", "null", "undefined", "inline",
        "helperMissing", "blockHelperMissing",
    };

    public static bool IsReserved(string name) => Reserved.Contains(name);

    public static string Of(TemplateTree tree)
    {
        var text = new StringBuilder();
        Append(text, tree.Nodes);
        return text.ToString();
    }

    private static void Append(StringBuilder text, IReadOnlyList<TemplateNode> nodes)
    {
        // The engine takes the tilde at a comment's end for a part of the comment: what it would have taken away is left out here.
        var trims = false;
        foreach (var node in nodes)
        {
            switch (node)
            {
                case LiteralNode literal:
                    text.Append(trims ? literal.Text.AsSpan().TrimStart() : literal.Text);
                    break;
                case CommentNode comment:
                    Tag(text, "! ", null, comment.Trim with { After = false });
                    break;
                case OutputNode output:
                    Tag(text, "", output.Value, output.Trim);
                    break;
                case BlockNode block:
                    Append(text, block);
                    break;
            }

            trims = node is CommentNode { Trim.After: true };
        }
    }

    private static void Append(StringBuilder text, BlockNode block)
    {
        for (var i = 0; i < block.Branches.Count; i++)
        {
            var branch = block.Branches[i];
            if (i == 0)
                Tag(text, $"#{block.Name} ", branch.Subject, branch.Trim, block.Parameters);
            else
                Tag(text, branch.Subject is null ? "else" : "else if ", branch.Subject, branch.Trim);
            Append(text, branch.Body);
        }

        Tag(text, $"/{block.Name}", null, block.CloseTrim);
    }

    private static void Tag(StringBuilder text, string opening, TemplateExpression? value, Trim trim, IReadOnlyList<string>? parameters = null)
    {
        text.Append(trim.Before ? "{{~" : "{{").Append(opening);
        if (value is FunctionCall call && opening.Length == 0)
            AppendCall(text, call);
        else if (value is not null)
            Append(text, value);
        if (parameters is { Count: > 0 })
            text.Append(" as |").AppendJoin(' ', parameters).Append('|');
        text.Append(trim.After ? "~}}" : "}}");
    }

    private static void Append(StringBuilder text, TemplateExpression value)
    {
        switch (value)
        {
            case TextValue quoted:
                var quote = quoted.Text.Contains('"', StringComparison.Ordinal) ? '\'' : '"';
                text.Append(quote).Append(quoted.Text).Append(quote);
                break;
            case NumberValue number:
                // The engine knows whole numbers only; the functions read a text as a number where they need one.
                if (int.TryParse(number.Digits, out _))
                    text.Append(number.Digits);
                else
                    text.Append('"').Append(number.Digits).Append('"');
                break;
            case WordValue word:
                text.Append(word.Word);
                break;
            case FunctionCall call:
                text.Append('(');
                AppendCall(text, call);
                text.Append(')');
                break;
            case ValuePath path:
                Append(text, path);
                break;
        }
    }

    private static void AppendCall(StringBuilder text, FunctionCall call)
    {
        text.Append(FunctionPrefix).Append(call.Name);
        foreach (var argument in call.Arguments)
        {
            text.Append(' ');
            Append(text, argument);
        }
    }

    private static void Append(StringBuilder text, ValuePath path)
    {
        var before = text.Length;
        for (var i = 0; i < path.Parents; i++)
            text.Append(i == path.Parents - 1 && path.Segments.Count == 0 ? ".." : "../");
        if (path.Special is not null)
            text.Append('@').Append(path.Special);
        else if (path.Parents == 0 && (path.Segments.Count == 0 || path.FromThis || IsReserved(path.Segments[0])))
            text.Append("this");
        foreach (var segment in path.Segments)
        {
            if (text.Length > before && text[^1] != '/')
                text.Append('.');
            text.Append(segment);
        }
    }
}
