namespace NotificationService.Templates.Language;

public abstract record ParseOutcome
{
    private ParseOutcome()
    {
    }

    public sealed record Parsed(TemplateTree Tree) : ParseOutcome;

    /// <summary>The message begins with line:column and ends with the line and a caret below the place.</summary>
    public sealed record Refused(string Code, string Message) : ParseOutcome
    {
        /// <summary>Where in the text, and why, for whoever knows better where the text came from.</summary>
        internal int Position { get; init; }

        internal string Reason { get; init; } = "";
    }
}

/// <summary>Leaves the parser from any depth; never leaves <see cref="TemplateParser"/>.</summary>
internal sealed class TemplateRefusedException(string code, int position, string message) : Exception(message)
{
    public string Code { get; } = code;

    public int Position { get; } = position;

    public ParseOutcome.Refused In(string source)
    {
        var at = Math.Clamp(Position, 0, source.Length);
        var line = 1;
        var start = 0;
        for (var i = 0; i < at; i++)
        {
            if (source[i] != '\n')
                continue;
            line++;
            start = i + 1;
        }

        var end = source.IndexOf('\n', at);
        end = end < 0 ? source.Length : end;
        // A window of the line, so that a line of 60 KiB does not come back.
        var from = Math.Max(start, at - 40);
        var shown = source[from..Math.Min(end, from + 80)].Select(c => char.IsControl(c) ? ' ' : c).ToArray();
        return new ParseOutcome.Refused(Code, $"{line}:{at - start + 1}: {Message}\n{new string(shown)}\n{new string(' ', at - from)}^") { Position = at, Reason = Message };
    }
}
