using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.UnitTests.Queueing;

public sealed class BatchedWriterTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly CoalescerOptions Together = new(Writers: 1, Capacity: 1_000, MaxBatch: 100, Linger: TimeSpan.Zero);
    private static readonly BatchedWriterOptions Patient = new(Together, LongestOutage: 20 * Second, FirstPause: Second, LongestPause: 4 * Second);

    [Fact]
    public async Task Callers_who_come_together_share_a_write_and_each_gets_its_own_result()
    {
        var run = new Run();
        await using var writer = run.NewWriter(Patient);

        (await run.TogetherAsync(writer, 5)).ShouldBe(["1 written", "2 written", "3 written", "4 written", "5 written"]);

        run.Writes.ShouldBe(["0", "1 2 3 4 5"]);
    }

    [Fact]
    public async Task What_the_database_does_not_take_is_found_by_halves_and_costs_the_others_nothing()
    {
        var run = new Run { Fails = items => items.Contains(6) ? Refused("23514") : null };
        var halved = new List<string>();
        await using var writer = run.NewWriter(Patient, halved: (count, reason) => halved.Add($"{count} {reason}"));

        var results = await run.TogetherAsync(writer, 8);

        results.ShouldBe(["1 written", "2 written", "3 written", "4 written", "5 written", "6 given up (23514)", "7 written", "8 written"]);
        run.Writes.ShouldBe(["0", "1 2 3 4 5 6 7 8", "1 2 3 4", "5 6 7 8", "5 6", "5", "6", "7 8"]);
        halved.ShouldBe(["8 23514", "4 23514", "2 23514"]);
    }

    [Fact]
    public async Task What_cannot_even_be_put_into_bytes_is_found_likewise()
    {
        var run = new Run { Fails = items => items.Contains(2) ? new InvalidCastException() : null };
        await using var writer = run.NewWriter(Patient);

        (await run.TogetherAsync(writer, 3)).ShouldBe(["1 written", "2 given up (InvalidCastException)", "3 written"]);
    }

    [Fact]
    public async Task An_item_that_is_refused_alone_can_be_replaced_by_another()
    {
        var run = new Run { Fails = items => items.Contains(2) ? Refused("22021") : null, Replacement = item => item + 100 };
        await using var writer = run.NewWriter(Patient);

        (await run.TogetherAsync(writer, 2)).ShouldBe(["1 written", "102 written"]);
    }

    [Fact]
    public async Task Of_what_is_posted_each_ends_once_written_replaced_or_lost()
    {
        var run = new Run { Fails = items => items.Contains(2) ? Refused("22021") : items.Contains(4) ? Away() : null, Replacement = item => item + 100 };
        var ended = new List<string>();
        await using (var writer = run.NewWriter(BatchedWriterOptions.WithoutWaiting(Together with { MaxBatch = 1 }), posted: (item, failure) => ended.Add(failure is null ? $"{item}" : $"{item} lost")))
        {
            foreach (var item in new[] { 1, 2, 3, 4 })
                writer.TryPost(item).ShouldBeTrue();
        }

        ended.ShouldBe(["1", "2", "3", "4 lost"]);
        run.Writes.ShouldBe(["1", "2", "102", "3", "4"]);
    }

    [Fact]
    public async Task While_the_database_is_away_a_write_waits_longer_and_longer_and_is_tried_again()
    {
        var tries = 0;
        var run = new Run { Fails = items => items.Contains(1) && ++tries <= 4 ? Away() : null };
        await using var writer = run.NewWriter(Patient);

        var written = writer.AddAsync(1, CancellationToken.None);
        foreach (var pause in (int[])[1, 2, 4, 4])
        {
            await run.UntilWaitingAsync();
            run.Time.Advance(pause * Second - TimeSpan.FromTicks(1));
            run.Time.Timers.ShouldBe(1, "it waits a little longer");
            run.Time.Advance(TimeSpan.FromTicks(1));
        }

        (await written.WaitAsync(Long, TestContext.Current.CancellationToken)).ShouldBe("1 written");
        run.Outages.ShouldBe(["1 57P01", "1 57P01", "1 57P01", "1 57P01"]);
    }

    [Fact]
    public async Task A_database_that_stays_away_for_longer_than_the_bound_is_the_callers_to_know()
    {
        var run = new Run { Fails = _ => Away() };
        await using var writer = run.NewWriter(Patient);

        var written = writer.AddAsync(1, CancellationToken.None);
        while (run.Time.GetUtcNow() < run.Began + Patient.LongestOutage)
        {
            await run.UntilWaitingAsync();
            run.Time.Advance(4 * Second);
        }

        (await Should.ThrowAsync<PostgresException>(() => written.WaitAsync(Long, TestContext.Current.CancellationToken))).SqlState.ShouldBe("57P01");
    }

    [Fact]
    public async Task Without_patience_they_know_at_once_and_what_was_written_before_it_is_written()
    {
        var run = new Run { Fails = items => items.Length > 2 ? Refused("23514") : items.Contains(3) ? Away() : null };
        await using var writer = run.NewWriter(BatchedWriterOptions.WithoutWaiting(Together));

        var results = await run.TogetherAsync(writer, 4);

        results.ShouldBe(["1 written", "2 written", "PostgresException", "PostgresException"]);
        run.Outages.ShouldBeEmpty();
    }

    [Fact]
    public async Task Whoever_gives_a_refused_item_up_and_fails_at_that_fails_for_that_item_only()
    {
        var run = new Run { Fails = items => items.Contains(2) ? Refused("23514") : null, Replacement = _ => throw new InvalidOperationException("not even that") };
        await using var writer = run.NewWriter(Patient);

        (await run.TogetherAsync(writer, 3)).ShouldBe(["1 written", "InvalidOperationException", "3 written"]);
    }

    [Fact]
    public async Task When_too_many_wait_the_next_is_turned_away_and_what_waits_is_written_before_it_ends()
    {
        var run = new Run();
        var writer = run.NewWriter(Patient with { Batch = Together with { Capacity = 3, MaxBatch = 1 } });
        run.Hold();
        var taken = new List<Task<string>>();
        while (taken.Count < 100 && writer.TryAdd(taken.Count, out var response))
            taken.Add(response);

        taken.Count.ShouldBeInRange(3, 4);
        run.LetGo();
        await writer.DisposeAsync();
        (await Task.WhenAll(taken)).ShouldBe(Enumerable.Range(0, taken.Count).Select(item => $"{item} written"));
    }

    private static PostgresException Refused(string state) => new("x", "ERROR", "ERROR", state);

    private static PostgresException Away() => Refused("57P01");

    /// <summary>A database, as it were: remembers what was written together, and fails as the test says.</summary>
    private sealed class Run
    {
        private TaskCompletionSource? held;
        private int waits;
        private int seen;

        public ManualTime Time { get; } = new();

        public DateTimeOffset Began { get; } = new ManualTime().GetUtcNow();

        public List<string> Writes { get; } = [];

        public List<string> Outages { get; } = [];

        public Func<int[], Exception?> Fails { get; init; } = _ => null;

        /// <summary>Null: what is refused alone is given up.</summary>
        public Func<int, int>? Replacement { get; init; }

        public void Hold() => held = new TaskCompletionSource();

        public void LetGo() => held!.SetResult();

        public BatchedWriter<int, string> NewWriter(BatchedWriterOptions options, Action<int, string>? halved = null, Action<int, Exception?>? posted = null) => new(options, Time, WriteAsync, AfterRefusal)
        {
            Halved = halved,
            Posted = posted,
            Waiting = (count, reason) =>
            {
                Outages.Add($"{count} {reason}");
                Interlocked.Increment(ref waits);
            },
        };

        /// <summary>Items 1 to <paramref name="count"/> come while item 0 is being written. Answers each one's result, or what it failed with.</summary>
        public async Task<string[]> TogetherAsync(BatchedWriter<int, string> writer, int count)
        {
            Hold();
            var first = writer.AddAsync(0, CancellationToken.None);
            await Eventually.TrueAsync(() => Writes.Count == 1, Long);
            var responses = Enumerable.Range(1, count).Select(item => writer.AddAsync(item, CancellationToken.None)).ToArray();
            LetGo();
            await first;
            return await Task.WhenAll(responses.Select(async response =>
            {
                try
                {
                    return await response.WaitAsync(Long);
                }
                catch (Exception exception) when (exception is PostgresException or InvalidOperationException)
                {
                    return exception.GetType().Name;
                }
            }));
        }

        /// <summary>Until the next outage was said, and its pause has begun.</summary>
        public async Task UntilWaitingAsync()
        {
            await Eventually.TrueAsync(() => Volatile.Read(ref waits) > seen && Time.Timers == 1, Long);
            seen = Volatile.Read(ref waits);
        }

        private async Task<IReadOnlyList<string>> WriteAsync(IReadOnlyList<int> items, CancellationToken cancellationToken)
        {
            Writes.Add(string.Join(' ', items));
            if (held is { } limiter)
                await limiter.Task.WaitAsync(Long, cancellationToken);
            if (Fails([.. items]) is { } failure)
                throw failure;
            return [.. items.Select(item => $"{item} written")];
        }

        private ValueTask<RefusedItem<int, string>> AfterRefusal(int item, Exception refusal, CancellationToken cancellationToken) => new(
            Replacement is { } replacement
                ? new RefusedItem<int, string>.Replaced(replacement(item))
                : new RefusedItem<int, string>.GivenUp($"{item} given up ({Outage.Reason(refusal)})"));
    }
}
