using NotificationService.Benchmarks.Reporting;

namespace NotificationService.Benchmarks.Rigging;

/// <summary>What the service, PostgreSQL and the rest of the machine used of the CPU from here to there.</summary>
internal sealed class CpuSpan
{
    private readonly Rig rig;
    private readonly BenchService service;
    private readonly double serviceBefore;
    private readonly double postgresBefore;

    private CpuSpan(Rig rig, BenchService service) =>
        (this.rig, this.service, serviceBefore, postgresBefore) = (rig, service, service.Cpu(), rig.PostgresCpu());

    public static CpuSpan Begin(Rig rig, BenchService service) => new(rig, service);

    /// <summary>Adds the microseconds per notification.</summary>
    public void End(Figures figures, long notifications, string of = "")
    {
        var (own, postgres) = (service.Cpu() - serviceBefore, rig.PostgresCpu() - postgresBefore);
        figures.Add($"{of}CPU per notification", "µs", (own + postgres) * 1e6 / notifications);
        figures.Add($"{of}CPU per notification, service", "µs", own * 1e6 / notifications);
        figures.Add($"{of}CPU per notification, PostgreSQL", "µs", postgres * 1e6 / notifications);
    }
}
