using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.EndToEndTests.Batches;

[Collection(BatchesCollection.Name)]
public sealed class BatchesTests(SignInService service)
{
    [Fact]
    public async Task Good_items_are_taken_and_bad_ones_named_by_index_and_pointer()
    {
        var tenant = await BatchTenant.CreateAsync(service);

        var response = await tenant.AcceptedAsync("send-batch", $$$"""
            {{{{BatchTenant.Shared}}},"notifications":[{{{BatchTenant.Item(0)}}},
              {"recipient":{"email":"nobody"}},
              {"recipient":{"email":"a@example.com"},"colour":"red"},
              7,
              {"recipient":{"email":"b@example.com"},"priority":"urgent","category":"two\nlines"},
              {{{BatchTenant.Item(5)}}}],"final":true}
            """);

        response.GetProperty("accepted").GetInt32().ShouldBe(2);
        response.GetProperty("rejected").EnumerateArray()
            .Select(item => $"{item.GetProperty("index")}: {string.Join(", ", item.GetProperty("errors").EnumerateArray().Select(error => $"{error.GetProperty("pointer")} {error.GetProperty("code")}"))}")
            .ShouldBe(["1: /recipient/email email_invalid", "2: /colour unknown_property", "3:  body_not_object", "4: /priority choice_invalid, /category control_character"]);
        response.GetProperty("ids").EnumerateArray().Select(id => id.ValueKind != JsonValueKind.Null).ShouldBe([true, false, false, false, false, true]);
        var id = response.GetProperty("ids")[5].GetGuid();
        (await tenant.GetAsync($"{id}")).GetProperty("reference").GetString().ShouldBe("r-5");

        var batch = await tenant.UntilAsync(response.GetProperty("batchId").GetGuid(), found => found.TryGetProperty("endedAt", out _));
        batch.GetProperty("status").GetString().ShouldBe("completed");
        (batch.GetProperty("accepted").GetInt64(), batch.GetProperty("rejected").GetInt64()).ShouldBe((2, 4));
        (BatchTenant.Count(batch, "total"), BatchTenant.Count(batch, "pending"), BatchTenant.Count(batch, "sent") + BatchTenant.Count(batch, "delivered")).ShouldBe((2, 0, 2));
        batch.GetProperty("progress").GetDouble().ShouldBe(1);
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task Chunks_come_in_any_order_from_many_callers_at_once_and_twice_and_every_item_is_sent_once()
    {
        var tenant = await BatchTenant.CreateAsync(service);
        var batch = await tenant.OpenAsync();
        // Each sequence twice, mixed up: the second may come while the first is being stored.
        var calls = Enumerable.Range(0, 12).Concat(Enumerable.Range(0, 12)).OrderBy(sequence => (sequence * 7) % 12).ToArray();

        var responses = new System.Collections.Concurrent.ConcurrentBag<(int Sequence, string Body, bool Replay)>();
        await Parallel.ForEachAsync(calls, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (sequence, cancellationToken) =>
        {
            using var response = await tenant.AddAsync(batch, sequence, BatchTenant.Items(sequence * 50, 50));
            response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync(cancellationToken));
            responses.Add((sequence, await response.Content.ReadAsStringAsync(cancellationToken), response.Headers.Contains("Idempotent-Replayed")));
        });
        using (var completed = await tenant.PostAsync($"batches/{batch}/complete", null))
            completed.StatusCode.ShouldBe(HttpStatusCode.OK);

        foreach (var same in responses.GroupBy(response => response.Sequence))
        {
            same.Select(response => response.Body).Distinct().Count().ShouldBe(1);
            same.Count(response => response.Replay).ShouldBe(1);
        }

        var ended = await tenant.UntilAsync(batch, found => found.TryGetProperty("endedAt", out _));
        (ended.GetProperty("accepted").GetInt64(), ended.GetProperty("chunks").GetInt32(), BatchTenant.Count(ended, "total")).ShouldBe((600, 12, 600));
        (await service.Database.ScalarAsync<long>($"select count(distinct reference) from notifications where batch_id = '{batch}'")).ShouldBe(600);
        (await PublishedAsync(batch)).ShouldBe(["batch.completed 2 600 0"]);
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task A_sequence_with_other_items_is_refused_and_nothing_of_it_is_stored()
    {
        var tenant = await BatchTenant.CreateAsync(service);
        var batch = await tenant.OpenAsync();
        using var first = await tenant.AddAsync(batch, 3, BatchTenant.Items(0, 2));

        using var other = await tenant.AddAsync(batch, 3, BatchTenant.Items(0, 3));

        other.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await SignInService.ReadAsync(other)).GetProperty("code").GetString().ShouldBe("sequence_taken");
        (await tenant.BatchAsync(batch)).GetProperty("accepted").GetInt64().ShouldBe(2);
    }

