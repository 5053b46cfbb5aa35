using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Testing;
using NotificationService.Testing.Webhooks;
using Npgsql;

namespace NotificationService.IntegrationTests.Webhooks;

/// <summary>Places are fewer than there are messages: nobody's place in the order of ids, number of endpoints or past decides who is called.</summary>
public sealed class WebhookFairnessTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task With_few_places_the_last_endpoint_is_called_as_often_as_the_first()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        stage.Receiver.Response = _ => new ReceiverResponse(200) { After = TimeSpan.FromMilliseconds(30) };
        for (var i = 0; i < 10; i++)
            await stage.PlantAsync($"/busy-{i}", 150);
        await stage.PlantAsync("/last", 10);
        await stage.StartAsync(("Notification:Webhooks:Concurrency", "3"), ("Notification:Webhooks:SlowConcurrency", "1"));

        await stage.UntilReceivedAsync("/last", 10);

        Place(stage, "/last", 10).ShouldBeLessThan(400, "it had to wait until the others were done");
    }

    [Fact]
    public async Task A_tenant_with_one_endpoint_has_its_share_beside_one_with_many()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        stage.Receiver.Response = _ => new ReceiverResponse(200) { After = TimeSpan.FromMilliseconds(30) };
        for (var i = 0; i < 20; i++)
            await stage.PlantAsync($"/many-{i}", 80);
        await stage.PlantAsync("/one", 100, await database.NewTenantAsync());
        await stage.StartAsync(("Notification:Webhooks:Concurrency", "4"), ("Notification:Webhooks:SlowConcurrency", "1"));

        await stage.UntilReceivedAsync("/one", 100);

        Place(stage, "/one", 100).ShouldBeLessThan(500, "half of the places are its own while it has work");
    }

    [Fact]
    public async Task Slow_endpoints_that_have_nothing_to_do_keep_no_place_from_one_that_has()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        stage.Receiver.Response = message => new ReceiverResponse(200) { After = TimeSpan.FromMilliseconds(message.Path == "/later" ? 3_000 : 2_500) };
        var later = await stage.PlantAsync("/later", 1);
        for (var i = 0; i < 4; i++)
            await stage.PlantAsync($"/slow-{i}", 1);
        await stage.StartAsync(("Notification:Webhooks:Concurrency", "8"), ("Notification:Webhooks:SlowConcurrency", "1"));
        await stage.UntilAsync($"select count(*) from webhook_messages where tenant_id = '{stage.Tenant}' and state = {{message.pending}}", 0);

        foreach (var endpoint in await database.QueryAsync<Guid>($"select id from webhook_endpoints where tenant_id = '{stage.Tenant}'"))
        {
            var before = stage.Receiver.Received.Count;
            await stage.Endpoints.MessagesAsync(stage.Tenant, endpoint, 1);
            await Eventually.TrueAsync(() => stage.Receiver.Received.Count > before, TimeSpan.FromSeconds(30), () => $"nobody calls {endpoint}; the first was {later}");
            await stage.UntilAsync($"select count(*) from webhook_messages where tenant_id = '{stage.Tenant}' and state = {{message.pending}}", 0);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_the_last_place_of_a_kind_whoever_has_fewer_calls_of_that_kind_is_served(bool slow)
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        var (other, many) = (await database.NewTenantAsync(), stage.Tenant);
        var (first, second) = (await stage.PlantAsync("/many", 2), await stage.PlantAsync("/one", 1, other));

        // The first was served longer ago; the second's tenant is busy with calls of the other kind only.
        var claimed = await ClaimAsync([first, second], slow, turns: [1, 2], [many.Value, other.Value], kinds: [slow, !slow], calls: [3, 9]);

        claimed.ShouldBe([second]);
    }

    /// <summary>One place of the kind is left.</summary>
    private async Task<IReadOnlyList<Guid>> ClaimAsync(Guid[] endpoints, bool slow, long[] turns, Guid[] tenants, bool[] kinds, int[] calls)
    {
        await using var command = database.Database.Worker.CreateCommand(SqlText.Statement("webhook_messages_claim"));
        command.Parameters.AddRange(new NpgsqlParameter[]
        {
            new NpgsqlParameter<Guid> { TypedValue = Guid.Empty }, new NpgsqlParameter<int> { TypedValue = 100 }, new NpgsqlParameter<Guid[]> { TypedValue = endpoints },
            new NpgsqlParameter<int[]> { TypedValue = [.. endpoints.Select(_ => 5)] }, new NpgsqlParameter<bool[]> { TypedValue = [.. endpoints.Select(_ => slow)] },
            new NpgsqlParameter<long[]> { TypedValue = turns }, new NpgsqlParameter<int> { TypedValue = 2 }, new NpgsqlParameter<int> { TypedValue = slow ? 0 : 1 },
            new NpgsqlParameter<int> { TypedValue = slow ? 1 : 0 }, new NpgsqlParameter<Guid[]> { TypedValue = tenants }, new NpgsqlParameter<bool[]> { TypedValue = kinds },
            new NpgsqlParameter<int[]> { TypedValue = calls }, new NpgsqlParameter<TimeSpan> { TypedValue = TimeSpan.FromMinutes(1) }, new NpgsqlParameter<DateTimeOffset> { TypedValue = DueWatermarks.Everything },
        });
        await using var reader = await command.ExecuteReaderAsync();
        var claimed = new List<Guid>();
        while (await reader.ReadAsync())
        {
            if (!reader.IsDBNull(0))
                claimed.Add(reader.GetGuid(3));
        }

        return claimed;
    }

    /// <summary>How many calls there had been when a path had so many. What came after that says nothing of whose turn it was.</summary>
    private static int Place(WebhookStage stage, string path, int count) =>
        stage.Receiver.Received.Index().Where(call => call.Item.Path == path).ElementAt(count - 1).Index;
}
