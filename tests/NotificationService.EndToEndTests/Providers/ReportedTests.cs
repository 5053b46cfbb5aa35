using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.EndToEndTests.Providers;

/// <summary>A vendor takes a message and reports on it, as the vendor would: sent becomes delivered, and who says STOP is left alone.</summary>
[Collection(SignInCollection.Name)]
public sealed class ReportedTests(SignInService service)
{
    private const string AccountSid = "AC0123456789abcdef0123456789abcdef", AuthToken = "a-secret-that-nobody-may-see", Number = "+14155550100";

    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_text_message_is_delivered_when_Twilio_says_so_and_the_number_suppressed_when_it_answers_STOP()
    {
        await using var twilio = await FakeHttpProvider.StartAsync(contract: new TwilioContract(AccountSid, AuthToken));
        var admin = await service.RegisterAsync();
        await MakeAsync(admin, new
        {
            channel = "sms",
            type = "twilio",
            name = "Twilio",
            priority = 1,
            credentials = new { accountSid = AccountSid, authToken = AuthToken },
            settings = new { from = "+15005550006", baseUrl = twilio.BaseUrl },
        });
        var token = await TokenAsync(admin);

        var id = await SendAsync(token, new { channel = "sms", recipient = new { phone = Number }, content = new { text = "It is on its way" } });
        await StatusAsync(token, id, "sent");
        var callback = TwilioContract.Form(twilio.Calls.ShouldHaveSingleItem()).Get("StatusCallback")!;
        var sid = TwilioContract.Sid(1);

        (await ReportAsync(callback, [("MessageSid", sid), ("MessageStatus", "delivered")], "a-wrong-token")).ShouldBe(HttpStatusCode.Forbidden);
        (await ReportAsync(callback, [("MessageSid", sid), ("MessageStatus", "delivered")])).ShouldBe(HttpStatusCode.OK);
        (await ReportAsync(callback, [("MessageSid", sid), ("MessageStatus", "sent")])).ShouldBe(HttpStatusCode.OK); // late, and changes nothing
        await StatusAsync(token, id, "delivered");

        (await ReportAsync(callback.Split('?')[0], [("MessageSid", "SM1"), ("SmsStatus", "received"), ("From", Number), ("Body", "Stop")])).ShouldBe(HttpStatusCode.OK);
        await Eventually.TrueAsync(
            async () => (await ReadAsync($"/api/v1/admin/suppressions?address={Uri.EscapeDataString(Number)}", admin.AccessToken)).GetProperty("items").GetArrayLength() == 1, Ample);
        var second = await SendAsync(token, new { channel = "sms", recipient = new { phone = Number }, content = new { text = "Are you there?" } });
        await StatusAsync(token, second, "suppressed");
        twilio.Calls.Count.ShouldBe(1);
        twilio.Violations.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_e_mail_is_delivered_when_SendGrid_says_so_in_one_body_with_others()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var sendGrid = await FakeHttpProvider.StartAsync();
        var admin = await service.RegisterAsync();
        var provider = await MakeAsync(admin, new
        {
            channel = "email",
            type = "sendgrid",
            name = "SendGrid",
            priority = 1,
            credentials = new { apiKey = SendGridContract.TestKey, webhookPublicKey = Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()) },
            settings = new { from = "orders@example.com", baseUrl = sendGrid.BaseUrl },
        });
        var token = await TokenAsync(admin);
        var id = await SendAsync(token, new { channel = "email", recipient = new { email = "ann@example.com" }, content = new { subject = "Your order", text = "hello" } });
        await StatusAsync(token, id, "sent");

        var delivery = sendGrid.Calls.ShouldHaveSingleItem().Delivery;
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var body = $"[{{\"event\":\"open\",\"sg_event_id\":\"{delivery}-o\",\"timestamp\":{now},\"delivery_id\":\"{delivery}\"}},\r\n"
            + $"{{\"event\":\"delivered\",\"sg_event_id\":\"{delivery}-d\",\"timestamp\":{now},\"delivery_id\":\"{delivery}\"}}]\r\n";
        (await PostSignedAsync($"/webhooks/sendgrid/{provider}", body, now, key)).ShouldBe(HttpStatusCode.OK);
        (await PostSignedAsync($"/webhooks/sendgrid/{provider}", body, now - 3600, key)).ShouldBe(HttpStatusCode.Forbidden);

