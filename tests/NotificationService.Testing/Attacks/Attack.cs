namespace NotificationService.Testing.Attacks;

/// <summary>One hostile behaviour. <paramref name="Once"/> does it once and answers the status that it got, 0 when the connection was closed instead.</summary>
/// <param name="Name">As a report names it.</param>
/// <param name="AtOnce">How many do it side by side.</param>
/// <param name="Once">With the number of the time.</param>
public sealed record Attack(string Name, int AtOnce, Func<Attacker, int, CancellationToken, Task<int>> Once);
