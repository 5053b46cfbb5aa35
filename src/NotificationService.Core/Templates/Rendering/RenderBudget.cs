using System.Diagnostics;
using NotificationService.Templates.Language;

namespace NotificationService.Templates.Rendering;

/// <summary>A template asked for more output, iterations, memory or time than one render may have.</summary>
internal sealed class RenderLimitException(string message) : Exception(message);

/// <summary>
/// What the render on this thread may still spend. A render neither awaits nor changes threads, so the thread is where
/// the engine's iterators and our writer meet. The clock is looked at only after much work, and what lies between two looks counts as
/// no more than such work can take: a render during which the machine stood still is not a failed one. Work is counted by its size, so that
/// a thousand calls over a megabyte of text each are noticed as soon as a million small ones. Memory is counted before it is allocated.
/// </summary>
internal static class RenderBudget
{
    private const int StepsBetweenLooks = 4_096;

    /// <summary>An item's body may hold a thousand tags that neither print nor call.</summary>
    private const int StepsPerItem = 16;

    private const int CharactersPerStep = 64;

    /// <summary>Ten times what the work between two looks takes on a slow machine.</summary>
    private static readonly TimeSpan LongestBetweenLooks = TimeSpan.FromMilliseconds(50);

    [ThreadStatic]
    private static int iterations;

    [ThreadStatic]
    private static int steps;

    [ThreadStatic]
    private static long made;

    [ThreadStatic]
    private static long printed;

    [ThreadStatic]
    private static long lookedAt;

    [ThreadStatic]
    private static TimeSpan spent;

    public static void Start()
    {
        iterations = TemplateLimits.Iterations;
        steps = StepsBetweenLooks;
        made = 0;
        printed = 0;
        lookedAt = Stopwatch.GetTimestamp();
        spent = TimeSpan.Zero;
    }

    /// <summary>Goes over that many items.</summary>
    public static void Spend(int count)
    {
        iterations -= count;
        if (iterations < 0)
            throw new RenderLimitException($"a render may go round its lists {TemplateLimits.Iterations} times in all");
        Step(count * StepsPerItem);
    }

    /// <summary>Pays for a text of that length that a function is about to make, whatever becomes of it.</summary>
    public static void Make(long characters)
    {
        if (characters > TemplateLimits.TextCharacters)
            throw new RenderLimitException($"a function may make a text of {TemplateLimits.TextCharacters} characters, this would have {characters}");
        made += characters;
        if (made > TemplateLimits.MadeCharacters)
            throw new RenderLimitException($"the functions of one render may make texts of {TemplateLimits.MadeCharacters} characters in all");
        StepOver((int)characters);
    }

    /// <summary>Pays for output of any part.</summary>
    public static void Print(int characters)
    {
        printed += characters;
        if (printed > TemplateLimits.OutputCharacters)
            throw new RenderLimitException($"all parts of one render together may have {TemplateLimits.OutputCharacters} characters");
        StepOver(characters);
    }

    /// <summary>Work on a text of that length.</summary>
    public static void StepOver(int characters) => Step(1 + (characters / CharactersPerStep));

    public static void Step(int count)
    {
        steps -= count;
        if (steps > 0)
            return;
        steps = StepsBetweenLooks;
        var now = Stopwatch.GetTimestamp();
        var since = Stopwatch.GetElapsedTime(lookedAt, now);
        (lookedAt, spent) = (now, spent + (since < LongestBetweenLooks ? since : LongestBetweenLooks));
        if (spent > TemplateLimits.RenderTime)
            throw new RenderLimitException($"a render may take {TemplateLimits.RenderTime.TotalMilliseconds} ms");
    }
}