        await StatusAsync(token, id, "delivered");
    }

    [Fact]
    public async Task A_WhatsApp_message_is_delivered_and_read_when_Meta_says_so_though_it_names_only_its_own_id()
    {
        const string AccessToken = "EAAG.access-token", AppSecret = "0123456789abcdef0123456789abcdef", PhoneNumberId = "106540352242922";
        await using var meta = await FakeHttpProvider.StartAsync(contract: new WhatsAppContract(PhoneNumberId, AccessToken));
        var admin = await service.RegisterAsync();
        var provider = await MakeAsync(admin, new
        {
            channel = "whatsapp",
            type = "whatsapp_cloud",
            name = "WhatsApp",
            priority = 1,
            credentials = new { accessToken = AccessToken, appSecret = AppSecret, verifyToken = "verify-me" },
            settings = new { phoneNumberId = PhoneNumberId, apiVersion = "v23.0", baseUrl = meta.BaseUrl },
        });
        var token = await TokenAsync(admin);
        var address = $"/webhooks/whatsapp/{provider}";
        using (var verified = await service.Client.GetAsync(new Uri($"{address}?hub.mode=subscribe&hub.verify_token=verify-me&hub.challenge=1158201444", UriKind.Relative)))
            (verified.StatusCode, await verified.Content.ReadAsStringAsync()).ShouldBe((HttpStatusCode.OK, "1158201444"));

        var id = await SendAsync(token, new { channel = "whatsapp", recipient = new { phone = Number }, content = new { text = "It is on its way" } });
        await StatusAsync(token, id, "sent");
        var wamid = WhatsAppContract.Id(meta.Calls.ShouldHaveSingleItem().Number);

        (await StatusFromMetaAsync("delivered", "a-wrong-secret")).ShouldBe(HttpStatusCode.Forbidden);
        (await StatusFromMetaAsync("delivered", AppSecret)).ShouldBe(HttpStatusCode.OK);
        await StatusAsync(token, id, "delivered");
        (await StatusFromMetaAsync("read", AppSecret)).ShouldBe(HttpStatusCode.OK);
        (await StatusFromMetaAsync("delivered", AppSecret)).ShouldBe(HttpStatusCode.OK); // again, and changes nothing
        await StatusAsync(token, id, "read");

        async Task<HttpStatusCode> StatusFromMetaAsync(string status, string secret)
        {
            var time = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
            var body = $$$"""
                {"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"messaging_product":"whatsapp",
                "metadata":{"display_phone_number":"15550783881","phone_number_id":"{{{PhoneNumberId}}}"},
                "statuses":[{"id":"{{{wamid}}}","status":"{{{status}}}","timestamp":"{{{time}}}","recipient_id":"14155550100"}]}}]}]}
                """;
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            request.Headers.Add("X-Hub-Signature-256", "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body))));
            using var response = await service.Client.SendAsync(request);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task A_push_notification_reaches_FCM_and_a_token_that_FCM_calls_dead_is_not_written_to_again()
    {
        using var contract = new FcmContract();
        await using var fcm = await FakeHttpProvider.StartAsync(contract: contract);
        var admin = await service.RegisterAsync();
        var provider = await MakeAsync(admin, new
        {
            channel = "push",
            type = "fcm",
            name = "Firebase",
            priority = 1,
            credentials = new { serviceAccountJson = contract.ServiceAccountJson(new Uri(fcm.BaseUrl, "token")) },
            settings = new { baseUrl = fcm.BaseUrl },
        });
        var token = await TokenAsync(admin);
        var push = new { channel = "push", recipient = new { deviceTokens = new[] { "device-token-of-ann" } }, content = new { title = "Hello", body = "It is on its way" } };

        await StatusAsync(token, await SendAsync(token, push), "sent");
        fcm.Otherwise = _ => FcmContract.Error(404, "NOT_FOUND", "UNREGISTERED", "Requested entity was not found.");
        await StatusAsync(token, await SendAsync(token, push), "failed");
        await StatusAsync(token, await SendAsync(token, push), "suppressed");

        fcm.Calls.Count.ShouldBe(2);
        fcm.Violations.ShouldBeEmpty();

        // It reports nothing, so nobody can have signed a report of it.
        using var report = await service.Client.PostAsync(new Uri($"/webhooks/fcm/{provider}", UriKind.Relative), new StringContent("{}", Encoding.UTF8, "application/json"));
        report.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var ofAnother = await service.Client.PostAsync(new Uri($"/webhooks/sendgrid/{provider}", UriKind.Relative), new StringContent("{}", Encoding.UTF8, "application/json"));
        ofAnother.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task<string> MakeAsync(SignInService.Person admin, object provider)
    {
        using var made = await service.PostAsync("/api/v1/admin/providers", provider, admin.AccessToken);
        made.StatusCode.ShouldBe(HttpStatusCode.Created, await made.Content.ReadAsStringAsync());
        return (await SignInService.ReadAsync(made)).GetProperty("id").GetString()!;
    }

    private async Task<string> TokenAsync(SignInService.Person admin)
    {
        var account = await service.CreateAccountAsync(admin, new { name = "live", scopes = new[] { "notifications:send", "notifications:read" }, mode = "live" });
        return await service.TokenAsync(account.ClientId, account.ClientSecret);
    }

    private async Task<string> SendAsync(string token, object notification)
    {
        using var response = await service.PostAsync("/api/v1/services/notifications/send", notification, token);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return (await SignInService.ReadAsync(response)).GetProperty("id").GetString()!;
    }

    private async Task StatusAsync(string token, string id, string expected) => (await Eventually.ValueAsync(
        async () => (await ReadAsync($"/api/v1/services/notifications/{id}", token)).GetProperty("status").GetString(), status => status == expected, Ample)).ShouldBe(expected);

    private async Task<JsonElement> ReadAsync(string path, string token)
    {
        using var response = await service.GetAsync(path, token);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await SignInService.ReadAsync(response);
    }

    /// <summary>As Twilio does: to the address that it was given, signed with it.</summary>
    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Twilio signs so.")]
    private async Task<HttpStatusCode> ReportAsync(string address, (string Name, string Value)[] fields, string authToken = AuthToken)
    {
        var signed = address + string.Concat(fields.OrderBy(field => field.Name, StringComparer.Ordinal).Select(field => field.Name + field.Value));
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new FormUrlEncodedContent(fields.Select(field => new KeyValuePair<string, string>(field.Name, field.Value))),
        };
        request.Headers.Add("X-Twilio-Signature", Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(authToken), Encoding.UTF8.GetBytes(signed))));
        using var response = await service.Client.SendAsync(request);
        return response.StatusCode;
    }

    private async Task<HttpStatusCode> PostSignedAsync(string path, string body, long time, ECDsa key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("X-Twilio-Email-Event-Webhook-Timestamp", time.ToString(System.Globalization.CultureInfo.InvariantCulture));
        request.Headers.Add(
            "X-Twilio-Email-Event-Webhook-Signature",
            Convert.ToBase64String(key.SignData(Encoding.UTF8.GetBytes($"{time}{body}"), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)));
        using var response = await service.Client.SendAsync(request);
        return response.StatusCode;
    }
}
