using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using NotificationService.Testing.OpenApi;

namespace NotificationService.Testing;

/// <summary>
/// The service as a process of its own: the built Host started with settings on a free port. Its output is captured;
/// it can be killed, stopped, paused and resumed.
/// </summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    // A process that lives for seconds does not earn back what its methods' second compilation costs; a start takes a quarter less processor time.
    private static readonly (string Name, string Value)[] ShortLived = [("DOTNET_TieredPGO", "0"), ("DOTNET_TC_CallCountThreshold", "200")];

    private readonly Process process;
    private readonly ConcurrentQueue<string> output = new();

    private ServiceProcess(ProcessStartInfo start, Uri address)
    {
        Address = address;
        process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Client = new HttpClient(new ContractHandler(new SocketsHttpHandler())) { BaseAddress = address };
    }

    /// <summary>A setting of a process that needs no demo tenant, or comes to a database that has it.</summary>
    public static (string Name, string Value) WithoutSeed { get; } = ("Notification__Seed", "none");

    public Uri Address { get; }

    public HttpClient Client { get; }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>What it wrote so far, both streams, in the order it came.</summary>
    public string Output => string.Join('\n', output);

    /// <summary>Starts the service on a database and waits until it is ready. Settings are named as in the environment.</summary>
    public static async Task<ServiceProcess> StartAsync(string connectionString, params (string Name, string Value)[] settings)
    {
        var service = Launch([], [("ConnectionStrings__NotificationDatabase", connectionString), ("ASPNETCORE_ENVIRONMENT", "Development"), ("Notification__RequestLog__Enabled", "false"), .. settings]);
        await service.WaitUntilReadyAsync();
        return service;
    }

    /// <summary>Starts the built Host with arguments and settings only, on a free port unless the settings name another, without waiting.</summary>
    public static ServiceProcess Launch(string[] arguments, params (string Name, string Value)[] settings) =>
        Launch(arguments, workingDirectory: Path.GetTempPath(), settings);

    public static ServiceProcess Launch(string[] arguments, string workingDirectory, params (string Name, string Value)[] settings) =>
        Launch(HostAssembly(), arguments, workingDirectory, [.. ShortLived, .. settings]);

    /// <summary>As <see cref="Launch(string[], ValueTuple{string, string}[])"/>, but another build of the Host, such as a published one.</summary>
    public static ServiceProcess LaunchAssembly(string assembly, string[] arguments, params (string Name, string Value)[] settings) =>
        Launch(assembly, arguments, Path.GetTempPath(), settings);

    private static ServiceProcess Launch(string assembly, string[] arguments, string workingDirectory, (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory,
        };
        start.ArgumentList.Add(assembly);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);

        foreach (var inherited in start.Environment.Keys.Where(IsSettingOfTheService).ToList())
            start.Environment.Remove(inherited);
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{FreePort()}";
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        return new ServiceProcess(start, new Uri(start.Environment["ASPNETCORE_URLS"]!));
    }

    public Task WaitUntilReadyAsync() => Eventually.TrueAsync(
        () => process.HasExited ? throw new InvalidOperationException($"the service ended with {process.ExitCode}:\n{Output}") : IsReadyAsync(),
        TimeSpan.FromSeconds(150),
        () => $"the service was not ready:\n{Output}");

    /// <summary>Until it no longer says that it is ready, or listens no more, as after SIGTERM.</summary>
    public Task UntilNotReadyAsync() => Eventually.TrueAsync(async () => !await IsReadyAsync(), TimeSpan.FromSeconds(60), () => $"the service is still ready:\n{Output}");

    public Task KillAsync() => SignalAsync(Signals.Kill);

    public void Pause() => Signal(Signals.Stop);

    public void Resume() => Signal(Signals.Continue);

    /// <summary>SIGTERM, as an orchestrator stops it. Answers the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        await SignalAsync(Signals.Terminate);
        return process.ExitCode;
    }

    /// <summary>Waits for the process to end by itself. Answers the exit code.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        await process.WaitForExitAsync(deadline.Token);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }

    /// <summary>
    /// A port of 127.0.0.1 that nobody listens on at this moment, and below those that the system gives to whoever asks for any: a service binds
    /// it seconds later.
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(10_000, 32_000));
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException)
            {
                // Somebody listens there.
            }
        }
    }

    /// <summary>
    /// Host's own build output, beside the tests' in the repository, of the same configuration; or the copy of it that has its machine code
    /// (<c>eng/TestedHost.targets</c>), if it is one of this build.
    /// </summary>
    public static string HostAssembly()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var built = Path.Combine(Repository.Root, "src", "NotificationService.Host", "bin", configuration, "net10.0");
        var compiled = Path.Combine(AppContext.BaseDirectory, "host");
        var isCurrent = Directory.GetFiles(built, "NotificationService.*.dll")
            .All(file => File.GetLastWriteTimeUtc(Path.Combine(compiled, Path.GetFileName(file))) >= File.GetLastWriteTimeUtc(file));
        return Path.Combine(isCurrent ? compiled : built, "NotificationService.Host.dll");
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

    private static bool IsSettingOfTheService(string name) =>
        name.StartsWith("Notification__", StringComparison.OrdinalIgnoreCase) || name.StartsWith("ConnectionStrings__", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase) || name.StartsWith("DOTNET_ENVIRONMENT", StringComparison.OrdinalIgnoreCase);

    private void Keep(string? line)
    {
        if (line is not null)
            output.Enqueue(line);
    }

    private async Task SignalAsync(Signals signal)
    {
        Signal(signal);
        await WaitForExitAsync(TimeSpan.FromSeconds(60));
    }

    private void Signal(Signals signal)
    {
        if (SendSignal(process.Id, (int)signal) != 0 && !process.HasExited)
            throw new InvalidOperationException($"{signal} could not be sent to {process.Id}");
    }

    // Not by a process of its own: while that starts, the moment that a test waited for is over.
    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);

    /// <summary>By Linux's numbers.</summary>
    private enum Signals
    {
        Kill = 9,
        Terminate = 15,
        Continue = 18,
        Stop = 19,
    }
}
