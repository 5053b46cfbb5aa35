using System.Diagnostics;
using NotificationService.Testing;

namespace NotificationService.Benchmarks.Provider;

/// <summary>The fake provider in its own process.</summary>
internal sealed class ProviderProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly HttpClient client;

    private ProviderProcess(Process process, Uri address)
    {
        (this.process, Address) = (process, address);
        client = new HttpClient { BaseAddress = address };
    }

    public Uri Address { get; }

    public int Id => process.Id;

    public static async Task<ProviderProcess> StartAsync()
    {
        var port = ServiceProcess.FreePort();
        var started = Process.Start("dotnet", [typeof(ProviderProcess).Assembly.Location, "provider", port.ToString()]);
        var provider = new ProviderProcess(started, new Uri($"http://127.0.0.1:{port}/"));
        await Eventually.TrueAsync(provider.RespondsAsync, TimeSpan.FromSeconds(20));
        return provider;
    }

    /// <summary>How many came, and when the first and the last did, in microseconds of <see cref="Clock"/>.</summary>
    public async Task<(long Count, long First, long Last)> StatsAsync()
    {
        var numbers = (await client.GetStringAsync("stats")).Split(' ').Select(long.Parse).ToArray();
        return (numbers[0], numbers[1], numbers[2]);
    }

    /// <summary>When each probe arrived, by its number; the first time counts.</summary>
    public async Task<IReadOnlyDictionary<int, long>> ProbesAsync()
    {
        var arrived = new Dictionary<int, long>();
        foreach (var line in (await client.GetStringAsync("probes")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            arrived.TryAdd(int.Parse(line.Split(' ')[0]), long.Parse(line.Split(' ')[1]));
        return arrived;
    }

    /// <summary>What came to customers' endpoints: how many, the first and the last in microseconds of <see cref="Clock"/>, how many hang, and each one's milliseconds after its event.</summary>
    public async Task<(int Count, long First, long Last, long Hung, double[] Lags)> WebhooksAsync(bool forget = false)
    {
        var numbers = (await client.GetStringAsync(forget ? "hooks?forget=1" : "hooks")).Split(' ');
        return (int.Parse(numbers[0]), long.Parse(numbers[1]), long.Parse(numbers[2]), long.Parse(numbers[3]), [.. numbers[4..].Select(lag => double.Parse(lag, System.Globalization.CultureInfo.InvariantCulture))]);
    }

    public Task ResetAsync() => client.GetStringAsync("reset");

    public Task DelayAsync(int milliseconds) => client.GetStringAsync($"delay?ms={milliseconds}");

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private async Task<bool> RespondsAsync()
    {
        try
        {
            await StatsAsync();
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
