using System.Text;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Providers;

/// <summary>A fake that takes anything would prove nothing: each rule of a vendor's contract is broken once, on purpose.</summary>
public sealed class FakeContractTests
{
    private const string To = "To=%2B14155550100", From = "From=%2B15005550006", Body = "Body=hi", Service = "MessagingServiceSid=MG0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData($"{To}&{From}&{Body}", 201, 0)]
    [InlineData($"{To}&{From}&MediaUrl=https%3A%2F%2Fexample.com%2Fa.png", 201, 0)]
    [InlineData($"{From}&{Body}", 400, 21604)]
    [InlineData($"To=+14155550100&{From}&{Body}", 400, 21211)]
    [InlineData($"{To}&{Body}", 400, 21603)]
    [InlineData($"{To}&From=%2B&{Body}", 400, 21212)]
    [InlineData($"{To}&MessagingServiceSid=MG1&{Body}", 400, 21705)]
    [InlineData($"To=whatsapp%3A%2B14155550100&{From}&{Body}", 400, 21910)]
    [InlineData($"{To}&{From}", 400, 21619)]
    [InlineData($"{To}&{From}&ContentSid=HX1", 400, 21655)]
    [InlineData($"{To}&{From}&{Body}&ContentVariables=%7B%7D", 400, 21656)]
    [InlineData($"{To}&{From}&{Body}&StatusCallback=webhooks", 400, 21609)]
    [InlineData($"{To}&{From}&{Body}&StatusCallback=https%3A%2F%2Fa_b.example.com", 400, 21609)]
    [InlineData($"{To}&{From}&{Body}&ValidityPeriod=36001", 400, 21624)]
    [InlineData($"{To}&{From}&{Body}&Bodyy=1", 400, 20001)]
    [InlineData($"{To}&From=%2B15005550001&{Body}", 400, 21606)]
    [InlineData($"{To}&From=12345&{Body}", 400, 21606)]
    [InlineData($"{To}&From=ORDERS&{Body}", 201, 0)]
    [InlineData($"To=whatsapp%3A%2B14155550100&From=whatsapp%3A%2B15005550006&{Body}", 201, 0)]
    [InlineData($"To=whatsapp%3A%2B14155550100&From=whatsapp%3A%2B15005550001&{Body}", 400, 63007)]
    [InlineData($"{To}&{From}&{Body}&ScheduleType=fixed&SendAt=2027-01-01T00%3A00%3A00Z", 400, 35118)]
    [InlineData($"{To}&{Service}&{Body}&SendAt=2027-01-01T00%3A00%3A00Z", 400, 35111)]
    [InlineData($"{To}&{Service}&{Body}&ScheduleType=fixed", 400, 35111)]
    [InlineData($"{To}&{Service}&{Body}&ScheduleType=fixed&SendAt=tomorrow", 400, 35114)]
    [InlineData($"{To}&{Service}&{Body}&ScheduleType=fixed&SendAt=2020-01-01T00%3A00%3A00Z", 400, 35114)]
    [InlineData($"{To}&{Service}&{Body}&ScheduleType=soon&SendAt=2027-01-01T00%3A00%3A00Z", 400, 20001)]
    public async Task Twilio_refuses_what_breaks_its_contract(string form, int status, int code)
    {
        await using var vendor = await FakeHttpProvider.StartAsync(contract: new TwilioContract(TwilioSetup.AccountSid, TwilioSetup.AuthToken));
        using var http = new HttpClient { BaseAddress = vendor.BaseUrl };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{TwilioSetup.AccountSid}:{TwilioSetup.AuthToken}")));

        using var content = new StringContent(form, new System.Net.Http.Headers.MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        using var response = await http.PostAsync(new Uri($"2010-04-01/Accounts/{TwilioSetup.AccountSid}/Messages.json", UriKind.Relative), content, TestContext.Current.CancellationToken);

        ((int)response.StatusCode).ShouldBe(status);
        if (code != 0)
            (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain($"\"code\":{code},");
        vendor.Violations.Count.ShouldBe(code == 0 ? 0 : 1);
    }

    [Fact]
    public void Twilio_refuses_a_text_that_is_too_long_and_a_sign_in_that_is_wrong()
    {
        var contract = new TwilioContract(TwilioSetup.AccountSid, TwilioSetup.AuthToken);
        var right = $"Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes($"{TwilioSetup.AccountSid}:{TwilioSetup.AuthToken}"))}";
        FakeCall Call(string authorization, string body) => new(
            1, "POST", $"/2010-04-01/Accounts/{TwilioSetup.AccountSid}/Messages.json",
            new Dictionary<string, string> { ["Authorization"] = authorization, ["Content-Type"] = "application/x-www-form-urlencoded" }, body, "", 0, TimeSpan.Zero);

        contract.Refusal(Call(right, $"{To}&{From}&{Body}")).ShouldBeNull();
        contract.Refusal(Call(right, $"{To}&{From}&Body={new string('x', 1601)}"))!.ToString().ShouldContain("21617");
        contract.Refusal(Call(right, $"{To}&{From}&{Body}&StatusCallback=https%3A%2F%2Fa.example.com%2F{new string('x', 4_000)}"))!.ToString().ShouldContain("21609");
        contract.Refusal(Call("Basic eDp5", $"{To}&{From}&{Body}"))!.ToString().ShouldContain("20003");
    }

    [Theory]
    [InlineData("{}", "Authorization", 401)]
    [InlineData("no json", "", 400)]
    [InlineData("""{"from":{"email":"a@b.c"},"subject":"s","content":[{"type":"text/plain","value":"t"}]}""", "personalizations", 400)]
    [InlineData("""{"personalizations":[{"to":[]}],"from":{"email":"a@b.c"},"subject":"s","content":[{"type":"text/plain","value":"t"}]}""", "to array", 400)]
    [InlineData("""{"personalizations":[{"to":[{"email":"x@y.z"},{"email":"X@y.z"}]}],"from":{"email":"a@b.c"},"subject":"s","content":[{"type":"text/plain","value":"t"}]}""", "unique", 400)]
    [InlineData("""{"personalizations":[{"to":[{"email":"x@y.z"}]}],"subject":"s","content":[{"type":"text/plain","value":"t"}]}""", "from", 400)]
    [InlineData("""{"personalizations":[{"to":[{"email":"x@y.z"}]}],"from":{"email":"a@b.c"},"content":[{"type":"text/plain","value":"t"}]}""", "subject", 400)]
    [InlineData("""{"personalizations":[{"to":[{"email":"x@y.z"}]}],"from":{"email":"a@b.c"},"subject":"s"}""", "content", 400)]
    [InlineData("""{"personalizations":[{"to":[{"email":"x@y.z"}]}],"from":{"email":"a@b.c"},"subject":"s","content":[{"type":"text/plain","value":""}]}""", "content value", 400)]
    [InlineData("""{"personalizations":[{"to":[{"email":"x@y.z"}]}],"from":{"email":"a@b.c"},"subject":"s","content":[{"type":"text/html","value":"h"},{"type":"text/plain","value":"t"}]}""", "order", 400)]
    [InlineData("""{"personalizations":[{"to":[{"email":"x@y.z"}]}],"from":{"email":"a@b.c"},"subject":"s","content":[{"type":"text/plain","value":"t"},{"type":"text/plain","value":"t"}]}""", "only be provided once", 400)]
    [InlineData("""{"personalizations":[{"to":[{"email":"x@y.z"}],"cc":[{"email":"x@Y.z"}]}],"from":{"email":"a@b.c"},"subject":"s","content":[{"type":"text/plain","value":"t"}]}""", "unique", 400)]
    [InlineData("""{"personalizations":[{"to":[{"email":"x@y.z"}]}],"from":{"email":"a@b.c"},"subject":"s","content":[{"type":"text/plain","value":"t"}],"categories":["a","a"]}""", "categories", 400)]
    [InlineData("""{"personalizations":[{"to":[{"email":"x@y.z"}],"headers":{"Subject":"x"}}],"from":{"email":"a@b.c"},"subject":"s","content":[{"type":"text/plain","value":"t"}]}""", "reserved", 400)]
    [InlineData("""{"personalizations":[{"to":[{"email":"x@y.z"}],"custom_args":{"a":1}}],"from":{"email":"a@b.c"},"subject":"s","content":[{"type":"text/plain","value":"t"}]}""", "custom args", 400)]
    [InlineData("""{"personalizations":[{"to":[{"email":"x@y.z"}]}],"from":{"email":"a@b.c"},"subject":"s","content":[{"type":"text/plain","value":"t"}],"reply_to":{"email":"r@s.t"},"reply_to_list":[]}""", "reply_to", 400)]
    [InlineData("""{"personalizations":[{"to":[{"email":"x@y.z"}]}],"from":{"email":"a@b.c"},"subject":"s","content":[{"type":"text/plain","value":"t"}],"replyTo":{}}""", "Invalid property", 400)]
    public void SendGrid_refuses_what_breaks_its_contract(string body, string words, int status)
    {
        var headers = new Dictionary<string, string> { ["Content-Type"] = "application/json" };
        if (status != 401)
            headers["Authorization"] = $"Bearer {SendGridContract.TestKey}";
        var call = new FakeCall(1, "POST", "/v3/mail/send", headers, body, "", 0, TimeSpan.Zero);

        var refusal = new SendGridContract().Refusal(call).ShouldNotBeNull().ToString();

        refusal.ShouldContain($"StatusCode = {status}");
        if (status != 401)
            refusal.ShouldContain(words, Case.Insensitive);
    }

    [Fact]
    public void SendGrid_takes_a_thousand_recipients_and_no_more()
    {
        FakeResponse? Refusal(int first, int second)
        {
            string People(string name, int count) => string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"email":"{{name}}{{i}}@y.z"}"""));
            var body = $$"""{"personalizations":[{"to":[{{People("a", first)}}]},{"to":[{{People("b", second)}}]}],"from":{"email":"a@b.c"},"subject":"s","content":[{"type":"text/plain","value":"t"}]}""";
            return new SendGridContract().Refusal(Json("/v3/mail/send", body, $"Bearer {SendGridContract.TestKey}"));
        }

        Refusal(600, 400).ShouldBeNull();
        Refusal(600, 401).ShouldNotBeNull().ToString().ShouldContain("1000");
    }

    [Fact]
    public void SendGrid_knows_one_key() => new SendGridContract().Refusal(Json("/v3/mail/send", "{}", "Bearer SG.another"))!.ToString().ShouldContain("StatusCode = 401");

    [Theory]
    [InlineData(""" "topic":"news" """, "oneof")]
    [InlineData(""" "condition":"'a' in topics" """, "oneof")]
    [InlineData(""" "apns":{"headers":{"apns-priority":"7"}} """, "apns-priority")]
    [InlineData(""" "apns":{"headers":{"apns-push-type":"loud"}} """, "apns-push-type")]
    [InlineData(""" "apns":{"headers":{"apns-expiration":"tomorrow"}} """, "apns-expiration")]
    [InlineData(""" "webpush":{"headers":{"Urgency":"urgent"}} """, "Urgency")]
    [InlineData(""" "webpush":{"headers":{"TTL":"2419201"}} """, "TTL")]
    [InlineData(""" "webpush":{"headers":{"TTL":"-1"}} """, "TTL")]
    [InlineData(""" "apns":{"headers":{"apns-priority":"5","apns-expiration":"0"}},"webpush":{"headers":{"Urgency":"very-low","TTL":"0"}} """, null)]
    public void Google_refuses_what_breaks_its_contract(string more, string? words)
    {
        using var contract = new FcmContract();

        var refusal = contract.Refusal(Json($"/v1/projects/{FcmContract.Project}/messages:send", $$$"""{"message":{"token":"t",{{{more}}}}}""", "Bearer x"));

        if (words is null)
            refusal.ShouldBeNull();
        else
            refusal.ShouldNotBeNull().ToString().ShouldContain(words);
    }

    [Theory]
    [InlineData(""" "recipient_type":"individual","to":"14155550100","type":"text","text":{"body":"t"} """, "messaging_product")]
    [InlineData(""" "messaging_product":"whatsapp","to":"14155550100","type":"text","text":{"body":"t"} """, "recipient_type")]
    [InlineData(""" "messaging_product":"whatsapp","recipient_type":"individual","to":"14155550100","type":"text","text":{"body":"t"} """, null)]
    public void Meta_refuses_a_message_that_misses_what_it_must_have(string fields, string? words) => MetaSays($$$"""{{{{fields}}}}""", words);

    [Theory]
    [InlineData("""{"type":"body","parameters":[{"type":"text","text":"a"},{"type":"currency","currency":{"fallback_value":"1 €","code":"EUR","amount_1000":1000}},{"type":"date_time","date_time":{"fallback_value":"today"}}]}""", null)]
    [InlineData("""{"type":"body","parameters":[{"type":"currency","currency":{"code":"EUR","amount_1000":1000}}]}""", "fallback_value")]
    [InlineData("""{"type":"body","parameters":[{"type":"currency","currency":{"fallback_value":"1 €","code":"euro","amount_1000":1000}}]}""", "code")]
    [InlineData("""{"type":"body","parameters":[{"type":"currency","currency":{"fallback_value":"1 €","code":"EUR","amount_1000":1.5}}]}""", "amount_1000")]
    [InlineData("""{"type":"body","parameters":[{"type":"currency","currency":{"fallback_value":"1 €","code":"EUR","amount_1000":"1000"}}]}""", "amount_1000")]
    [InlineData("""{"type":"body","parameters":[{"type":"date_time","date_time":{}}]}""", "fallback_value")]
    [InlineData("""{"type":"body","parameters":[{"type":"image","image":{"link":"https://a.example.com/i.png"}}]}""", "type")]
    [InlineData("""{"type":"header","parameters":[{"type":"image","image":{"link":"https://a.example.com/i.png"}}]}""", null)]
    [InlineData("""{"type":"header","parameters":[{"type":"document","document":{"id":"123","filename":"a.pdf"}}]}""", null)]
    [InlineData("""{"type":"header","parameters":[{"type":"image","image":{"link":"i.png"}}]}""", "link")]
    [InlineData("""{"type":"header","parameters":[{"type":"image","image":"https://a.example.com/i.png"}]}""", "link")]
    [InlineData("""{"type":"header","parameters":[{"type":"image"}]}""", "link")]
    [InlineData("""{"type":"button","sub_type":"quick_reply","index":"0","parameters":[{"type":"payload","payload":"YES"}]}""", null)]
    [InlineData("""{"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"A-1009"}]}""", null)]
    [InlineData("""{"type":"button","sub_type":"quick_reply","index":"0","parameters":[{"type":"text","text":"YES"}]}""", "payload")]
    [InlineData("""{"type":"button","sub_type":"quick_reply","index":"0","parameters":[{"type":"payload"}]}""", "payload")]
    [InlineData("""{"type":"button","sub_type":"url","index":"0","parameters":[]}""", "text")]
    [InlineData("""{"type":"button","sub_type":"url","index":0,"parameters":[{"type":"text","text":"A-1009"}]}""", "index")]
    [InlineData("""{"type":"button","index":"0","parameters":[{"type":"text","text":"A-1009"}]}""", "sub_type")]
    public void Meta_refuses_a_parameter_of_another_shape(string component, string? words) => MetaSays(
        $$$"""{"messaging_product":"whatsapp","recipient_type":"individual","to":"14155550100","type":"template","template":{"name":"t","language":{"policy":"deterministic","code":"en"},"components":[{{{component}}}]}}""", words);

    [Fact]
    public void SendGrid_takes_what_keeps_it() => new SendGridContract().Refusal(new FakeCall(
        1, "POST", "/v3/mail/send", new Dictionary<string, string> { ["Content-Type"] = "application/json", ["Authorization"] = $"Bearer {SendGridContract.TestKey}" },
        """{"personalizations":[{"to":[{"email":"x@y.z"}],"custom_args":{"a":"1"},"headers":{"List-Unsubscribe":"<https://x.y/z>"}}],"from":{"email":"a@b.c"},"subject":"s","content":[{"type":"text/plain","value":"t"},{"type":"text/html","value":"h"}],"categories":["a","b"]}""",
        "", 0, TimeSpan.Zero)).ShouldBeNull();

    private static void MetaSays(string body, string? words)
    {
        var refusal = new WhatsAppContract(WhatsAppSetup.PhoneNumberId, WhatsAppSetup.AccessToken)
            .Refusal(Json($"/v23.0/{WhatsAppSetup.PhoneNumberId}/messages", body, $"Bearer {WhatsAppSetup.AccessToken}"));
        if (words is null)
            refusal.ShouldBeNull();
        else
            refusal.ShouldNotBeNull().ToString().ShouldContain(words);
    }

    private static FakeCall Json(string path, string body, string authorization) =>
        new(1, "POST", path, new Dictionary<string, string> { ["Content-Type"] = "application/json", ["Authorization"] = authorization }, body, "", 0, TimeSpan.Zero);
}
