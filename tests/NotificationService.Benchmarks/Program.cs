using NotificationService.Benchmarks;
using NotificationService.Benchmarks.Planner;
using NotificationService.Benchmarks.Provider;
using NotificationService.Benchmarks.Shell;
using NotificationService.Benchmarks.Templates;

return args switch
{
    // The provider is a process of its own, so that its CPU time is not the service's.
    ["provider", var port] => await FakeProvider.RunAsync(int.Parse(port)),
    ["shell"] => await ShellBenchmark.RunAsync(),
    ["templates"] => RenderBenchmark.Run(),
    ["planner"] => PlannerBenchmark.Run(),
    _ => await BenchmarkCommand.RunAsync(args),
};
