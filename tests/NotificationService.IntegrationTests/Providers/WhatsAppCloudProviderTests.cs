using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Outbound;
using NotificationService.Providers;
using NotificationService.Providers.WhatsAppCloud;
using NotificationService.Storage;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Providers;

/// <summary>What is particular to Meta's Cloud API: templates, the 24-hour window and errors that only their code explains.</summary>
public sealed class WhatsAppCloudProviderTests : IAsyncLifetime
{
    private const string Two = """[{"type":"body","parameters":[{"type":"text","text":"Ann"},{"type":"text","text":"A-1009"}]}]""";

    private static readonly Ids Ids = new(TimeProvider.System);

    private readonly WhatsAppContract contract = new(WhatsAppSetup.PhoneNumberId, WhatsAppSetup.AccessToken) { OutsideTheWindow = ["14155550177"] };
    private FakeHttpProvider? vendor;

    private FakeHttpProvider Vendor => vendor ?? throw new InvalidOperationException("not initialized");

    public async ValueTask InitializeAsync() => vendor = await FakeHttpProvider.StartAsync(contract: contract);

    public ValueTask DisposeAsync() => Vendor.DisposeAsync();

    [Fact]
    public async Task A_text_goes_out_as_meta_wants_it_with_our_id_to_come_back()
    {
        var call = Call(new ChannelMessage.WhatsApp("+14155550100", "It is on its way"));

        var accepted = (await SendAsync(call)).ShouldBeOfType<ProviderResult.Accepted>();

        accepted.ProviderMessageId.ShouldBe(WhatsAppContract.Id(1));
        Vendor.Calls.Single().Body.ShouldBe(
            $$"""{"messaging_product":"whatsapp","recipient_type":"individual","to":"14155550100","type":"text","text":{"body":"It is on its way"},"biz_opaque_callback_data":"{{call.Delivery}}"}""");
        Vendor.Calls.Single().Path.ShouldBe($"/v23.0/{WhatsAppSetup.PhoneNumberId}/messages");
    }

