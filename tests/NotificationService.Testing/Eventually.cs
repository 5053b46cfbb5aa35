using System.Diagnostics;

namespace NotificationService.Testing;

/// <summary>Waits for a condition by looking at it again and again until a deadline; the only way a test waits.</summary>
public static class Eventually
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan within, Func<string>? otherwise = null)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > within)
                throw new TimeoutException(otherwise?.Invoke() ?? $"not true within {within.TotalSeconds:0.#} s");
            await Task.Delay(Step);
        }
    }

    public static Task TrueAsync(Func<bool> condition, TimeSpan within, Func<string>? otherwise = null) =>
        TrueAsync(() => Task.FromResult(condition()), within, otherwise);

    /// <summary>The first value that is wanted.</summary>
    public static async Task<T> ValueAsync<T>(Func<Task<T>> read, Func<T, bool> wanted, TimeSpan within)
    {
        var last = default(T);
        await TrueAsync(async () => wanted(last = await read()), within, () => $"within {within.TotalSeconds:0.#} s it only came to {last}");
        return last!;
    }
}
