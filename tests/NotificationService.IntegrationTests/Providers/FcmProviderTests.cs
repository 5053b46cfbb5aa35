using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Outbound;
using NotificationService.Providers;
using NotificationService.Providers.Fcm;
using NotificationService.Storage;
using NotificationService.Testing;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Providers;

/// <summary>What is particular to FCM: many devices of one person, and what each kind of device is sent.</summary>
public sealed class FcmProviderTests : IAsyncLifetime
{
    private static readonly Ids Ids = new(TimeProvider.System);
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly FcmContract contract = new();
    private readonly ManualTime time = new(Noon);
    private FakeHttpProvider? vendor;

    private FakeHttpProvider Vendor => vendor ?? throw new InvalidOperationException("not initialized");

    public async ValueTask InitializeAsync() => vendor = await FakeHttpProvider.StartAsync(contract: contract);

    public async ValueTask DisposeAsync()
    {
        await Vendor.DisposeAsync();
        contract.Dispose();
    }

    [Fact]
    public async Task Every_kind_of_device_is_addressed_in_its_own_way()
    {
        var push = new ChannelMessage.Push(["device"], "Your order", "It is on its way", new Dictionary<string, string> { ["orderId"] = "A-1009" })
        {
            ImageUrl = "https://img.example.com/a.png",
            ActionUrl = "https://shop.example.com/orders/A-1009",
            CollapseKey = "order-A-1009",
        };
        var call = Call(push) with { Priority = Priority.High, ExpiresAt = Noon.AddMinutes(10) };

        (await Provider("""{"androidChannelId":"orders"}""").SendAsync(call, CancellationToken.None)).ShouldBeOfType<ProviderResult.Accepted>()
            .ProviderMessageId.ShouldBe($"projects/{FcmContract.Project}/messages/fake-1");

        Vendor.Violations.ShouldBeEmpty();
        const string Expected = """
            {"message":{"token":"device",
              "notification":{"title":"Your order","body":"It is on its way","image":"https://img.example.com/a.png"},
              "data":{"orderId":"A-1009","actionUrl":"https://shop.example.com/orders/A-1009","notificationId":"NOTIFICATION","deliveryId":"DELIVERY"},
              "android":{"priority":"HIGH","ttl":"600s","collapseKey":"order-A-1009","notification":{"tag":"order-A-1009","channelId":"orders"}},
              "apns":{"headers":{"apns-push-type":"alert","apns-priority":"10","apns-collapse-id":"order-A-1009","apns-expiration":"1795263000"},
                      "payload":{"aps":{"alert":{"title":"Your order","body":"It is on its way"},"sound":"default","mutable-content":1}},
                      "fcmOptions":{"image":"https://img.example.com/a.png"}},
              "webpush":{"headers":{"Urgency":"high","TTL":"600"},"notification":{"tag":"order-A-1009"},"fcmOptions":{"link":"https://shop.example.com/orders/A-1009"}},
              "fcmOptions":{"analyticsLabel":"shipping_and_more"}}}
            """;
        Compact(Vendor.Calls.Single().Body).ShouldBe(Compact(Expected
            .Replace("NOTIFICATION", call.Delivery.Notification.Value.ToString(), StringComparison.Ordinal).Replace("DELIVERY", call.Delivery.ToString(), StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Without_a_collapse_key_a_message_that_is_sent_twice_is_shown_once()
    {
        var call = Call();
        var provider = Provider();
        await provider.SendAsync(call, CancellationToken.None);
        await provider.SendAsync(call with { Attempt = 2 }, CancellationToken.None);

        var messages = Vendor.Calls.Select(sent => sent.Json.GetProperty("message")).ToList();
        messages.Select(message => message.GetProperty("android").GetProperty("notification").GetProperty("tag").GetString()).Distinct().ShouldBe([call.Delivery.ToString()]);
        messages[0].GetProperty("android").TryGetProperty("collapseKey", out _).ShouldBeFalse();
        messages.Select(message => message.GetProperty("apns").GetProperty("headers").GetProperty("apns-collapse-id").GetString()).Distinct().ShouldBe([call.Delivery.ToString()]);
    }

    [Fact]
    public async Task One_device_that_was_reached_is_enough_and_the_dead_ones_are_reported()
    {
        var result = await Provider().SendAsync(Call(Push("dead-1", "alive", "busy", "other-1", "wrong-1", "dead-2", "alive")), CancellationToken.None);

        result.ShouldBeOfType<ProviderResult.Accepted>().DeadAddresses.ShouldBe(["dead-1", "wrong-1", "dead-2"], ignoreOrder: true);
        ((ProviderResult.Accepted)result).ForeignAddresses.ShouldBe(["other-1"]);
        Vendor.Calls.Count.ShouldBe(6, "a token that is named twice is one device");
    }

    [Fact]
    public async Task What_became_of_each_device_is_reported()
    {
        var provider = Provider();
        await provider.SendAsync(Call(), CancellationToken.None);

        var result = await provider.SendAsync(Call(Push("dead-1", "alive", "busy", "other-1")), CancellationToken.None);

        result.Devices.Select(device => (device.Token, device.Result?.GetType().Name, device.IsForeign))
            .ShouldBe([("dead-1", "Rejected", false), ("alive", "Accepted", false), ("busy", "Deferred", false), ("other-1", "Rejected", true)]);
        (await provider.SendAsync(Call(), CancellationToken.None)).Devices.ShouldBeEmpty("there is only one");
    }

    [Fact]
    public async Task A_device_whose_turn_comes_too_late_is_not_called()
    {
        var isFirst = 1;
        Vendor.Otherwise = _ =>
        {
            if (Interlocked.Exchange(ref isFirst, 0) == 1)
                time.Advance(TimeSpan.FromSeconds(9));
            return FakeResponse.Accept;
        };
        var provider = Provider();

        var result = await provider.SendAsync(Call(Push([.. Enumerable.Range(0, 50).Select(i => $"device-{i}")])), CancellationToken.None);

        Vendor.Calls.Count.ShouldBe(20);
        result.Devices.Where(device => device.Result is null).Select(device => device.Token).ShouldBe(Enumerable.Range(20, 30).Select(i => $"device-{i}"));
    }

    [Theory]
    [InlineData(new[] { "dead-1", "dead-2" }, typeof(ProviderResult.Rejected), 2)]
    [InlineData(new[] { "dead-1" }, typeof(ProviderResult.Rejected), 1)]
    [InlineData(new[] { "dead-1", "busy" }, typeof(ProviderResult.Deferred), 0)]
    public async Task Where_none_was_reached_the_best_hope_decides(string[] devices, Type expected, int dead)
    {
        var result = await Provider().SendAsync(Call(Push(devices)), CancellationToken.None);

        result.ShouldBeOfType(expected);
        if (result is ProviderResult.Rejected rejected)
            (rejected.Cause, rejected.DeadAddresses.Count).ShouldBe((RejectionCause.Address, dead));
    }

    [Fact]
    public async Task A_token_of_another_project_is_forgotten_once_this_one_has_reached_somebody()
    {
        var provider = Provider();

        var before = (await provider.SendAsync(Call(Push("other-1")), CancellationToken.None)).ShouldBeOfType<ProviderResult.Deferred>();
        await provider.SendAsync(Call(Push("alive")), CancellationToken.None);
        var after = (await provider.SendAsync(Call(Push("other-1")), CancellationToken.None)).ShouldBeOfType<ProviderResult.Rejected>();

        (before.Code, before.Cause).ShouldBe(("SENDER_ID_MISMATCH", DeferralCause.Message));
        (after.Cause, after.ForeignAddresses.Single()).ShouldBe((RejectionCause.Provider, "other-1"));
    }

    [Fact]
    public async Task When_every_token_belongs_to_another_project_the_project_is_doubted_and_no_token_lost()
    {
        var provider = Provider();
        var results = new List<ProviderResult>();
        for (var i = 0; i < 12; i++)
            results.Add(await provider.SendAsync(Call(Push($"other-{i}")), CancellationToken.None));

        results.Select(result => result.ShouldBeOfType<ProviderResult.Deferred>().Cause).ShouldBe(
            [.. Enumerable.Repeat(DeferralCause.Message, 9), .. Enumerable.Repeat(DeferralCause.Credentials, 3)]);
        (await provider.SendAsync(Call(Push("alive")), CancellationToken.None)).ShouldBeOfType<ProviderResult.Accepted>();
        (await provider.SendAsync(Call(Push("other-1")), CancellationToken.None)).ShouldBeOfType<ProviderResult.Rejected>().ForeignAddresses.ShouldBe(["other-1"]);
    }

    [Fact]
    public async Task One_device_in_doubt_and_none_reached_is_ambiguous()
    {
        Vendor.Script(FakeResponse.Reset);

        (await Provider().SendAsync(Call(Push("dead-1", "dead-2")), CancellationToken.None)).ShouldBeOfType<ProviderResult.Ambiguous>();
    }

    [Fact]
    public async Task The_devices_of_one_person_share_one_connection_by_HTTP_2()
    {
        using var certificates = new FakeCertificates(TimeProvider.System.GetUtcNow());
        await using var secure = await FakeHttpProvider.StartAsync(certificate: certificates.Server, contract: contract);
        secure.Otherwise = _ => FakeResponse.Accept.After(TimeSpan.FromMilliseconds(20));
        var type = new FcmType(new EndpointGuard(allowPrivate: true), new ProviderOptions { TrustedRoots = certificates.AuthorityFile }, TimeProvider.System);

        var result = await type.Create(FcmSetup.Configuration(contract, new Uri($"https://localhost:{secure.BaseUrl.Port}")))
            .SendAsync(Call(Push([.. Enumerable.Range(0, 100).Select(i => $"device-{i}")])), CancellationToken.None);

        result.ShouldBeOfType<ProviderResult.Accepted>();
        secure.Calls.Count.ShouldBe(100);
        secure.Calls.Select(call => call.Connection).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_message_that_google_would_find_too_large_is_not_sent()
    {
        var data = new Dictionary<string, string> { ["text"] = new('x', 4_000) };

        (await Provider().SendAsync(Call(new ChannelMessage.Push(["device"], "Title", "Body", data)), CancellationToken.None))
            .ShouldBeOfType<ProviderResult.Rejected>().Code.ShouldBe("payload_too_large");

        (await Provider().SendAsync(Call(new ChannelMessage.Push(["device"], "Title", "Body", new Dictionary<string, string> { ["text"] = new('x', 3_800) })), CancellationToken.None))
            .ShouldBeOfType<ProviderResult.Accepted>();
        Vendor.Calls.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("from")]
    [InlineData("google.x")]
    [InlineData("gcm.notification.x")]
    public async Task A_name_that_google_keeps_for_itself_is_not_sent(string name)
    {
        var push = new ChannelMessage.Push(["device"], "Title", "Body", new Dictionary<string, string> { [name] = "x" });

        (await Provider().SendAsync(Call(push), CancellationToken.None)).ShouldBeOfType<ProviderResult.Rejected>().Code.ShouldBe("data_reserved");
    }

    [Fact]
    public async Task A_dry_run_is_checked_by_google_and_reaches_nobody()
    {
        (await Provider("""{"dryRun":true}""").SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Accepted>();

        contract.Validated.Count.ShouldBe(1);
        Vendor.Calls.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR", "THIRD_PARTY_AUTH_ERROR", DeferralCause.Message)]
    [InlineData(403, "PERMISSION_DENIED", null, "credentials_forbidden", DeferralCause.Credentials)]
    [InlineData(429, "RESOURCE_EXHAUSTED", null, "QUOTA_EXCEEDED", DeferralCause.Throttled)]
    [InlineData(503, "UNAVAILABLE", "UNAVAILABLE", "UNAVAILABLE", DeferralCause.Temporary)]
    [InlineData(500, "INTERNAL", "INTERNAL", "INTERNAL", DeferralCause.Temporary)]
    [InlineData(404, "NOT_FOUND", null, "credentials_address_wrong", DeferralCause.Credentials)]
    [InlineData(404, "NOT_FOUND", "A_CODE_OF_TOMORROW", "http_404", DeferralCause.Temporary)]
    [InlineData(400, "FAILED_PRECONDITION", "A_CODE_OF_TOMORROW", "http_400", DeferralCause.Temporary)]
    public async Task An_error_is_distinguished_by_its_code(int status, string name, string? errorCode, string code, DeferralCause cause)
    {
        Vendor.Script(FcmContract.Error(status, name, errorCode, "said so"));

        var deferred = (await Provider().SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Deferred>();

        (deferred.Code, deferred.Cause).ShouldBe((code, cause));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    public async Task Where_no_Firebase_answers_the_address_is_wrong(int status)
    {
        Vendor.Script(FakeResponse.Status(status, "<html>nothing here</html>"));

        var deferred = (await Provider().SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Deferred>();

        (deferred.Code, deferred.Cause).ShouldBe(("credentials_address_wrong", DeferralCause.Credentials));
    }

    /// <summary>An iPhone without an APNs key must not stop whoever has an Android.</summary>
    [Fact]
    public async Task What_Apple_refuses_holds_its_own_message_for_an_hour()
    {
        Vendor.Script(FcmContract.Error(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR", "Auth error from APNS or Web Push Service"));

        var deferred = (await Provider().SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Deferred>();

        (deferred.Cause, deferred.RetryAfter).ShouldBe((DeferralCause.Message, TimeSpan.FromHours(1)));
        deferred.Message.ShouldContain("APNs key");
    }

    [Theory]
    [InlineData("Device message rate exceeded.", "[]", DeferralCause.Message)]
    [InlineData("Quota exceeded.", """[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"subject":"device:abc","description":"too many"}]}]""", DeferralCause.Message)]
    [InlineData("Quota exceeded.", """[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"subject":"x","description":"Messages to one Device a minute"}]}]""", DeferralCause.Message)]
    [InlineData("Quota exceeded.", """[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"subject":"project:1","description":"messages a minute"},5,{"subject":7}]}]""", DeferralCause.Throttled)]
    [InlineData("Quota exceeded.", """[{"violations":{}}]""", DeferralCause.Throttled)]
    public async Task Too_much_for_one_device_slows_nobody_else_down(string message, string details, DeferralCause cause)
    {
        Vendor.Script(FakeResponse.Status(429, $$$"""{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"{{{message}}}","details":{{{details}}}}}"""));

        var deferred = (await Provider().SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Deferred>();

        (deferred.Code, deferred.Cause).ShouldBe(("QUOTA_EXCEEDED", cause));
    }

    [Fact]
    public async Task A_field_violation_of_the_token_makes_it_a_dead_one()
    {
        Vendor.Script(FakeResponse.Status(400, """
            {"error":{"code":400,"status":"INVALID_ARGUMENT","message":"Request contains an invalid argument.","details":[
              {"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"message.token","description":"Invalid registration token"}]},
              {"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"INVALID_ARGUMENT"}]}}
            """));

        (await Provider().SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Rejected>().Cause.ShouldBe(RejectionCause.Address);
    }

    [Fact]
    public async Task The_wait_that_google_names_in_its_response_is_honoured()
    {
        Vendor.Script(FakeResponse.Status(429, """{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"slow","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"30s"}]}}"""));

        (await Provider().SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Deferred>().RetryAfter.ShouldBe(TimeSpan.FromSeconds(30));
    }

    private IProvider Provider(string settings = "{}") =>
        new FcmType(new EndpointGuard(allowPrivate: true), new ProviderOptions(), time).Create(FcmSetup.Configuration(contract, Vendor.BaseUrl, settings));

    private static string Compact(string json) => JsonSerializer.Serialize(JsonElement.Parse(json));

    private static ChannelMessage.Push Push(params string[] devices) => new(devices, "Your order", "It is on its way", new Dictionary<string, string>());

    private static ProviderCall Call(ChannelMessage.Push? push = null) => new(
        NotificationId.From(Ids.Next()).Delivery(ChannelKind.Push), 1, push ?? Push("device"), "shipping and more", Priority.Normal, null, TimeSpan.FromSeconds(10));
}
