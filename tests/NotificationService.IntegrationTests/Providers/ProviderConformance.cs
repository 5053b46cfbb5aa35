using System.Diagnostics;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Storage;

namespace NotificationService.IntegrationTests.Providers;

/// <summary>What every provider type promises by the port, whatever it talks to. One class per type runs them all.</summary>
public abstract class ProviderConformance
{
    private static readonly Ids Ids = new(TimeProvider.System);

    protected static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);

    /// <summary>How much longer than its deadline a call may take on a machine that stands still now and then; without a deadline it would never end.</summary>
    protected static readonly TimeSpan Slack = TimeSpan.FromSeconds(25);

    protected abstract IProviderType Type { get; }

    protected abstract ChannelKind Channel { get; }

    /// <summary>A configuration that works.</summary>
    protected abstract ProviderConfiguration Configuration { get; }

    /// <summary>Our ids of the messages that reached the vendor whole, in their order.</summary>
    protected abstract Task<IReadOnlyList<string>> ReachedAsync();

    [Fact]
    public void Its_name_can_stand_in_a_configuration() => Type.Name.ShouldMatch("^[a-z][a-z0-9_]{1,49}$");

    [Fact]
    public void A_configuration_that_works_has_no_errors() => Type.Validate(Configuration).ShouldBeEmpty();

    [Fact]
    public void What_it_does_not_know_is_named_with_its_place()
    {
        var strange = Configuration with
        {
            Credentials = new Dictionary<string, string>(Configuration.Credentials) { ["apikey2"] = "x" },
            Settings = With(Configuration, "hots", "\"x\""),
        };

        Type.Validate(strange).Select(error => (error.Pointer, error.Code)).ShouldBe(
            [("/credentials/apikey2", "unknown_property"), ("/settings/hots", "unknown_property")], ignoreOrder: true);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    public void Settings_that_are_no_object_are_an_error_and_no_exception(string settings) =>
        Type.Validate(Configuration with { Settings = Json(settings) }).ShouldContain(error => error.Pointer.StartsWith("/settings"));

    [Fact]
    public async Task A_message_reaches_the_vendor_once_and_carries_our_id()
    {
        var call = Call();

        var result = await SendAsync(Type.Create(Configuration), call);

        result.ShouldBeOfType<ProviderResult.Accepted>().ProviderMessageId.Length.ShouldBeLessThanOrEqualTo(200);
        (await ReachedAsync()).ShouldBe([call.Delivery.Value.ToString()]);
    }

    [Fact]
    public async Task Many_calls_at_once_all_arrive_and_none_twice()
    {
        var provider = Type.Create(Configuration);
        var calls = Enumerable.Range(0, 100).Select(_ => Call()).ToList();

        var results = await Task.WhenAll(calls.Select(call => SendAsync(provider, call)));

        results.ShouldAllBe(result => result is ProviderResult.Accepted);
        (await ReachedAsync()).ShouldBe(calls.Select(call => call.Delivery.Value.ToString()), ignoreOrder: true);
    }

    [Fact]
    public async Task What_was_cancelled_before_it_began_reaches_nobody()
    {
        var provider = Type.Create(Configuration);

        await Should.ThrowAsync<OperationCanceledException>(() => provider.SendAsync(Call(), new CancellationToken(canceled: true)));

        (await ReachedAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_test_of_the_configuration_succeeds_and_sends_nothing()
    {
        var tested = await Type.TestAsync(Configuration, CancellationToken.None);

        tested.Ok.ShouldBeTrue(tested.Message);
        (await ReachedAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_message_of_a_channel_that_it_has_not_is_rejected()
    {
        foreach (var channel in ChannelKinds.All.Except(Type.Channels))
            (await SendAsync(Type.Create(Configuration), Call() with { Message = Message(channel) })).ShouldBeOfType<ProviderResult.Rejected>().Code.ShouldBe("channel_unsupported");
        (await ReachedAsync()).ShouldBeEmpty();
    }

    protected ProviderCall Call(TimeSpan? deadline = null) =>
        new(NotificationId.From(Ids.Next()).Delivery(Channel), 1, Message(Channel), "shipping", Priority.Normal, null, deadline ?? Ample);

    /// <summary>Sends, and sees to it that the call ends within its deadline whatever happens.</summary>
    protected static async Task<ProviderResult> SendAsync(IProvider provider, ProviderCall call, CancellationToken cancellationToken = default)
    {
        var clock = Stopwatch.StartNew();
        var result = await provider.SendAsync(call, cancellationToken);
        clock.Elapsed.ShouldBeLessThan(call.Deadline + Slack);
        return result;
    }

    protected static System.Text.Json.JsonElement Json(string text) => System.Text.Json.JsonElement.Parse(text);

    /// <summary>The settings with one of them replaced or added, as JSON.</summary>
    protected static System.Text.Json.JsonElement With(ProviderConfiguration configuration, string name, string json)
    {
        var settings = System.Text.Json.Nodes.JsonObject.Create(configuration.Settings)!;
        settings[name] = System.Text.Json.Nodes.JsonNode.Parse(json);
        return Json(settings.ToJsonString());
    }

    private static ChannelMessage Message(ChannelKind channel) => channel switch
    {
        ChannelKind.Email => new ChannelMessage.Email(new EmailAddress("ann@example.com", "Ann Example"), "Your order", "<p>It is on its way</p>", "It is on its way"),
        ChannelKind.Sms => new ChannelMessage.Sms("+14155550100", "It is on its way"),
        ChannelKind.WhatsApp => new ChannelMessage.WhatsApp("+14155550100", "It is on its way"),
        ChannelKind.Push => new ChannelMessage.Push(["token"], "Your order", "It is on its way", new Dictionary<string, string>()),
        ChannelKind.InApp => new ChannelMessage.InApp("ann", "Your order", "It is on its way", null),
        _ => throw new ArgumentOutOfRangeException(nameof(channel), channel, "no such channel"),
    };
}
