using System.Diagnostics;
using System.Runtime.InteropServices;
using NotificationService.Host.Embedded;
using NotificationService.Testing;

namespace NotificationService.Benchmarks.Machine;

/// <summary>What figures depend on.</summary>
internal sealed record MachineFacts(string Processor, int Cores, double MemoryGiB, string System, string Runtime, string Postgres, string Commit)
{
    public static async Task<MachineFacts> ReadAsync()
    {
        var processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";
        var memory = long.Parse(File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024.0 / 1024;
        var postgres = PostgresBinaries.OnThisMachine() is { } binaries ? await OutputAsync(binaries.Postgres, "--version") : "no PostgreSQL";
        // What other scenarios wrote into results/ before changes nothing of what is measured.
        var changed = await OutputAsync("git", "-C", Repository.Root, "status", "--porcelain", "--", ".", ":(exclude)tests/NotificationService.Benchmarks/results");
        var commit = await OutputAsync("git", "-C", Repository.Root, "rev-parse", "--short=10", "HEAD") + (changed.Length == 0 ? "" : "-dirty");
        return new(processor, Environment.ProcessorCount, memory, RuntimeInformation.OSDescription, Environment.Version.ToString(), postgres, commit);
    }

    private static async Task<string> OutputAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output.Trim();
    }
}

internal static class LoadAverage
{
    /// <summary>Of the last 1, 5 and 15 minutes: whether anything else used the machine.</summary>
    public static string Now() => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]);
}
