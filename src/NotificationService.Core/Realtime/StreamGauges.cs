using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;

namespace NotificationService.Realtime;

/// <summary>
/// How many streams there are in rooms, as <c>/metrics</c> shows it: by the kind of the room. By their names there would be a series for every person, and the names are the
/// tenants' own.
/// </summary>
internal sealed class StreamGauges(EventTails tails) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = Telemetry.Telemetry.Meter;
        meter.CreateObservableGauge("notification_stream_rooms", () => Each(static count => count.Rooms), description: "Rooms in which somebody is connected to this process.");
        meter.CreateObservableGauge("notification_stream_room_clients", () => Each(static count => count.Streams), description: "Streams in them; each is in several rooms, and in one of its person.");
        meter.CreateObservableGauge("notification_stream_fullest_room", () => Each(static count => count.Fullest), description: "Streams in the room with the most.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private IEnumerable<Measurement<long>> Each(Func<RoomCounts, long> of) =>
        tails.CountRooms().Select(kind => new Measurement<long>(of(kind.Value), new KeyValuePair<string, object?>("kind", kind.Key)));
}

/// <summary>Of one kind of rooms.</summary>
/// <param name="Rooms">In which somebody is connected.</param>
/// <param name="Streams">In all of them.</param>
/// <param name="Fullest">In the one with the most.</param>
public readonly record struct RoomCounts(long Rooms, long Streams, long Fullest)
{
    internal RoomCounts With(int streams) => new(Rooms + 1, Streams + streams, Math.Max(Fullest, streams));
}
