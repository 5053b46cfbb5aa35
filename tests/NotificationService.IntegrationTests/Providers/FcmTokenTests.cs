using System.Text.Json;
using System.Text.Json.Nodes;
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

/// <summary>The access token of a service account: asked for as seldom as can be, and what is said where there is none.</summary>
public sealed class FcmTokenTests : IAsyncLifetime
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
    public async Task A_thousand_messages_at_once_ask_for_one_token()
    {
        var provider = Provider();

        var results = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => provider.SendAsync(Call(TimeSpan.FromSeconds(60)), CancellationToken.None)));

        results.ShouldAllBe(result => result is ProviderResult.Accepted);
        contract.TokenCalls.Count.ShouldBe(1);
        var claims = FcmContract.Claims(contract.TokenCalls[0]);
        (claims.GetProperty("iat").GetInt64(), claims.GetProperty("exp").GetInt64()).ShouldBe((Noon.ToUnixTimeSeconds(), Noon.AddHours(1).ToUnixTimeSeconds()));
    }

    [Fact]
    public async Task A_token_is_renewed_before_its_end_while_the_old_one_still_serves()
    {
        var provider = Provider();
        await AcceptedAsync(provider);
        time.Advance(TimeSpan.FromMinutes(54));
        await AcceptedAsync(provider);
        contract.TokenCalls.Count.ShouldBe(1);

        time.Advance(TimeSpan.FromMinutes(2));
        await AcceptedAsync(provider);
        await Eventually.TrueAsync(() => contract.TokenCalls.Count == 2, TimeSpan.FromSeconds(90));

        await Eventually.TrueAsync(
            async () =>
            {
                await AcceptedAsync(provider);
                return Vendor.Calls[^1].Headers["Authorization"] != Vendor.Calls[0].Headers["Authorization"];
            },
            TimeSpan.FromSeconds(10));
        contract.TokenCalls.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_renewal_that_fails_costs_nothing_while_the_old_token_serves()
    {
        var provider = Provider();
        await AcceptedAsync(provider);
        contract.ScriptTokens(FakeResponse.Status(503, "<html>"));
        time.Advance(TimeSpan.FromMinutes(56));

        for (var i = 0; i < 20; i++)
            await AcceptedAsync(provider);

        await Eventually.TrueAsync(() => contract.TokenCalls.Count == 2, TimeSpan.FromSeconds(90));
    }

    [Fact]
    public async Task A_token_that_google_takes_back_is_replaced_once_and_the_message_goes_out()
    {
        var provider = Provider();
        await AcceptedAsync(provider);
        contract.Revoke();

        await AcceptedAsync(provider);

        contract.TokenCalls.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_new_token_that_is_refused_as_well_is_a_matter_of_credentials()
    {
        var refusal = FcmContract.Error(401, "UNAUTHENTICATED", null, "no");
        Vendor.Script(refusal, refusal);

        var deferred = (await Provider().SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Deferred>();

        (deferred.Code, deferred.Cause).ShouldBe(("credentials_refused", DeferralCause.Credentials));
        contract.TokenCalls.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(400, "credentials_service_account", DeferralCause.Credentials)]
    [InlineData(401, "credentials_service_account", DeferralCause.Credentials)]
    [InlineData(429, "token_http_429", DeferralCause.Throttled)]
    [InlineData(503, "token_http_503", DeferralCause.Temporary)]
    [InlineData(302, "token_http_302", DeferralCause.Temporary)]
    public async Task Without_a_token_nothing_is_sent_and_the_reason_reported(int status, string code, DeferralCause cause)
    {
        contract.ScriptTokens(FcmContract.TokenError(status, "invalid_grant", $"Invalid JWT Signature. {new string('x', 900)}"));

        var deferred = (await Provider().SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Deferred>();

        (deferred.Code, deferred.Cause).ShouldBe((code, cause));
        deferred.Message.ShouldNotContain("xxxxx");
        deferred.Message.Length.ShouldBeLessThanOrEqualTo(500);
        Vendor.Calls.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"access_token":5}""")]
    [InlineData("""{"access_token":"","expires_in":3599}""")]
    [InlineData("""{"access_token":"x","expires_in":-1}""")]
    public async Task A_response_that_is_no_token_is_a_passing_matter(string body)
    {
        contract.ScriptTokens(FakeResponse.Status(200, body));
        var provider = Provider();

        (await provider.SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Deferred>().Cause.ShouldBe(DeferralCause.Temporary);

        await AcceptedAsync(provider);
    }

    [Fact]
    public async Task A_token_endpoint_that_drips_floods_or_says_nothing_ends_with_the_deadline()
    {
        foreach (var response in (FakeResponse[])[FakeResponse.Never, FakeResponse.SlowDrip(200), FakeResponse.Huge(200, 20_000_000)])
        {
            contract.ScriptTokens(response);
            var type = new FcmType(new EndpointGuard(allowPrivate: true), new ProviderOptions(), TimeProvider.System);
            var clock = System.Diagnostics.Stopwatch.StartNew();

            var result = await type.Create(FcmSetup.Configuration(contract, Vendor.BaseUrl)).SendAsync(Call(TimeSpan.FromSeconds(1)), CancellationToken.None);

            result.ShouldBeOfType<ProviderResult.Deferred>(response.ToString());
            clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(25));
        }

        Vendor.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_test_says_which_of_the_two_is_wrong()
    {
        contract.ScriptTokens(FcmContract.TokenError(400, "invalid_grant", "Invalid JWT Signature."));
        (await TestAsync("{}")).ShouldBe("no access token from Google: Google gave the service account no access token: its key was revoked, or the clock here is wrong (invalid_grant Invalid JWT Signature.)");

        (await TestAsync("""{"projectId":"another-project"}""")).ShouldContain("Firebase knows no such project");
        contract.Validated.Count.ShouldBe(1);
        Vendor.Calls.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("not json", "invalid_json")]
    [InlineData("[]", "invalid")]
    [InlineData("""{"type":"authorized_user"}""", "invalid")]
    [InlineData("""{"type":"\ud800"}""", "invalid")]
    [InlineData("""{"\ud800xxxxxxxx":1,"type":"service_account"}""", "invalid")]
    [InlineData("""{"type":"service_account","client_email":"\ud800","private_key":"abc"}""", "invalid")]
    [InlineData("""{"type":"service_account","client_email":"a@b.c","private_key":"-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n"}""", "invalid")]
    public void A_file_that_is_no_service_accounts_is_named_and_none_of_it_shown(string json, string code)
    {
        var configuration = FcmSetup.Configuration(contract, Vendor.BaseUrl) with { Credentials = new Dictionary<string, string> { ["serviceAccountJson"] = json } };

        var error = Type().Validate(configuration).ShouldHaveSingleItem();

        (error.Pointer, error.Code).ShouldBe(("/credentials/serviceAccountJson", code));
        error.Message.ShouldNotContain("abc");
    }

    [Theory]
    [InlineData("http://169.254.169.254/token")]
    [InlineData("http://localhost/token")]
    [InlineData("https://metadata.google.internal/token")]
    public void A_token_address_that_reaches_inside_is_refused(string tokenUri)
    {
        var file = JsonNode.Parse(contract.ServiceAccountJson(new Uri(tokenUri)))!;
        var configuration = FcmSetup.Configuration(contract, new Uri("https://fcm.googleapis.com")) with { Credentials = new Dictionary<string, string> { ["serviceAccountJson"] = file.ToJsonString() } };

        var error = new FcmType(new EndpointGuard(allowPrivate: false), new ProviderOptions(), time).Validate(configuration).ShouldHaveSingleItem();

        (error.Pointer, error.Code).ShouldBe(("/credentials/serviceAccountJson", "url_address_forbidden"));
    }

    [Fact]
    public void A_token_address_whose_host_has_no_name_in_ASCII_is_refused()
    {
        var file = JsonNode.Parse(contract.ServiceAccountJson(new Uri("https://example.com/token")))!;
        file["token_uri"] = "https://aא.example/token";
        var configuration = FcmSetup.Configuration(contract, Vendor.BaseUrl) with { Credentials = new Dictionary<string, string> { ["serviceAccountJson"] = file.ToJsonString() } };

        var error = Type().Validate(configuration).ShouldHaveSingleItem();

        (error.Pointer, error.Code).ShouldBe(("/credentials/serviceAccountJson", "url_invalid"));
    }

    [Fact]
    public void The_project_may_be_another_than_the_service_accounts_own()
    {
        Type().Validate(FcmSetup.Configuration(contract, Vendor.BaseUrl, """{"projectId":"another-project"}""")).ShouldBeEmpty();
        Type().Validate(FcmSetup.Configuration(contract, Vendor.BaseUrl, """{"projectId":"../x"}""")).ShouldHaveSingleItem().Pointer.ShouldBe("/settings/projectId");
        Type().Validate(FcmSetup.Configuration(contract, Vendor.BaseUrl, """{"dryRun":"yes"}""")).ShouldHaveSingleItem().Pointer.ShouldBe("/settings/dryRun");
    }

    private FcmType Type() => new(new EndpointGuard(allowPrivate: true), new ProviderOptions(), time);

    private IProvider Provider() => Type().Create(FcmSetup.Configuration(contract, Vendor.BaseUrl));

    private async Task<string> TestAsync(string settings)
    {
        var tested = await Type().TestAsync(FcmSetup.Configuration(contract, Vendor.BaseUrl, settings), CancellationToken.None);
        tested.Ok.ShouldBeFalse();
        return tested.Message;
    }

    private static async Task AcceptedAsync(IProvider provider) => (await provider.SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Accepted>();

    private static ProviderCall Call(TimeSpan? deadline = null) => new(
        NotificationId.From(Ids.Next()).Delivery(ChannelKind.Push), 1,
        new ChannelMessage.Push(["device"], "Your order", "It is on its way", new Dictionary<string, string>()), null, Priority.Normal, null, deadline ?? TimeSpan.FromSeconds(10));
}
