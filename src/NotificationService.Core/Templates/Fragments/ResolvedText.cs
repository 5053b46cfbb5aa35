using NotificationService.Templates.Language;

namespace NotificationService.Templates.Fragments;

/// <summary>A text with its partials and its layout put in, and where each piece of it came from.</summary>
internal sealed class ResolvedText(string text, IReadOnlyList<ResolvedText.Piece> pieces)
{
    /// <param name="Start">Where it begins in the resolved text.</param>
    /// <param name="From">The text that it was taken from.</param>
    /// <param name="At">Where in that.</param>
    internal readonly record struct Piece(int Start, FragmentText From, int At);

    public string Text => text;

    /// <summary>The refusal of the resolved text as one of the text that somebody wrote.</summary>
    public string Explain(ParseOutcome.Refused refused)
    {
        var piece = pieces.LastOrDefault(each => each.Start <= refused.Position);
        return piece.From is null ? refused.Message : Explain(piece.From, piece.At + refused.Position - piece.Start, refused.Code, refused.Reason);
    }

    public static string Explain(FragmentText text, int position, string code, string reason)
    {
        var message = new TemplateRefusedException(code, position, reason).In(text.Source).Message;
        return text.Name.Length == 0 ? message : $"in the {text.Name}, {message}";
    }
}
