using System.Text;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Providers;

/// <summary>A fake that takes anything would prove nothing: each rule of a vendor's contract is broken once, on purpose.</summary>
public sealed class FakeContractTests
{
    private const string To = "To=%2B14155550100", From = "From=%2B15005550006", Body = "Body=hi";

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
    [InlineData("""{"personalizations":[{"to":[{"email":"x@y.z"}]}],"from":{"email":"a@b.c"},"subject":"s","content":[{"type":"text/plain","value":"t"}],"categories":["a","a"]}""", "categories", 400)]
    [InlineData("""{"personalizations":[{"to":[{"email":"x@y.z"}],"headers":{"Subject":"x"}}],"from":{"email":"a@b.c"},"subject":"s","content":[{"type":"text/plain","value":"t"}]}""", "reserved", 400)]
    [InlineData("""{"personalizations":[{"to":[{"email":"x@y.z"}],"custom_args":{"a":1}}],"from":{"email":"a@b.c"},"subject":"s","content":[{"type":"text/plain","value":"t"}]}""", "custom args", 400)]
    [InlineData("""{"personalizations":[{"to":[{"email":"x@y.z"}]}],"from":{"email":"a@b.c"},"subject":"s","content":[{"type":"text/plain","value":"t"}],"reply_to":{"email":"r@s.t"},"reply_to_list":[]}""", "reply_to", 400)]
    [InlineData("""{"personalizations":[{"to":[{"email":"x@y.z"}]}],"from":{"email":"a@b.c"},"subject":"s","content":[{"type":"text/plain","value":"t"}],"replyTo":{}}""", "Invalid property", 400)]
    public void SendGrid_refuses_what_breaks_its_contract(string body, string words, int status)
    {
        var headers = new Dictionary<string, string> { ["Content-Type"] = "application/json" };
        if (status != 401)
            headers["Authorization"] = "Bearer SG.key";
        var call = new FakeCall(1, "POST", "/v3/mail/send", headers, body, "", 0, TimeSpan.Zero);

        var refusal = new SendGridContract().Refusal(call).ShouldNotBeNull().ToString();

        refusal.ShouldContain($"StatusCode = {status}");
        if (status != 401)
            refusal.ShouldContain(words, Case.Insensitive);
    }

    [Fact]
    public void SendGrid_takes_what_keeps_it() => new SendGridContract().Refusal(new FakeCall(
        1, "POST", "/v3/mail/send", new Dictionary<string, string> { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer SG.key" },
        """{"personalizations":[{"to":[{"email":"x@y.z"}],"custom_args":{"a":"1"},"headers":{"List-Unsubscribe":"<https://x.y/z>"}}],"from":{"email":"a@b.c"},"subject":"s","content":[{"type":"text/plain","value":"t"},{"type":"text/html","value":"h"}],"categories":["a","b"]}""",
        "", 0, TimeSpan.Zero)).ShouldBeNull();
}
