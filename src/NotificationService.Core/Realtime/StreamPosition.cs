using System.Globalization;

namespace NotificationService.Realtime;

/// <summary>How far a client has come: what changed in its inbox, and what its tenant published. Both only grow.</summary>
/// <param name="Version">Of the last change of the inbox that it was given.</param>
/// <param name="Sequence">Up to there it was given whatever was for it.</param>
public readonly record struct StreamPosition(long Version, long Sequence)
{
    /// <summary>The id of an event, which a client gives back as <c>Last-Event-ID</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Version}-{Sequence}");

    public static bool TryRead(string? text, out StreamPosition position)
    {
        position = default;
        if (text?.Split('-') is not [var version, var sequence] || !IsNumber(version, out var first) || !IsNumber(sequence, out var second))
            return false;
        position = new StreamPosition(first, second);
        return true;
    }

    private static bool IsNumber(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