    [Fact]
    public async Task An_approved_template_goes_out_with_its_parameters()
    {
        (await SendAsync(Call(Template("order_shipped", Two)))).ShouldBeOfType<ProviderResult.Accepted>();

        var template = Vendor.Calls.Single().Json.GetProperty("template");
        template.GetProperty("name").GetString().ShouldBe("order_shipped");
        template.GetProperty("language").GetRawText().ShouldBe("""{"policy":"deterministic","code":"en_US"}""");
        template.GetProperty("components").GetRawText().ShouldBe(Two);
        Vendor.Calls.Single().Json.TryGetProperty("text", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_text_outside_of_the_24_hours_is_explained_in_plain_words()
    {
        var rejected = (await SendAsync(Call(new ChannelMessage.WhatsApp("+14155550177", "hi")))).ShouldBeOfType<ProviderResult.Rejected>();

        rejected.Code.ShouldBe("131047");
        rejected.Message.ShouldContain("24 hours");
        rejected.Message.ShouldContain("approved template");
    }

    [Fact]
    public async Task Another_number_of_parameters_than_the_template_has_is_the_messages_fault() =>
        (await SendAsync(Call(Template("order_shipped", WhatsAppTemplate.NoComponents)))).ShouldBeOfType<ProviderResult.Rejected>().Code.ShouldBe("132000");

    [Fact]
    public async Task A_template_that_meta_does_not_know_holds_its_own_messages_only() =>
        (await SendAsync(Call(Template("unheard_of", Two)))).ShouldBeOfType<ProviderResult.Deferred>().Cause.ShouldBe(DeferralCause.Message);

    [Theory]
    [InlineData(131026, typeof(ProviderResult.Rejected))]
    [InlineData(131050, typeof(ProviderResult.Rejected))]
    [InlineData(131008, typeof(ProviderResult.Rejected))]
    [InlineData(131049, typeof(ProviderResult.Rejected))]
    [InlineData(130472, typeof(ProviderResult.Rejected))]
    [InlineData(132005, typeof(ProviderResult.Rejected))]
    [InlineData(131052, typeof(ProviderResult.Rejected))]
    [InlineData(131053, typeof(ProviderResult.Rejected))]
    [InlineData(130497, typeof(ProviderResult.Rejected), "Provider")]
    [InlineData(0, typeof(ProviderResult.Deferred), "Credentials")]
    [InlineData(10, typeof(ProviderResult.Deferred), "Credentials")]
    [InlineData(190, typeof(ProviderResult.Deferred), "Credentials")]
    [InlineData(368, typeof(ProviderResult.Deferred), "Credentials")]
    [InlineData(131042, typeof(ProviderResult.Deferred), "Credentials")]
    [InlineData(132015, typeof(ProviderResult.Deferred), "Message")]
    [InlineData(133010, typeof(ProviderResult.Deferred), "Credentials")]
    [InlineData(4, typeof(ProviderResult.Deferred), "Throttled")]
    [InlineData(80007, typeof(ProviderResult.Deferred), "Throttled")]
    [InlineData(131048, typeof(ProviderResult.Deferred), "Throttled")]
    [InlineData(131056, typeof(ProviderResult.Deferred), "Message")]
    [InlineData(1, typeof(ProviderResult.Deferred), "Temporary")]
    [InlineData(131000, typeof(ProviderResult.Deferred), "Temporary")]
    [InlineData(131016, typeof(ProviderResult.Deferred), "Temporary")]
    [InlineData(999999, typeof(ProviderResult.Deferred), "Temporary")]
    public async Task The_code_decides_whatever_the_status(int code, Type result, string? cause = null)
    {
        foreach (var status in (int[])[400, 403, 500])
        {
            Vendor.Script(WhatsAppContract.Error(status, code, "said so"));

            var outcome = await SendAsync(Call(new ChannelMessage.WhatsApp("+14155550100", "hi")));

            outcome.ShouldBeOfType(result, $"{status}");
            if (cause is not null)
                (outcome is ProviderResult.Rejected rejected ? rejected.Cause.ToString() : ((ProviderResult.Deferred)outcome).Cause.ToString()).ShouldBe(cause);
        }
    }

    /// <summary>Meta says 100 of parameters and of a number that is not the account's: only the subcode or the status shows.</summary>
    [Theory]
    [InlineData(400, 100, 33)]
    [InlineData(404, 100, null)]
    [InlineData(400, 33, null)]
    [InlineData(404, 803, null)]
    public async Task A_phone_number_that_is_not_there_is_the_configurations_fault_and_costs_no_message(int status, int code, int? subcode)
    {
        Vendor.Script(WhatsAppContract.Error(status, code, "Unsupported post request. Object with ID '1' does not exist", subcode));

        var deferred = (await SendAsync(Call(new ChannelMessage.WhatsApp("+14155550100", "hi")))).ShouldBeOfType<ProviderResult.Deferred>();

        (deferred.Code, deferred.Cause).ShouldBe(($"credentials_{code}", DeferralCause.Credentials));
        deferred.Message.ShouldContain("phoneNumberId");
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    public async Task Where_no_Graph_API_answers_the_address_is_wrong(int status)
    {
        Vendor.Script(FakeResponse.Status(status, "<html>nothing here</html>"));

        var deferred = (await SendAsync(Call(new ChannelMessage.WhatsApp("+14155550100", "hi")))).ShouldBeOfType<ProviderResult.Deferred>();

        (deferred.Code, deferred.Cause).ShouldBe(("credentials_address_wrong", DeferralCause.Credentials));
    }

    [Fact]
    public async Task A_parameter_that_meta_refuses_is_the_messages_fault()
    {
        Vendor.Script(WhatsAppContract.Error(400, 100, "Invalid parameter"));

        (await SendAsync(Call(new ChannelMessage.WhatsApp("+14155550100", "hi")))).ShouldBeOfType<ProviderResult.Rejected>().Cause.ShouldBe(RejectionCause.Message);
    }

    [Fact]
    public async Task An_error_within_a_200_is_an_error()
    {
        Vendor.Script(WhatsAppContract.Error(200, 131026, "undeliverable"));

        (await SendAsync(Call(new ChannelMessage.WhatsApp("+14155550100", "hi")))).ShouldBeOfType<ProviderResult.Rejected>().Cause.ShouldBe(RejectionCause.Address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("too long")]
    public async Task A_text_that_meta_would_refuse_for_its_length_is_not_sent(string text)
    {
        (await SendAsync(Call(new ChannelMessage.WhatsApp("+14155550100", text.Length == 0 ? text : new string('x', 4_097))))).ShouldBeOfType<ProviderResult.Rejected>();

        Vendor.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_twilio_template_is_left_to_twilio()
    {
        (await SendAsync(Call(Template("HX0123456789abcdef0123456789abcdef", Two)))).ShouldBeOfType<ProviderResult.Rejected>().Cause.ShouldBe(RejectionCause.Provider);

        Vendor.Calls.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("wrong-token", WhatsAppSetup.PhoneNumberId, "access token has expired")]
    [InlineData(WhatsAppSetup.AccessToken, "999", "no phone number with the id")]
    public async Task A_test_says_in_words_what_is_wrong(string token, string number, string words)
    {
        var tested = await Type().TestAsync(WhatsAppSetup.Configuration(Vendor.BaseUrl, token, number), CancellationToken.None);

        tested.Ok.ShouldBeFalse();
        tested.Message.ShouldContain(words);
    }

    [Theory]
    [InlineData("phoneNumberId", "\"+14155550100\"")]
    [InlineData("apiVersion", "\"latest\"")]
    [InlineData("apiVersion", "\"v23.0/../x\"")]
    public void A_setting_that_cannot_be_right_is_named(string name, string json)
    {
        var configuration = WhatsAppSetup.Configuration(Vendor.BaseUrl);
        var settings = System.Text.Json.Nodes.JsonObject.Create(configuration.Settings)!;
        settings[name] = System.Text.Json.Nodes.JsonNode.Parse(json);

        Type().Validate(configuration with { Settings = JsonElement.Parse(settings.ToJsonString()) }).ShouldHaveSingleItem().Pointer.ShouldBe($"/settings/{name}");
    }

    private static ChannelMessage.WhatsApp Template(string name, string components) => new("+14155550100", null, new WhatsAppTemplate(name, "en_US", components));

    private static WhatsAppCloudType Type() => new(new EndpointGuard(allowPrivate: true), new ProviderOptions(), TimeProvider.System);

    private static ProviderCall Call(ChannelMessage message) => new(
        NotificationId.From(Ids.Next()).Delivery(ChannelKind.WhatsApp), 1, message, null, Priority.Normal, null, TimeSpan.FromSeconds(10));

    private Task<ProviderResult> SendAsync(ProviderCall call) => Type().Create(WhatsAppSetup.Configuration(Vendor.BaseUrl)).SendAsync(call, CancellationToken.None);
}