    [Fact]
    public async Task An_items_own_key_identifies_it_in_whichever_chunk_or_batch_it_comes()
    {
        var tenant = await BatchTenant.CreateAsync(service);
        var (one, two) = (await tenant.OpenAsync(), await tenant.OpenAsync());
        var keyed = BatchTenant.Item(1, ",\"idempotencyKey\":\"k-1\"");
        var id = (await tenant.AcceptedAsync("send-chunk", Chunk(one, 0, keyed))).GetProperty("ids")[0].GetGuid();

        var again = await tenant.AcceptedAsync("send-chunk", Chunk(two, 0, $"{BatchTenant.Item(2)},{keyed},{keyed},{BatchTenant.Item(3, ",\"idempotencyKey\":\"k-1\"")}"));

        again.GetProperty("accepted").GetInt32().ShouldBe(1);
        again.GetProperty("repeated").EnumerateArray().Select(item => (item.GetProperty("index").GetInt32(), item.GetProperty("id").GetGuid())).ShouldBe([(1, id), (2, id)]);
        again.GetProperty("rejected").EnumerateArray().Select(item => $"{item.GetProperty("index")} {item.GetProperty("errors")[0].GetProperty("code")}").ShouldBe(["3 idempotency_mismatch"]);
        again.GetProperty("ids")[1].GetGuid().ShouldBe(id);
        await tenant.UntilAsync(two, batch => BatchTenant.Count(batch, "total") == 1);
        await ShouldHoldAsync();
    }

    /// <summary>72 levels of a body with items are read; of an item 64.</summary>
    [Theory]
    [InlineData("""{"recipient":{"email":"a@example.com","name":"\ud800"}}""", "control_character")]
    [InlineData("""{"recipient":{"email":"a@example.com"},"data":{"\udc00":1}}""", "control_character")]
    [InlineData("deep", "json_too_deep")]
    public async Task Under_a_key_too_one_bad_item_takes_no_other_along(string item, string code)
    {
        var tenant = await BatchTenant.CreateAsync(service);
        if (item == "deep")
            item = $"{{\"recipient\":{{\"email\":\"a@example.com\"}},\"data\":{{\"a\":{new string('[', 66)}{new string(']', 66)}}}}}";
        var body = $"{{{BatchTenant.Shared},\"notifications\":[{BatchTenant.Item(0)},{item}]}}";

        var first = await tenant.AcceptedAsync("send-batch", body, "bad-item");
        var again = await tenant.AcceptedAsync("send-batch", body, "bad-item");

        first.GetProperty("accepted").GetInt32().ShouldBe(1);
        first.GetProperty("rejected").EnumerateArray().Select(rejected => $"{rejected.GetProperty("index")} {rejected.GetProperty("errors")[0].GetProperty("code")}").ShouldBe([$"1 {code}"]);
        again.GetRawText().ShouldBe(first.GetRawText());
    }

