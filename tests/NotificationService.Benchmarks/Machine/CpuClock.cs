namespace NotificationService.Benchmarks.Machine;

/// <summary>CPU seconds that processes have used so far, as the kernel counts them.</summary>
internal static class CpuClock
{
    /// <summary>USER_HZ, the unit of /proc on every Linux.</summary>
    private const double TicksPerSecond = 100;

    public static double Of(int process) => Ticks(process) is { } ticks ? (ticks.User + ticks.System) / TicksPerSecond : 0;

    /// <summary>A process with all its children, those that ended included: PostgreSQL's postmaster and its backends.</summary>
    public static double OfFamily(int parent)
    {
        var total = Ticks(parent) is { } own ? own.User + own.System + own.EndedChildren : 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var id) && Ticks(id) is { } child && child.Parent == parent)
                total += child.User + child.System;
        }

        return total / TicksPerSecond;
    }

    /// <summary>CPU seconds of the whole machine.</summary>
    public static double OfMachine()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..].Select(long.Parse).ToArray();
        return (fields[..8].Sum() - fields[3] - fields[4]) / TicksPerSecond;
    }

    /// <summary>Resident memory in MiB.</summary>
    public static double ResidentMiB(int process) => StatusMiB(process, "VmRSS:");

    /// <summary>The most resident memory that it ever had, in MiB.</summary>
    public static double PeakMiB(int process) => StatusMiB(process, "VmHWM:");

    private static double StatusMiB(int process, string line) =>
        long.Parse(File.ReadLines($"/proc/{process}/status").First(status => status.StartsWith(line, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024.0;

    private static (int Parent, long User, long System, long EndedChildren)? Ticks(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (int.Parse(fields[1]), long.Parse(fields[11]), long.Parse(fields[12]), long.Parse(fields[13]) + long.Parse(fields[14]));
        }
        catch (IOException)
        {
            return null; // it ended in between
        }
    }
}
