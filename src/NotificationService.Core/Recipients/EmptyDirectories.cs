using System.Collections.Concurrent;

namespace NotificationService.Recipients;

/// <summary>
/// Which directories have nobody, as far as this process knows. Asked for of each tenant that sends, at most twice a second: a tenant that keeps no directory pays
/// nothing else for there being one. Only that one is empty is remembered, and only for a moment; that somebody is in it stays true.
/// </summary>
public sealed class EmptyDirectories(TimeProvider time)
{
    /// <summary>How long after its question an answer is still believed. Who puts the first people into a directory waits as long.</summary>
    public static readonly TimeSpan BelievedFor = TimeSpan.FromMilliseconds(500);

    /// <summary>A few dozen bytes each.</summary>
    private const int Max = 10_000;

    private readonly ConcurrentDictionary<DirectoryId, long> asked = new();

    public int Count => asked.Count;

    public bool IsEmpty(DirectoryId directory) => asked.TryGetValue(directory, out var at) && time.GetElapsedTime(at) < BelievedFor;

    /// <param name="directory">Nobody was in it.</param>
    /// <param name="at">When it was asked for: before the question, not after the answer.</param>
    public void Note(DirectoryId directory, long at)
    {
        if (asked.Count >= Max)
            asked.Clear();
        asked[directory] = at;
    }

    public void Forget(DirectoryId directory) => asked.TryRemove(directory, out _);
}
