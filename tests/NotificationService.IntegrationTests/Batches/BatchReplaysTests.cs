using NotificationService.Batches;
using NotificationService.Notifications;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Batches;

public sealed class BatchReplaysTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncDisposable
{
    private static readonly byte[] KeyHash = IdempotencyKeys.Hash("chunk-1", live: true);

    private readonly IntakeHost host = new(database);

    [Fact]
    public async Task The_last_chunk_that_comes_again_is_answered_as_before_and_completes_the_batch_that_a_crash_left_open()
    {
        var (caller, batch) = await StoredAsync();

        var before = await host.Service<BatchReplays>().FindAsync(caller, Claim(1), completes: batch, CancellationToken.None);

        before.ShouldNotBeNull().Response.ShouldBe("""{"said":"before"}""");
        (await StateAsync(batch)).ShouldBe(BatchState.Complete);
    }

    [Fact]
    public async Task Another_request_under_its_key_completes_nothing()
    {
        var (caller, batch) = await StoredAsync();

        var before = await host.Service<BatchReplays>().FindAsync(caller, Claim(2), completes: batch, CancellationToken.None);

        before.ShouldNotBeNull().IsTo(Claim(2).Fingerprint).ShouldBeFalse();
        (await StateAsync(batch)).ShouldBe(BatchState.Open);
    }

    [Fact]
    public async Task A_new_key_or_none_was_answered_nothing()
    {
        var caller = IntakeHost.CallerOf(await database.NewTenantAsync());

        (await host.Service<BatchReplays>().FindAsync(caller, Claim(1), completes: null, CancellationToken.None)).ShouldBeNull();
        (await host.Service<BatchReplays>().FindAsync(caller, null, completes: null, CancellationToken.None)).ShouldBeNull();
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    /// <summary>A batch whose chunk is stored under a key, and which is not completed: as a process leaves it that dies in between.</summary>
    private async Task<(Caller Caller, Guid Batch)> StoredAsync()
    {
        var (caller, intake) = (IntakeHost.CallerOf(await database.NewTenantAsync()), host.Service<BatchIntake>());
        var opened = await intake.OpenAsync(caller, null, "{}"u8.ToArray(), new BatchChunk(BatchChunk.Opening, new byte[32], []), isComplete: false, null, null, CancellationToken.None);
        var batch = opened.ShouldNotBeNull().Batch;
        var item = new BatchItem(IntakeHost.Request, null, "{}"u8.ToArray(), "", []);
        (await intake.AddAsync(caller, batch, new BatchChunk(0, new byte[32], [item]), isFinal: false, null, Claim(1), CancellationToken.None)).ShouldBeOfType<ChunkOutcome.Stored>();
        return (caller, batch);
    }

    private static IdempotencyClaim Claim(byte body) => new(KeyHash, [.. Enumerable.Repeat(body, RequestFingerprint.Size)], (_, _) => """{"said":"before"}"""u8.ToArray());

    private async Task<BatchState> StateAsync(Guid batch) => (BatchState)await database.ScalarAsync<short>($"select state from batches where id = '{batch}'");
}
