using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using NotificationService.Host;
using NotificationService.Host.Auth;
using NotificationService.Host.Configuration;
using NotificationService.Host.Http;
using NotificationService.Host.Observability;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.Benchmarks.Shell;

/// <summary>
/// What stands around a route, priced piece by piece: the same request through Kestrel with nothing, then with one
/// more piece each. Prints microseconds and bytes a request of the fastest round, which is the least disturbed one.
/// </summary>
internal static class ShellBenchmark
{
    private const int Requests = 20_000;
    private const int Repeats = 25;

    private static readonly (string Name, Action<WebApplication> Use)[] Pipelines =
    [
        ("route only", app => app.UseRouting()),
        ("+ problems", app => app.UseMiddleware<ProblemMiddleware>().UseRouting()),
        ("+ sign-in", app => app.UseMiddleware<ProblemMiddleware>().UseRouting().UseMiddleware<SignInMiddleware>()),
        ("the shell", app => app.UseHttpShell()),
    ];

    public static async Task<int> RunAsync()
    {
        var cluster = new PostgresCluster { IsDurable = true };
        await cluster.InitializeAsync();
        try
        {
            var connectionString = await cluster.CreateDatabaseAsync();
            await Console.Out.WriteLineAsync($"{"",-12} {"µs",8} {"bytes",8}");
            foreach (var (name, use) in Pipelines)
            {
                var (time, bytes) = await MeasureAsync(connectionString, use);
                await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{name,-12} {time,8:0.00} {bytes,8:0}"));
            }
        }
        finally
        {
            await cluster.DisposeAsync();
        }

        return 0;
    }

    private static async Task<(double Microseconds, double Bytes)> MeasureAsync(string connectionString, Action<WebApplication> use)
    {
        var transport = new InMemoryTransport();
        await using var app = Build(connectionString, transport, use);
        await app.StartAsync();
        var connection = transport.Connect();
        var request = Request(Token(app.Services));
        await SendAsync(connection, request, Requests);

        var repeats = new List<(double Time, double Bytes)>();
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            var (bytes, started) = (GC.GetTotalAllocatedBytes(precise: true), Stopwatch.GetTimestamp());
            await SendAsync(connection, request, Requests);
            repeats.Add((Stopwatch.GetElapsedTime(started).TotalMicroseconds / Requests, (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)Requests));
        }

        await connection.Output.CompleteAsync();
        await app.StopAsync();
        return repeats.MinBy(repeat => repeat.Time);
    }

    private static WebApplication Build(string connectionString, InMemoryTransport transport, Action<WebApplication> use)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.Configuration["Notification:MasterKeys"] = $"k1:{Convert.ToBase64String(new byte[32])}";
        builder.Configuration["Notification:RateLimits:SendPerMinute"] = "1000000000000";
        builder.UseServiceLogs();
        builder.WebHost.UseUrls("http://127.0.0.1:1");
        builder.Services.AddNotificationService(HostSettings.Read(builder.Configuration) with { ConnectionString = connectionString }).AddApiRole();
        builder.Services.RemoveAll<IConnectionListenerFactory>().AddSingleton<IConnectionListenerFactory>(transport);
        var app = builder.Build();
        use(app);
        app.MapPost("/api/v1/services/probe", Accept).RequireAuthorization(Policies.SendNotifications);
        return app;
    }

    private static Task Accept(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        return Task.CompletedTask;
    }

    private static string Token(IServiceProvider services)
    {
        var caller = new Caller(new TenantId(services.GetRequiredService<Ids>().Next()), CallerKind.ServiceAccount, Guid.Empty, null, true, Scopes.Of([Scopes.Send, Scopes.Read]), Scopes.Of([]));
        return services.GetRequiredService<AccessTokenWriter>().Write(new AccessToken(caller, DateTimeOffset.UtcNow.AddMinutes(50), null, []));
    }

    private static byte[] Request(string token) => Encoding.ASCII.GetBytes(
        $"POST /api/v1/services/probe HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: benchmark/1.0\r\nAccept: application/json\r\nContent-Type: application/json\r\nIdempotency-Key: 0198f3c2-7a54-7e6b-9d3a-1f2e3d4c5b6a\r\nAuthorization: Bearer {token}\r\nContent-Length: 2\r\n\r\n{{}}");

    private static async Task SendAsync(IDuplexPipe connection, byte[] request, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await connection.Output.WriteAsync(request);
            while (true)
            {
                var response = await connection.Input.ReadAsync();
                var whole = EndsHere(response.Buffer);
                connection.Input.AdvanceTo(whole ? response.Buffer.End : response.Buffer.Start, response.Buffer.End);
                if (whole)
                    break;
            }
        }
    }

    /// <summary>The response has no body, so it ends with the empty line.</summary>
    private static bool EndsHere(System.Buffers.ReadOnlySequence<byte> buffer)
    {
        var bytes = buffer.IsSingleSegment ? buffer.FirstSpan : System.Buffers.BuffersExtensions.ToArray(buffer);
        if (!bytes.EndsWith("\r\n\r\n"u8))
            return false;
        return bytes.StartsWith("HTTP/1.1 202"u8) ? true : throw new InvalidOperationException(Encoding.ASCII.GetString(bytes));
    }
}
