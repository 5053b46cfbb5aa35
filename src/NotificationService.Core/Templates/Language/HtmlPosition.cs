using System.Text.RegularExpressions;

namespace NotificationService.Templates.Language;

/// <summary>
/// Follows the author's HTML closely enough to know where a value would be run rather than shown: inside a script
/// or style element or an event handler attribute, escaping protects nobody, so no value may stand there.
/// </summary>
internal sealed partial class HtmlPosition
{
    private const int AttributeReach = 2_000;
    private string recent = "";
    private bool inScript;
    private bool inStyle;

    public void Pass(string literal)
    {
        inScript = IsInside("script", literal, inScript);
        inStyle = IsInside("style", literal, inStyle);
        recent = literal.Length >= AttributeReach ? literal[^AttributeReach..] : string.Concat(recent.AsSpan(Math.Max(0, recent.Length + literal.Length - AttributeReach)), literal);
    }

    public void RefuseWhereEscapingDoesNotHelp(int position)
    {
        if (inScript)
            throw new TemplateRefusedException(TemplateCodes.UnsafePosition, position, "a value cannot stand inside a script element");
        if (inStyle)
            throw new TemplateRefusedException(TemplateCodes.UnsafePosition, position, "a value cannot stand inside a style element");
        var tag = recent.LastIndexOf('<');
        if (tag >= 0 && EventHandlerAttribute().IsMatch(recent.AsSpan(tag)))
            throw new TemplateRefusedException(TemplateCodes.UnsafePosition, position, "a value cannot stand inside an event handler attribute");
    }

    private static bool IsInside(string element, string literal, bool before)
    {
        var opened = literal.LastIndexOf($"<{element}", StringComparison.OrdinalIgnoreCase);
        var closed = literal.LastIndexOf($"</{element}", StringComparison.OrdinalIgnoreCase);
        return opened < 0 && closed < 0 ? before : opened > closed;
    }

    // The last attribute that was opened and not closed again is an on… one. Linear: no nested quantifiers.
    [GeneratedRegex("""[\s"'/]on[a-z]+\s*=\s*("[^"]*|'[^']*|[^\s"'>]*)$""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex EventHandlerAttribute();
}
