using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace NotificationService.Testing.Webhooks;

/// <summary>A customer's server on a port of its own: any path is an endpoint. It writes every message down before it answers.</summary>
public sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<ReceivedWebhook> received = new();
    private readonly CancellationTokenSource ending = new();
    private int underWay;

    private WebhookReceiver(WebApplication app) => this.app = app;

    /// <summary>What is answered; a message that is given no response is kept waiting until the receiver ends.</summary>
    public Func<ReceivedWebhook, ReceiverResponse?> Response { get; set; } = _ => new ReceiverResponse(200);

    public IReadOnlyList<ReceivedWebhook> Received => [.. received];

    /// <summary>Calls that have not been answered yet.</summary>
    public int UnderWay => Volatile.Read(ref underWay);

    public Uri this[string path] => new(new Uri(app.Urls.First()), path);

    public IReadOnlyList<ReceivedWebhook> On(string path) => [.. received.Where(message => message.Path == path)];

    public static async Task<WebhookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var receiver = new WebhookReceiver(builder.Build());
        receiver.app.Run(receiver.ReceiveAsync);
        await receiver.app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await app.DisposeAsync();
        ending.Dispose();
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        Interlocked.Increment(ref underWay);
        try
        {
            using var reader = new StreamReader(context.Request.Body);
            var message = new ReceivedWebhook(
                context.Request.Path, await reader.ReadToEndAsync(context.RequestAborted),
                context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase));
            received.Enqueue(message);
            if (Response(message) is not { } response)
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(ending.Token, context.RequestAborted);
                await Task.Delay(Timeout.Infinite, either.Token).ContinueWith(_ => { }, TaskScheduler.Default);
                context.Abort();
                return;
            }

            if (response.After > TimeSpan.Zero)
                await Task.Delay(response.After, context.RequestAborted);
            await response.Until.WaitAsync(context.RequestAborted);
            context.Response.StatusCode = response.Status;
            foreach (var (name, value) in response.Headers)
                context.Response.Headers[name] = value;
            await context.Response.WriteAsync(response.Body);
        }
        finally
        {
            Interlocked.Decrement(ref underWay);
        }
    }
}

/// <summary>What a receiver answers.</summary>
public sealed record ReceiverResponse(int Status, string Body = "")
{
    public TimeSpan After { get; init; }

    /// <summary>Not before this has ended.</summary>
    public Task Until { get; init; } = Task.CompletedTask;

    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
}

/// <summary>A message as it came.</summary>
public sealed record ReceivedWebhook(string Path, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public string Id => Headers["webhook-id"];

    public JsonElement Json => JsonElement.Parse(Body);

    public string Type => Json.GetProperty("type").GetString()!;

    public JsonElement Data => Json.GetProperty("data");

    public int Sequence => Data.GetProperty("sequence").GetInt32();

    public Guid Delivery => Data.GetProperty("deliveryId").GetGuid();
}
