using System.Diagnostics;
using System.Runtime.InteropServices;
using NotificationService.Benchmarks.Machine;
using NotificationService.Benchmarks.Provider;
using NotificationService.Testing;

namespace NotificationService.Benchmarks.Rigging;

/// <summary>What every scenario stands on: a PostgreSQL of its own, the published service, a provider.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private readonly DirectoryInfo published;

    private Rig(BenchmarkOptions options, DirectoryInfo published, PostgresCluster cluster, ProviderProcess provider) =>
        (Options, this.published, Cluster, Provider) = (options, published, cluster, provider);

    public BenchmarkOptions Options { get; }

    public PostgresCluster Cluster { get; }

    public ProviderProcess Provider { get; }

    public string HostAssembly => Path.Combine(published.FullName, "NotificationService.Host.dll");

    public static async Task<Rig> BuildAsync(BenchmarkOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("nsbench-");
        await PublishAsync(folder.FullName, options.Publish);
        var cluster = new PostgresCluster { IsDurable = true, Settings = ["shared_buffers=1GB", "max_wal_size=4GB", .. options.Profile > 0 ? [StatementProfile.Preload] : (string[])[]] };
        await cluster.InitializeAsync();
        return new Rig(options, folder, cluster, await ProviderProcess.StartAsync());
    }

    public double PostgresCpu() => CpuClock.OfFamily(int.Parse(File.ReadLines(Path.Combine(Cluster.Folder, "data", "postmaster.pid")).First()));

    /// <summary>Waits until nobody else uses the machine, at most half a minute: what is measured next shall be the service.</summary>
    public static async Task QuietAsync()
    {
        for (var i = 0; i < 60; i++)
        {
            var before = CpuClock.OfMachine();
            await Task.Delay(500);
            if (CpuClock.OfMachine() - before < 0.06)
                return;
        }

        Console.WriteLine("  (something else uses the machine)");
    }

    public async ValueTask DisposeAsync()
    {
        await Provider.DisposeAsync();
        await Cluster.DisposeAsync();
        published.Delete(recursive: true);
    }

    /// <summary>As the <c>Dockerfile</c> does, for the platform of this machine: with machine code, which a publish for any platform has none of.</summary>
    private static async Task PublishAsync(string folder, string more)
    {
        Console.WriteLine("publishing the service ...");
        var start = new ProcessStartInfo(
            "dotnet",
            [
                "publish", Path.Combine(Repository.Root, "src", "NotificationService.Host"), "-c", "Release", "-a", RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant(),
                "-o", folder, "-v", "q", "--nologo", .. more.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            ])
        { RedirectStandardOutput = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"publishing failed:\n{output}");
    }
}
