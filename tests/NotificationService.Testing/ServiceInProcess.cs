using System.Net;
using NotificationService.Host.Commands;
using NotificationService.Testing.OpenApi;

namespace NotificationService.Testing;

/// <summary>
/// The service in the test's own process, started as its command line does it, over a real Kestrel on a free port: for what is asked over HTTP and
/// needs no process of its own. It writes no log. What is killed, paused, or looked at from outside is a <see cref="ServiceProcess"/>; metrics are those of
/// the whole test process.
/// </summary>
public sealed class ServiceInProcess : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Task<int> serving;

    private ServiceInProcess(string[] options, Uri address)
    {
        Address = address;
        Client = new HttpClient(new ContractHandler(new SocketsHttpHandler())) { BaseAddress = address };
        serving = Task.Run(() => ServeCommand.RunAsync(options, stop.Token));
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    /// <summary>Starts the service on a database and waits until it is ready. Settings are named as in the environment.</summary>
    public static async Task<ServiceInProcess> StartAsync(string connectionString, params (string Name, string Value)[] settings)
    {
        var address = new Uri($"http://127.0.0.1:{ServiceProcess.FreePort()}");
        (string Name, string Value)[] all =
        [
            ("ConnectionStrings__NotificationDatabase", connectionString), ("environment", "Development"), ("urls", address.OriginalString),
            ("Logging__Console__LogLevel__Default", "None"), .. settings,
        ];
        var service = new ServiceInProcess([.. all.Select(setting => $"--{setting.Name.Replace("__", ":", StringComparison.Ordinal)}={setting.Value}")], address);
        await service.WaitUntilReadyAsync();
        return service;
    }

    public Task WaitUntilReadyAsync() => Eventually.TrueAsync(
        async () =>
        {
            // What keeps it from starting is thrown here.
            if (serving.IsCompleted)
                throw new InvalidOperationException($"the service ended with {await serving}");
            return await IsReadyAsync();
        },
        TimeSpan.FromSeconds(150),
        () => "the service was not ready");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await stop.CancelAsync();
        await serving;
        stop.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var response = await Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