    [Fact]
    public async Task A_batch_that_was_opened_under_a_key_is_opened_once()
    {
        var tenant = await BatchTenant.CreateAsync(service);
        var body = $"{{{BatchTenant.Shared},\"notifications\":[{BatchTenant.Items(0, 3)}]}}";

        var first = await tenant.AcceptedAsync("send-batch", body, "open-1");
        var again = await tenant.AcceptedAsync("send-batch", body, "open-1");
        using var other = await tenant.PostAsync("send-batch", $"{{{BatchTenant.Shared}}}", "open-1");

        again.GetRawText().ShouldBe(first.GetRawText());
        other.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await tenant.BatchAsync(first.GetProperty("batchId").GetGuid())).GetProperty("accepted").GetInt64().ShouldBe(3);
    }

    [Fact]
    public async Task What_stands_once_holds_for_every_item_that_does_not_say_otherwise()
    {
        var tenant = await BatchTenant.CreateAsync(service);
        var batch = await tenant.OpenAsync(more: ",\"category\":\"news\",\"priority\":\"low\"");

        var added = await tenant.AcceptedAsync("send-chunk", Chunk(batch, 0,
            $$"""{{BatchTenant.Item(1)}},{"recipient":{"phone":"+14155550100"},"channel":"sms","content":{"text":"Hi"},"category":"urgent"}"""));

        var (plain, own) = (await tenant.GetAsync($"{added.GetProperty("ids")[0]}"), await tenant.GetAsync($"{added.GetProperty("ids")[1]}"));
        (plain.GetProperty("category").GetString(), plain.GetProperty("priority").GetString()).ShouldBe(("news", "low"));
        (own.GetProperty("category").GetString(), own.GetProperty("deliveries")[0].GetProperty("channel").GetString()).ShouldBe(("urgent", "sms"));
        var listed = await tenant.GetAsync($"batches/{batch}/notifications?reference=r-1");
        listed.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid()).ShouldBe([added.GetProperty("ids")[0].GetGuid()]);
        (await tenant.GetAsync($"batches/{batch}/notifications")).GetProperty("items").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task A_cancelled_batch_sends_nothing_more_and_says_so_of_every_delivery()
    {
        var tenant = await BatchTenant.CreateAsync(service);
        var later = TimeProvider.System.GetUtcNow().AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        var batch = await tenant.OpenAsync(BatchTenant.Items(0, 700), $",\"sendAt\":\"{later}\"");

        using (var cancelled = await tenant.PostAsync($"batches/{batch}/cancel", "{}"))
            (await SignInService.ReadAsync(cancelled)).GetProperty("status").GetString().ShouldBe("cancelled");
        using (var again = await tenant.PostAsync($"batches/{batch}/cancel", null))
            again.StatusCode.ShouldBe(HttpStatusCode.OK);

        var ended = await tenant.UntilAsync(batch, found => found.TryGetProperty("endedAt", out _));
        (BatchTenant.Count(ended, "cancelled"), BatchTenant.Count(ended, "pending")).ShouldBe((700, 0));
        using var late = await tenant.AddAsync(batch, 1, BatchTenant.Items(0, 1));
        late.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await service.Database.ScalarAsync<string>($"select distinct t.detail->>'cause' from timeline t join deliveries d on d.id = t.delivery_id where d.batch_id = '{batch}' and t.status = {{status.cancelled}}")).ShouldBe("2", "StatusCause.BatchCancelled");
        (await PublishedAsync(batch)).ShouldBe(["batch.completed 3 700 0"]);
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task Nobody_else_sees_or_touches_a_batch()
    {
        var (tenant, stranger) = (await BatchTenant.CreateAsync(service), await BatchTenant.CreateAsync(service));
        var batch = await tenant.OpenAsync(BatchTenant.Items(0, 1));

        using var seen = await stranger.AskAsync($"batches/{batch}");
        using var listed = await stranger.AskAsync($"batches/{batch}/notifications");
        using var added = await stranger.AddAsync(batch, 1, BatchTenant.Items(0, 1));
        using var cancelled = await stranger.PostAsync($"batches/{batch}/cancel", null);
        using var unknown = await tenant.AskAsync($"batches/{Guid.Empty}");

        new[] { seen, listed, added, cancelled, unknown }.ShouldAllBe(response => response.StatusCode == HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("send-batch", """{"notifications":7}""", 422, "/notifications type")]
    [InlineData("send-batch", """{"notifications":[],"notifications":[]}""", 400, "/notifications duplicate_property")]
    [InlineData("send-batch", """{"colour":"red","notifications":[]}""", 422, "/colour unknown_property")]
    [InlineData("send-batch", """{"notifications":[{}""", 400, null)]
    [InlineData("send-batch", """{"notifications":[]} x""", 400, null)]
    [InlineData("send-batch", "[]", 400, " body_not_object")]
    [InlineData("send-batch", """{"reference":"","notifications":[]}""", 422, "/reference text_invalid")]
    [InlineData("send-chunk", """{"sequence":0,"notifications":[]}""", 422, "/batchId required")]
    [InlineData("send-chunk", """{"batchId":"x","sequence":0}""", 422, "/batchId type")]
    [InlineData("send-chunk", """{"batchId":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a50","sequence":-1}""", 422, "/sequence number_range")]
    [InlineData("send-chunk", """{"batchId":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a50","sequence":1e99}""", 422, "/sequence type")]
    [InlineData("send-chunk", """{"batchId":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a50","sequence":1,"notifications":[]}""", 404, null)]
    public async Task What_is_no_batch_is_refused_by_field(string path, string body, int status, string? error)
    {
        var tenant = await BatchTenant.CreateAsync(service);

        using var response = await tenant.PostAsync(path, body);

        ((int)response.StatusCode).ShouldBe(status, await response.Content.ReadAsStringAsync());
        if (error is not null)
            (await SignInService.ReadAsync(response)).GetProperty("errors").EnumerateArray().Select(found => $"{found.GetProperty("pointer").GetString()} {found.GetProperty("code").GetString()}").ShouldBe([error]);
    }

    [Fact]
    public async Task One_call_takes_ten_thousand_items_and_not_one_more()
    {
        var tenant = await BatchTenant.CreateAsync(service);

        using var more = await tenant.PostAsync("send-batch", $"{{{BatchTenant.Shared},\"notifications\":[{BatchTenant.Items(0, 10_001)}]}}");
        more.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var batch = await tenant.OpenAsync(BatchTenant.Items(0, 10_000), ",\"final\":true");

        var ended = await tenant.UntilAsync(batch, found => found.TryGetProperty("endedAt", out _));
        (ended.GetProperty("accepted").GetInt64(), BatchTenant.Count(ended, "pending")).ShouldBe((10_000, 0));
        await ShouldHoldAsync();
    }

    private static string Chunk(Guid batch, int sequence, string items) => $$"""{"batchId":"{{batch}}","sequence":{{sequence}},"notifications":[{{items}}]}""";

    private Task<IReadOnlyList<string>> PublishedAsync(Guid batch) => service.Database.QueryAsync<string>(
        $"select type || ' ' || (facts->>'state') || ' ' || (select sum(n.value::int) from json_each_text(facts->'counts') n) || ' ' || coalesce(facts->'counts'->>'0', '0') from events where subject = '{batch}' order by id");

    private async Task ShouldHoldAsync() => (await new Invariants(service.Database.Superuser).ViolationsAsync()).ShouldBeEmpty();
}
