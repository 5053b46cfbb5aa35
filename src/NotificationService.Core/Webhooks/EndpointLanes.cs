namespace NotificationService.Webhooks;

/// <summary>How many of some endpoints the next claim may bring, and in all.</summary>
internal sealed record EndpointLimits(Guid[] Endpoints, int[] Most, int Others, int InAll);

/// <summary>
/// How many calls each endpoint may have in flight from this process. One that answers earns more; one that fails or hangs is
/// left with one at a time. Calls that take long are counted apart, so that no number of hanging endpoints takes the place of the others.
/// </summary>
internal sealed class EndpointLanes(WebhookOptions options, TimeProvider time)
{
    /// <summary>An endpoint of which nothing is known.</summary>
    private const int First = 2;

    /// <summary>Whoever keeps a call for longer than this is slow, and is so until it has answered a few in time.</summary>
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromMinutes(10);

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, Lane> lanes = [];
    private long sweptAt = time.GetTimestamp();

    /// <summary>For the next claim; none in all when there is no room.</summary>
    public EndpointLimits Limits()
    {
        lock (gate)
        {
            Sweep();
            var (fast, slow) = (options.Concurrency, options.SlowConcurrency);
            foreach (var lane in lanes.Values)
            {
                if (IsSlow(lane))
                    slow -= lane.Calls.Count;
                else
                    fast -= lane.Calls.Count;
            }

            List<Guid> endpoints = [];
            List<int> most = [];
            foreach (var (endpoint, lane) in lanes)
            {
                var room = Math.Max(0, lane.Limit - lane.Calls.Count);
                if (IsSlow(lane))
                {
                    room = Math.Clamp(room, 0, Math.Max(0, slow));
                    slow -= room;
                }

                endpoints.Add(endpoint);
                most.Add(room);
            }

            return new EndpointLimits([.. endpoints], [.. most], First, Math.Max(0, fast));
        }
    }

    /// <summary>What a claim brought: of an endpoint that brought all it might, or might bring none, more may be waiting.</summary>
    public void Claimed(IReadOnlyList<ClaimedMessage> messages, EndpointLimits limits)
    {
        lock (gate)
        {
            var brought = messages.GroupBy(message => message.Endpoint).ToDictionary(group => group.Key, group => group.Count());
            for (var i = 0; i < limits.Endpoints.Length; i++)
                lanes[limits.Endpoints[i]].MayHaveMore = brought.GetValueOrDefault(limits.Endpoints[i]) >= limits.Most[i];
            foreach (var message in messages)
                Begin(message);
        }
    }

    private void Begin(ClaimedMessage message)
    {
        if (!lanes.TryGetValue(message.Endpoint, out var lane))
            lanes.Add(message.Endpoint, lane = new Lane { Limit = First, MayHaveMore = true });
        lane.Calls.Add((message.Id, message.Claims), lane.UsedAt = time.GetTimestamp());
    }

    /// <summary>A call ended, or was not made. Answers whether somebody may be waiting for its place.</summary>
    public bool Ended(ClaimedMessage message, WebhookAnswer? answer)
    {
        lock (gate)
        {
            var lane = lanes[message.Endpoint];
            lane.Calls.Remove((message.Id, message.Claims), out var began);
            lane.UsedAt = time.GetTimestamp();
            if (answer is null)
                return lane.MayHaveMore;
            var took = time.GetElapsedTime(began);
            lane.Seconds = lane.Seconds is { } usual ? usual * 0.7 + took.TotalSeconds * 0.3 : took.TotalSeconds;
            lane.Limit = answer is WebhookAnswer.Delivered && took < Slow
                ? Math.Min(options.ConcurrencyPerEndpoint, lane.Limit + 1)
                : Math.Max(1, lane.Limit / 2);
            return lane.MayHaveMore;
        }
    }

    private bool IsSlow(Lane lane) => lane.Seconds > Slow.TotalSeconds || lane.Calls.Values.Any(began => time.GetElapsedTime(began) > Slow);

    private void Sweep()
    {
        if (time.GetElapsedTime(sweptAt) < ForgottenAfter / 10)
            return;
        sweptAt = time.GetTimestamp();
        foreach (var (endpoint, lane) in lanes)
        {
            if (lane.Calls.Count == 0 && time.GetElapsedTime(lane.UsedAt) > ForgottenAfter)
                lanes.Remove(endpoint);
        }
    }

    private sealed class Lane
    {
        /// <summary>When each call in flight began. By claim: a message whose lease has ended may be in hand here once more.</summary>
        public Dictionary<(Guid Message, int Claims), long> Calls { get; } = [];

        public int Limit { get; set; }

        /// <summary>How long its calls take, the last ones counting most.</summary>
        public double? Seconds { get; set; }

        public bool MayHaveMore { get; set; }

        public long UsedAt { get; set; }
    }
}
