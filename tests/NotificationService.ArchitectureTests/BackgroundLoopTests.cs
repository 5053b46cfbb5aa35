using NotificationService.Testing;

namespace NotificationService.ArchitectureTests;

/// <summary>Work in the background is a claim loop or a periodic task: what a failure costs, how long a pause is and how a loop ends is decided once.</summary>
public sealed class BackgroundLoopTests
{
    private static readonly (string File, string Because)[] Own =
    [
        ("LiveListener.cs", "it listens, and takes nothing"),
        ("WakeUpListener.cs", "it listens, and takes nothing"),
        ("IntakeLoop.cs", "Kafka's client blocks a thread of its own"),
    ];

    private static readonly IReadOnlyList<(string Name, string Text)> Sources =
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(file => (Path.GetFileName(file), File.ReadAllText(file))),
    ];

    [Fact]
    public void Every_background_service_is_a_claim_loop_or_a_periodic_task()
    {
        var services = Sources.Where(file => file.Text.Contains(" : BackgroundService", StringComparison.Ordinal)).ToList();

        services.Count.ShouldBeGreaterThan(15);
        services.Where(file => !IsOneOfOurs(file.Text)).Select(file => file.Name).ShouldBe(Own.Select(own => own.File), ignoreOrder: true);
    }

    /// <summary>The tick of a worker's pipeline may not fail: a worker whose tick has ended does not go on.</summary>
    [Fact]
    public void Only_periodic_tasks_go_by_a_timer() =>
        Sources.Where(file => file.Text.Contains("new PeriodicTimer(", StringComparison.Ordinal)).Select(file => file.Name).ShouldBe(["PeriodicTask.cs", "DeliveryWorker.cs"], ignoreOrder: true);

    private static bool IsOneOfOurs(string text) => text.Contains("PeriodicTask.RepeatAsync(", StringComparison.Ordinal) || text.Contains("new ClaimLoop(", StringComparison.Ordinal);
}
