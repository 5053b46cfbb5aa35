using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NotificationService.Host.Commands;
using NotificationService.Storage;

namespace NotificationService.UnitTests.Commands;

public sealed class WarmUpTests
{
    [Fact]
    public async Task A_part_that_never_ends_is_left_when_its_time_is_over()
    {
        var hanging = new Part(_ => Task.Delay(Timeout.Infinite, CancellationToken.None));

        await RunAsync(TimeSpan.FromSeconds(1), hanging);

        hanging.HasBegun.ShouldBeTrue();
    }

    [Fact]
    public async Task A_part_that_fails_stops_neither_the_others_nor_the_start()
    {
        var (broken, well) = (new Part(_ => throw new InvalidOperationException("broken")), new Part(_ => Task.CompletedTask));

        await RunAsync(TimeSpan.FromMinutes(1), broken, well);

        well.HasBegun.ShouldBeTrue();
    }

    [Fact]
    public async Task Without_time_for_it_nothing_is_warmed_up()
    {
        var part = new Part(_ => Task.CompletedTask);

        await RunAsync(TimeSpan.Zero, part);

        part.HasBegun.ShouldBeFalse();
    }

    private static async Task RunAsync(TimeSpan longest, params Part[] parts)
    {
        var services = new ServiceCollection();
        foreach (var part in parts)
            services.AddSingleton<IWarmUp>(part);
        await using var provider = services.BuildServiceProvider();
        await WarmUp.RunAsync(provider, longest, NullLogger.Instance, TestContext.Current.CancellationToken);
    }

    private sealed class Part(Func<CancellationToken, Task> run) : IWarmUp
    {
        public bool HasBegun { get; private set; }

        public Task RunAsync(CancellationToken cancellationToken)
        {
            HasBegun = true;
            return run(cancellationToken);
        }
    }
}
