using NotificationService.Tenants;

namespace NotificationService.Webhooks;

/// <summary>How many messages the next claim may bring.</summary>
/// <param name="Endpoints">Those that are known.</param>
/// <param name="Max">Of each of them.</param>
/// <param name="Slow">Which of them take long.</param>
/// <param name="Turns">When each was last served: the smaller, the longer ago.</param>
/// <param name="Others">Of any endpoint that is not known.</param>
/// <param name="InAll">Of all that are not slow.</param>
/// <param name="SlowInAll">Of all slow ones.</param>
/// <param name="Tenants">Who has calls under way; twice, whoever has slow ones and others.</param>
/// <param name="SlowCalls">Which of the two these are.</param>
/// <param name="Calls">How many.</param>
internal sealed record EndpointLimits(
    Guid[] Endpoints, int[] Max, bool[] Slow, long[] Turns, int Others, int InAll, int SlowInAll, Guid[] Tenants, bool[] SlowCalls, int[] Calls)
{
    public bool AreNone => InAll == 0 && SlowInAll == 0;
}

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
    private static readonly TimeSpan LeftFor = TimeSpan.FromMinutes(1);

    private readonly Lock sync = new();
    private readonly Dictionary<Guid, Lane> lanes = [];
    private long sweptAt = time.GetTimestamp();
    private long turn;

    /// <summary>Whether the last claim brought all that there was capacity for: then whoever it brought may have more.</summary>
    private bool wasFull;

    /// <summary>For the next claim; none in all when there is no capacity.</summary>
    public EndpointLimits Limits()
    {
        lock (sync)
        {
            Sweep();
            var known = lanes.Select(entry => (Endpoint: entry.Key, Lane: entry.Value, Slow: IsSlow(entry.Value))).ToArray();
            var busy = known.Where(entry => entry.Lane.Calls.Count > 0).GroupBy(entry => (entry.Lane.Tenant, entry.Slow))
                .Select(tenant => (Tenant: tenant.Key.Tenant.Value, tenant.Key.Slow, Calls: tenant.Sum(entry => entry.Lane.Calls.Count))).ToArray();
            return new EndpointLimits(
                Array.ConvertAll(known, entry => entry.Endpoint),
                Array.ConvertAll(known, entry => IsLeft(entry.Lane) ? 0 : Math.Max(0, entry.Lane.Limit - entry.Lane.Calls.Count)),
                Array.ConvertAll(known, entry => entry.Slow),
                Array.ConvertAll(known, entry => entry.Lane.Turn),
                First,
                Math.Max(0, options.Concurrency - busy.Where(entry => !entry.Slow).Sum(entry => entry.Calls)),
                Math.Max(0, options.SlowConcurrency - busy.Where(entry => entry.Slow).Sum(entry => entry.Calls)),
                Array.ConvertAll(busy, entry => entry.Tenant),
                Array.ConvertAll(busy, entry => entry.Slow),
                Array.ConvertAll(busy, entry => entry.Calls));
        }
    }

    /// <summary>What a claim brought: of an endpoint that brought all it might, or might bring none, more may be waiting.</summary>
    public void Claimed(IReadOnlyList<ClaimedMessage> messages, EndpointLimits limits)
    {
        lock (sync)
        {
            turn++;
            var slow = limits.Endpoints.Where((_, place) => limits.Slow[place]).ToHashSet();
            var slowMessages = messages.Count(message => slow.Contains(message.Endpoint));
            wasFull = messages.Count - slowMessages >= limits.InAll || slowMessages >= limits.SlowInAll;
            var brought = messages.GroupBy(message => message.Endpoint).ToDictionary(group => group.Key, group => group.Count());
            for (var i = 0; i < limits.Endpoints.Length; i++)
                lanes[limits.Endpoints[i]].MayHaveMore = brought.GetValueOrDefault(limits.Endpoints[i]) >= limits.Max[i];
            foreach (var message in messages)
                Begin(message);
        }
    }

    private void Begin(ClaimedMessage message)
    {
        if (!lanes.TryGetValue(message.Endpoint, out var lane))
            lanes.Add(message.Endpoint, lane = new Lane(message.Tenant) { Limit = First, MayHaveMore = true });
        lane.Turn = turn;
        lane.Calls.Add((message.Id, message.Claims), lane.UsedAt = time.GetTimestamp());
    }

    /// <summary>This process cannot call the endpoint; for a while it brings nothing of it, so that others may.</summary>
    public void Leave(Guid endpoint)
    {
        lock (sync)
        {
            if (lanes.TryGetValue(endpoint, out var lane))
                lane.LeftAt = time.GetTimestamp();
        }
    }

    /// <summary>A call ended, or was not made. Answers whether somebody may be waiting for its place.</summary>
    public bool Ended(ClaimedMessage message, WebhookResponse? response)
    {
        lock (sync)
        {
            var lane = lanes[message.Endpoint];
            lane.Calls.Remove((message.Id, message.Claims), out var began);
            lane.UsedAt = time.GetTimestamp();
            if (response is null)
                return lane.MayHaveMore || wasFull;
            var took = time.GetElapsedTime(began);
            lane.Seconds = lane.Seconds is { } usual ? usual * 0.7 + took.TotalSeconds * 0.3 : took.TotalSeconds;
            lane.Limit = response is WebhookResponse.Delivered && took < Slow
                ? Math.Min(options.ConcurrencyPerEndpoint, lane.Limit + 1)
                : Math.Max(1, lane.Limit / 2);
            return lane.MayHaveMore || wasFull;
        }
    }

    private bool IsSlow(Lane lane) => lane.Seconds > Slow.TotalSeconds || lane.Calls.Values.Any(began => time.GetElapsedTime(began) > Slow);

    private bool IsLeft(Lane lane) => lane.LeftAt is { } at && time.GetElapsedTime(at) < LeftFor;

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

    private sealed class Lane(TenantId tenant)
    {
        public TenantId Tenant => tenant;

        /// <summary>When each call in flight began. By claim: a message whose lease has ended may be in flight here once more.</summary>
        public Dictionary<(Guid Message, int Claims), long> Calls { get; } = [];

        public int Limit { get; set; }

        /// <summary>How long its calls take, the last ones counting most.</summary>
        public double? Seconds { get; set; }

        public bool MayHaveMore { get; set; }

        public long UsedAt { get; set; }

        /// <summary>When it was last brought something.</summary>
        public long Turn { get; set; }

        public long? LeftAt { get; set; }
    }
}
