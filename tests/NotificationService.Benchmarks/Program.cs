using NotificationService.Benchmarks.Shell;

return args switch
{
    ["shell"] => await ShellBenchmark.RunAsync(),
    _ => 2,
};
