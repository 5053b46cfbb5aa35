using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Realtime;
using NotificationService.Realtime.Presence;

namespace NotificationService.Host.Api.Realtime;

/// <summary>What a request that opens a stream asks for, and the place that it takes until it ends.</summary>
internal sealed class StreamOpening : IDisposable
{
    private const string LastEventId = "Last-Event-ID";

    private readonly IDisposable place;
    private readonly IDisposable? here;

    private StreamOpening(Listener listener, StreamPosition? from, StreamToken token, IDisposable place, IDisposable? here) =>
        (Listener, From, Token, this.place, this.here) = (listener, from, token, place, here);

    public Listener Listener { get; }

    /// <summary>Null: from now on.</summary>
    public StreamPosition? From { get; }

    public StreamToken Token { get; }

    /// <summary>For a route whose policy has let a person in.</summary>
    public static (StreamOpening? Opening, ProblemResult? Refusal) Of(HttpContext context)
    {
        var services = context.RequestServices;
        var from = context.Request.Headers[LastEventId] is [{ Length: > 0 } header] ? header : context.Request.Query["lastEventId"].ToString();
        StreamPosition? position = StreamPosition.TryRead(from, out var read) ? read : null;
        if (position is null && from.Length > 0)
            return (null, Problems.Validation("/query/lastEventId", "cursor_invalid", "'Last-Event-ID' is not the id of an event of this stream. Start without it."));
        var listener = Listener.Of(context.Caller());
        if (services.GetRequiredService<StreamPlaces>().TryEnter(listener) is not { } place)
            return (null, Problems.LimitReached("too_many_streams", "There are as many streams as one person, one tenant or one process may have.", TimeSpan.FromSeconds(10)));
        var token = new StreamToken(((CallerIdentity)context.User.Identity!).Token, services.GetRequiredService<EndedTokens>(), services.GetRequiredService<TimeProvider>());
        return (new StreamOpening(listener, position, token, place, services.GetRequiredService<PresenceBook>().Enter(listener)), null);
    }

    public void Dispose()
    {
        here?.Dispose();
        place.Dispose();
    }
}
