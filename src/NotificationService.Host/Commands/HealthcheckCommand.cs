using NotificationService.Host.Configuration;

namespace NotificationService.Host.Commands;

/// <summary>Asks the service on this machine whether it is ready: exit code 0 or 1, for a container's health check.</summary>
public static class HealthcheckCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(string[] options, CancellationToken cancellationToken)
    {
        var addresses = HostSettings.Addresses(HostSettings.Builder(options).Configuration) ?? ListenAddresses.Default;
        var binding = BindingAddress.Parse(addresses.Split(';')[0]);
        // What listens on every address is asked on this machine's own.
        var host = binding.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "localhost" : binding.Host;
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var response = await client.GetAsync(new Uri($"{binding.Scheme}://{host}:{binding.Port}/health/ready"), cancellationToken);
            await Console.Out.WriteLineAsync(response.IsSuccessStatusCode ? "ready" : $"not ready: {(int)response.StatusCode}");
            return response.IsSuccessStatusCode ? 0 : 1;
        }
        catch (HttpRequestException exception)
        {
            throw new StartupException($"nothing answers at {addresses}: {exception.Message}", exception);
        }
        catch (TaskCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StartupException($"nothing answered at {addresses} within {Patience.TotalSeconds} s", exception);
        }
    }
}
