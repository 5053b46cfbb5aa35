using System.Diagnostics;
using NotificationService.Templates.Language;

namespace NotificationService.Templates.Rendering;

/// <summary>A template asked for more output, iterations or time than one render may have.</summary>
internal sealed class RenderLimitException(string message) : Exception(message);

/// <summary>
/// What the render on this thread may still spend. A render neither awaits nor changes threads, so the thread is where
/// the engine's iterators and our writer meet. The clock is looked at only after much work: a small render that the
/// machine happened to pause is not a failed one.
/// </summary>
internal static class RenderBudget
{
    private const int StepsBetweenLooks = 4_096;

    [ThreadStatic]
    private static int iterations;

    [ThreadStatic]
    private static int steps;

    [ThreadStatic]
    private static long startedAt;

    public static void Start()
    {
        iterations = TemplateLimits.Iterations;
        steps = StepsBetweenLooks;
        startedAt = Stopwatch.GetTimestamp();
    }

    public static void Spend(int count)
    {
        iterations -= count;
        if (iterations < 0)
            throw new RenderLimitException($"a render may go round its lists {TemplateLimits.Iterations} times in all");
        Step(count);
    }

    public static void Step(int count = 1)
    {
        steps -= count;
        if (steps > 0)
            return;
        steps = StepsBetweenLooks;
        if (Stopwatch.GetElapsedTime(startedAt) > TemplateLimits.RenderTime)
            throw new RenderLimitException($"a render may take {TemplateLimits.RenderTime.TotalMilliseconds} ms");
    }
}
