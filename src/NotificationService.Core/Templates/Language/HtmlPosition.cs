using System.Text.RegularExpressions;

namespace NotificationService.Templates.Language;

/// <summary>
/// Follows the author's HTML closely enough to know where a value would be run rather than shown: inside a script
/// element or an event handler attribute, escaping protects nobody, so no value may stand there.
/// </summary>
internal sealed partial class HtmlPosition
{
    private const int AttributeReach = 2_000;
    private string recent = "";
    private bool inScript;

    public void Pass(string literal)
    {
        var opened = literal.LastIndexOf("<script", StringComparison.OrdinalIgnoreCase);
        var closed = literal.LastIndexOf("</script", StringComparison.OrdinalIgnoreCase);
        if (opened >= 0 || closed >= 0)
            inScript = opened > closed;
        recent = literal.Length >= AttributeReach ? literal[^AttributeReach..] : string.Concat(recent.AsSpan(Math.Max(0, recent.Length + literal.Length - AttributeReach)), literal);
    }

    public void RefuseWhereEscapingDoesNotHelp(int position)
    {
        if (inScript)
            throw new TemplateRefusedException(TemplateCodes.UnsafePosition, position, "a value cannot stand inside a script element");
        var tag = recent.LastIndexOf('<');
        if (tag >= 0 && EventHandlerAttribute().IsMatch(recent.AsSpan(tag)))
            throw new TemplateRefusedException(TemplateCodes.UnsafePosition, position, "a value cannot stand inside an event handler attribute");
    }

    // The last attribute that was opened and not closed again is an on… one. Linear: no nested quantifiers.
    [GeneratedRegex("""[\s"'/]on[a-z]+\s*=\s*("[^"]*|'[^']*|[^\s"'>]*)$""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex EventHandlerAttribute();
}
