using System.Net.Http.Headers;
using System.Text.Json;

namespace NotificationService.Testing;

/// <summary>A client of server-sent events, as a browser is one: it keeps the last id, and what came is looked at in its order.</summary>
public sealed class EventStream : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient client;
    private readonly Func<string?, HttpRequestMessage>? again;
    private HttpResponseMessage response;
    private readonly CancellationTokenSource stop = new();
    private readonly List<StreamedEvent> events = [];
    private readonly Task reading;

    private EventStream(HttpClient client, HttpResponseMessage response, Func<string?, HttpRequestMessage>? again)
    {
        (this.client, this.response, this.again) = (client, response, again);
        reading = Task.Run(FollowAsync);
    }

    public string? LastId { get; private set; }

    public int? Retry { get; private set; }

    public int Comments { get; private set; }

    /// <summary>The server ended it.</summary>
    public bool HasEnded => reading.IsCompleted;

    public IReadOnlyList<StreamedEvent> Events
    {
        get
        {
            lock (events)
                return [.. events];
        }
    }

    /// <param name="service">Where it is.</param>
    /// <param name="token">Whose stream; null with a ticket.</param>
    /// <param name="lastId">From where on.</param>
    /// <param name="ticket">In place of a token.</param>
    /// <param name="comesBack">With its last id whenever the stream ended, as browsers do; otherwise what ended has ended.</param>
    public static async Task<EventStream> OpenAsync(Uri service, string? token, string? lastId = null, string? ticket = null, bool comesBack = false)
    {
        var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        using var first = Request(lastId);
        var opened = await http.SendAsync(first, HttpCompletionOption.ResponseHeadersRead);
        opened.EnsureSuccessStatusCode();
        return new EventStream(http, opened, comesBack ? Request : null) { LastId = lastId };

        HttpRequestMessage Request(string? from)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, new Uri(service, $"/api/v1/users/me/events{(ticket is null ? "" : $"?ticket={ticket}")}"));
            if (token is not null)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            if (from is not null)
                request.Headers.Add("Last-Event-ID", from);
            return request;
        }
    }

    /// <summary>Waits for an event.</summary>
    public async Task<StreamedEvent> UntilAsync(Func<StreamedEvent, bool> wanted, TimeSpan timeout)
    {
        await Eventually.TrueAsync(() => Events.Any(wanted), timeout, () => $"{string.Join("\n", Events.Select(one => $"{one.Id} {one.Type} {one.Data}"))}\nlast id {LastId}, {Comments} comments{(HasEnded ? ", ended" : "")}");
        return Events.First(wanted);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await reading;
        response.Dispose();
        client.Dispose();
        stop.Dispose();
    }

    private async Task FollowAsync()
    {
        await ReadAsync();
        while (again is not null && !stop.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Pause, stop.Token);
                using var request = again(LastId);
                var opened = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token);
                response.Dispose();
                response = opened;
                if (opened.IsSuccessStatusCode)
                    await ReadAsync();
            }
            catch (Exception exception) when (exception is OperationCanceledException or HttpRequestException)
            {
                // The service is away, or the test has ended.
            }
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(stop.Token);
            using var reader = new StreamReader(body);
            var (type, id, data) = ("", "", "");
            while (await reader.ReadLineAsync(stop.Token) is { } line)
            {
                if (line.Length == 0)
                {
                    if (data.Length > 0)
                    {
                        lock (events)
                            events.Add(new StreamedEvent(type, id, JsonElement.Parse(data)));
                    }

                    // An id without an event counts too (WHATWG HTML, 9.2.6).
                    (LastId, type, data) = (id.Length > 0 ? id : LastId, "", "");
                }
                else if (line.StartsWith(':'))
                    Comments++;
                else if (line.Split(": ", 2) is ["event", var name])
                    type = name;
                else if (line.Split(": ", 2) is ["id", var value])
                    id = value;
                else if (line.Split(": ", 2) is ["data", var more])
                    data += more;
                else if (line.Split(": ", 2) is ["retry", var wait])
                    Retry = int.Parse(wait, System.Globalization.CultureInfo.InvariantCulture);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or HttpRequestException)
        {
            // Either side ended it.
        }
    }
}

/// <summary>One event of a stream.</summary>
public sealed record StreamedEvent(string Type, string Id, JsonElement Data);
