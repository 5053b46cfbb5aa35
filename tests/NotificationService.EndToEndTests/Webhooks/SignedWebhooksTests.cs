using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.Receipts;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;
using NotificationService.Testing.Webhooks;

namespace NotificationService.EndToEndTests.Webhooks;

/// <summary>From a notification to a receiver that checks signatures with somebody else's library.</summary>
[Collection(SignInCollection.Name)]
public sealed class SignedWebhooksTests(SignInService service)
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Every_message_is_accepted_by_an_independent_verifier_through_rotation()
    {
        await using var verifier = await StandardWebhooksVerifier.StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        var tenant = await WebhookTenant.CreateAsync(service);
        var account = await ReceiptsTenant.CreateAsync(service, tenant.Admin);
        var made = (await tenant.PostAsync(
            WebhookTenant.Path, JsonSerializer.Serialize(new { url = receiver["/hook"], events = new[] { "delivery.*" }, headers = new { Authorization = "Bearer of the tests" } }))).Body;
        var (path, first) = ($"{WebhookTenant.Path}/{made.GetProperty("id").GetString()}", made.GetProperty("secret").GetString()!);

        var before = await SendAsync(account, receiver, 5);
        foreach (var message in before)
        {
            (await verifier.VerifyAsync(first, message.Headers, message.Body)).ShouldBe("ok");
            (await verifier.VerifyAsync(first, message.Headers, message.Body.Replace("delivery.", "deliverY.", StringComparison.Ordinal))).ShouldNotBe("ok");
            message.Headers["Authorization"].ShouldBe("Bearer of the tests");
        }

        var second = (await tenant.PostAsync(path + "/rotate-secret")).Body.GetProperty("secret").GetString()!;
        await UntilSignedWithAsync(tenant, path, receiver, verifier, second);
        foreach (var message in await SendAsync(account, receiver, 5))
        {
            (await verifier.VerifyAsync(first, message.Headers, message.Body)).ShouldBe("ok", "the old secret signs too");
            (await verifier.VerifyAsync(second, message.Headers, message.Body)).ShouldBe("ok");
        }

        var third = (await tenant.PostAsync(path + "/rotate-secret", """{"keepOldForHours":0}""")).Body.GetProperty("secret").GetString()!;
        await UntilSignedWithAsync(tenant, path, receiver, verifier, third);
        foreach (var message in await SendAsync(account, receiver, 5))
        {
            (await verifier.VerifyAsync(third, message.Headers, message.Body)).ShouldBe("ok");
            (await verifier.VerifyAsync(first, message.Headers, message.Body)).ShouldBe("ok", "its 24 hours are not over");
            (await verifier.VerifyAsync(second, message.Headers, message.Body)).ShouldNotBe("ok", "it was ended at once");
        }
    }

    [Fact]
    public async Task What_a_receiver_did_not_take_is_seen_in_the_log_and_comes_again_under_the_same_id_when_somebody_asks()
    {
        await using var verifier = await StandardWebhooksVerifier.StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Response = _ => new ReceiverResponse(400, "not today");
        var tenant = await WebhookTenant.CreateAsync(service);
        var made = await tenant.CreateEndpointAsync(receiver["/hook"].AbsoluteUri);
        var path = $"{WebhookTenant.Path}/{made.GetProperty("id").GetString()}";

        var message = (await tenant.PostAsync(path + "/test")).Body.GetProperty("messageId").GetString();
        await Eventually.TrueAsync(async () => (await tenant.GetAsync($"{path}/deliveries/{message}")).Body.GetProperty("attemptCount").GetInt32() == 1, Ample);
        var attempt = (await tenant.GetAsync($"{path}/deliveries/{message}")).Body.GetProperty("attempts")[0];
        (attempt.GetProperty("outcome").GetString(), attempt.GetProperty("error").GetString(), attempt.GetProperty("responseStatus").GetInt32(), attempt.GetProperty("responseBody").GetString())
            .ShouldBe(("failed", "http_status", 400, "not today"));
        attempt.GetProperty("requestHeaders").GetProperty("webhook-id").GetString().ShouldBe(receiver.Received[0].Headers["webhook-id"]);

        receiver.Response = _ => new ReceiverResponse(200);
        (await tenant.PostAsync($"{path}/deliveries/{message}/resend")).Status.ShouldBe(HttpStatusCode.Accepted);

        await Eventually.TrueAsync(async () => (await tenant.GetAsync($"{path}/deliveries/{message}")).Body.GetProperty("status").GetString() == "delivered", Ample);
        receiver.Received.Select(received => received.Headers["webhook-id"]).Distinct().ShouldHaveSingleItem();
        (await verifier.VerifyAsync(made.GetProperty("secret").GetString()!, receiver.Received[^1].Headers, receiver.Received[^1].Body)).ShouldBe("ok");
    }

    [Fact]
    public async Task What_failed_is_replayed()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var tenant = await WebhookTenant.CreateAsync(service);
        var endpoint = (await tenant.CreateEndpointAsync(receiver["/hook"].AbsoluteUri)).GetProperty("id").GetString()!;
        var since = DateTimeOffset.UtcNow.AddMinutes(-5);
        var failed = await tenant.PlantAsync(service.Database, endpoint, 12);
        await tenant.PlantAsync(service.Database, endpoint, 3, state: 2);

        var (_, _, headers) = await tenant.PostAsync($"{WebhookTenant.Path}/{endpoint}/replay", $$"""{"mode":"failed","since":"{{since:O}}"}""");

        await Eventually.TrueAsync(() => receiver.Received.Count == 12, Ample, () => $"{receiver.Received.Count} of 12 came");
        receiver.Received.Select(message => message.Headers["webhook-id"]).ShouldBe(failed.Select(id => $"evt_{id:N}"), ignoreOrder: true);
        await Eventually.TrueAsync(async () => (await tenant.GetAsync(headers.Location!.ToString())).Body.GetProperty("status").GetString() == "done", Ample);
        (await tenant.GetAsync(headers.Location!.ToString())).Body.GetProperty("queued").GetInt32().ShouldBe(12);
    }

    /// <summary>Sent and delivered of each, in whatever order they came.</summary>
    private static async Task<IReadOnlyList<ReceivedWebhook>> SendAsync(ReceiptsTenant account, WebhookReceiver receiver, int count)
    {
        var deliveries = new List<Guid>();
        for (var i = 0; i < count; i++)
            deliveries.Add(await account.SendAsync($"ann{i}@example.com"));
        List<ReceivedWebhook> Mine() => [.. receiver.Received.Where(message => deliveries.Exists(id => message.Body.Contains(id.ToString(), StringComparison.Ordinal)))];
        await Eventually.TrueAsync(() => deliveries.TrueForAll(id => Mine().Exists(message => message.Body.Contains(id.ToString(), StringComparison.Ordinal) && message.Body.Contains("delivery.delivered", StringComparison.Ordinal))), Ample);
        return Mine();
    }

    /// <summary>A change of secrets is heeded within a second or two.</summary>
    private static Task UntilSignedWithAsync(WebhookTenant tenant, string path, WebhookReceiver receiver, StandardWebhooksVerifier verifier, string secret) => Eventually.TrueAsync(
        async () =>
        {
            var message = (await tenant.PostAsync(path + "/test")).Body.GetProperty("messageId").GetString();
            await Eventually.TrueAsync(async () => (await tenant.GetAsync($"{path}/deliveries/{message}")).Body.GetProperty("status").GetString() == "delivered", Ample);
            return await verifier.VerifyAsync(secret, receiver.Received[^1].Headers, receiver.Received[^1].Body) == "ok";
        },
        Ample);
}
