using System.Net;
using NotificationService.EndToEndTests.Http;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.EndToEndTests.Batches;

/// <summary>What is done once to a batch under an Idempotency-Key.</summary>
[Collection(BatchesCollection.Name)]
public sealed class BatchKeysTests(SignInService service)
{
    [Fact]
    public async Task A_chunk_under_a_key_is_stored_once_and_another_one_under_it_not_at_all()
    {
        var tenant = await BatchTenant.CreateAsync(service);
        var batch = await tenant.OpenAsync();

        var first = await AddAsync(tenant, batch, 0, BatchTenant.Items(0, 3), "chunk");
        var again = await AddAsync(tenant, batch, 0, BatchTenant.Items(0, 3), "chunk");

        (first.Status, first.IsReplay).ShouldBe((HttpStatusCode.Accepted, false), first.Body);
        again.ShouldBe(first with { IsReplay = true });
        await Kept.ShouldMismatchAsync(tenant.PostAsync("send-chunk", Chunk(batch, 1, BatchTenant.Items(3, 1)), "chunk"));
        await Kept.ShouldMismatchAsync(tenant.PostAsync("send-batch", $"{{{BatchTenant.Shared}}}", "chunk"));
        await Kept.ShouldMismatchAsync(tenant.PostAsync("send-chunk", Chunk(batch, 1, BatchTenant.Item(4, ",\"idempotencyKey\":\"own\"")), "own"));
        (await tenant.BatchAsync(batch)).GetProperty("accepted").GetInt64().ShouldBe(3);
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task Of_ten_chunks_under_one_key_at_once_one_is_stored()
    {
        var tenant = await BatchTenant.CreateAsync(service);
        var batch = await tenant.OpenAsync();

        var responses = await Task.WhenAll(Enumerable.Range(0, 10).Select(sequence => Eventually.ValueAsync(
            () => AddAsync(tenant, batch, sequence, BatchTenant.Items(sequence, 1), "one"),
            response => response.Status is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable), BatchTenant.Ample)));

        responses.Count(response => response.Status == HttpStatusCode.Accepted).ShouldBe(1);
        responses.Count(response => response.Status == HttpStatusCode.UnprocessableEntity).ShouldBe(9);
        (await tenant.BatchAsync(batch)).GetProperty("accepted").GetInt64().ShouldBe(1);
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task A_key_identifies_a_chunk_that_had_come_without_it()
    {
        var tenant = await BatchTenant.CreateAsync(service);
        var batch = await tenant.OpenAsync();
        var first = await AddAsync(tenant, batch, 0, BatchTenant.Items(0, 1), null);

        (await AddAsync(tenant, batch, 0, BatchTenant.Items(0, 1), "late")).ShouldBe(first with { IsReplay = true });

        await Kept.ShouldMismatchAsync(tenant.PostAsync("send-chunk", Chunk(batch, 1, BatchTenant.Items(1, 1)), "late"));
        (await AddAsync(tenant, batch, 0, BatchTenant.Items(0, 1), "late")).ShouldBe(first with { IsReplay = true });
    }

    [Fact]
    public async Task A_final_chunk_that_is_repeated_completes_the_batch_if_that_was_cut_off()
    {
        var tenant = await BatchTenant.CreateAsync(service);
        var batch = await tenant.OpenAsync();
        var body = $$"""{"batchId":"{{batch}}","sequence":0,"notifications":[{{BatchTenant.Items(0, 1)}}],"final":true}""";
        await tenant.AcceptedAsync("send-chunk", body, "last");
        // As a process that died after the chunk's commit would have left it.
        await service.Database.ExecuteAsync($"update batches set state = {{batch.open}}, closed_at = null, ended_at = null where id = '{batch}'");

        await tenant.AcceptedAsync("send-chunk", body, "last");

        await tenant.UntilAsync(batch, found => found.GetProperty("status").GetString() == "completed");
    }

    [Theory]
    [InlineData("complete")]
    [InlineData("cancel")]
    public async Task Closed_ten_times_at_once_under_one_key_it_is_closed_once_and_answered_alike(string command)
    {
        var tenant = await BatchTenant.CreateAsync(service);
        var later = TimeProvider.System.GetUtcNow().AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        var (batch, other) = (await tenant.OpenAsync(BatchTenant.Items(0, 2), $",\"sendAt\":\"{later}\""), await tenant.OpenAsync());

        var responses = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Kept.OfAsync(tenant.PostAsync($"batches/{batch}/{command}", "{}", "close"))));

        responses.ShouldAllBe(response => response.Status == HttpStatusCode.OK);
        responses.Count(response => response.IsReplay).ShouldBe(9);
        responses.Select(response => response.Body).Distinct().Count().ShouldBe(1);
        await Kept.ShouldMismatchAsync(tenant.PostAsync($"batches/{other}/{command}", null, "close"));
        await Kept.ShouldMismatchAsync(tenant.PostAsync($"batches/{batch}/{(command == "cancel" ? "complete" : "cancel")}", null, "close"));
        (await tenant.BatchAsync(other)).GetProperty("status").GetString().ShouldBe("open");
        // What became of it since is not what was answered then.
        (await Kept.OfAsync(tenant.PostAsync($"batches/{batch}/cancel", null))).Status.ShouldBe(HttpStatusCode.OK);
        await tenant.UntilAsync(batch, found => BatchTenant.Count(found, "cancelled") == 2);
        (await Kept.OfAsync(tenant.PostAsync($"batches/{batch}/{command}", null, "close"))).ShouldBe(responses.First(response => response.IsReplay));
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task What_was_refused_leaves_its_key_free()
    {
        var tenant = await BatchTenant.CreateAsync(service);
        var batch = await tenant.OpenAsync(BatchTenant.Items(0, 1), ",\"final\":true");
        await tenant.UntilAsync(batch, found => found.TryGetProperty("endedAt", out _));

        (await Kept.OfAsync(tenant.PostAsync($"batches/{batch}/cancel", null, "free"))).Status.ShouldBe(HttpStatusCode.Conflict);
        (await Kept.OfAsync(tenant.PostAsync($"batches/{Guid.Empty}/cancel", null, "free"))).Status.ShouldBe(HttpStatusCode.NotFound);
        (await AddAsync(tenant, batch, 1, BatchTenant.Items(1, 1), "free")).Status.ShouldBe(HttpStatusCode.Conflict);

        var (done, stranger) = (await Kept.OfAsync(tenant.PostAsync($"batches/{batch}/complete", null, "free")), await BatchTenant.CreateAsync(service));
        (done.Status, done.IsReplay).ShouldBe((HttpStatusCode.OK, false));
        // Another tenant's key is another key.
        (await stranger.AcceptedAsync("send-batch", $"{{{BatchTenant.Shared}}}", "free")).GetProperty("accepted").GetInt32().ShouldBe(0);
    }

    private static Task<Kept> AddAsync(BatchTenant tenant, Guid batch, int sequence, string items, string? key) => Kept.OfAsync(tenant.PostAsync("send-chunk", Chunk(batch, sequence, items), key));

    private static string Chunk(Guid batch, int sequence, string items) => $$"""{"batchId":"{{batch}}","sequence":{{sequence}},"notifications":[{{items}}]}""";

    private async Task ShouldHoldAsync() => (await new Invariants(service.Database.Superuser).ViolationsAsync()).ShouldBeEmpty();
}
