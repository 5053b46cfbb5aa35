using NotificationService.Channels;
using NotificationService.Providers.Sandbox;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Providers;

public sealed class SandboxConformanceTests(TestDatabase database) : ProviderConformance, IClassFixture<TestDatabase>, IAsyncLifetime
{
    private TenantId tenant;

    protected override IProviderType Type => new SandboxType(new SandboxMailbox(database.Database, database.Ids, TimeProvider.System), database.NewReceiptIntake(), TimeProvider.System);

    protected override ChannelKind Channel => ChannelKind.Email;

    protected override ProviderConfiguration Configuration => new(
        new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11"), tenant, Channel, "sandbox", "Sandbox", new Dictionary<string, string>(), Json("{}"));

    public async ValueTask InitializeAsync() => tenant = await database.NewTenantAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override async Task<IReadOnlyList<string>> ReachedAsync() =>
        await database.QueryAsync<string>($"select delivery_id::text from sandbox_messages where tenant_id = '{tenant}' order by id");

    [Theory]
    [InlineData("ann@example.com", "delivered", "Accepted")]
    [InlineData("ann+news@example.com", "delivered", "Accepted")]
    [InlineData("ann+fail@example.com", "fail", "Rejected")]
    [InlineData("ann+DEFER@example.com", "defer", "Deferred")]
    [InlineData("ann+lost@example.com", "lost", "Ambiguous")]
    [InlineData("ann+bounce@example.com", "bounce", "Accepted")]
    public async Task It_plays_the_outcome_that_the_recipient_asks_for(string address, string outcome, string result)
    {
        var call = Call() with { Message = new ChannelMessage.Email(new EmailAddress(address), "Your order", null, "It is on its way") };

        (await SendAsync(Type.Create(Configuration), call)).GetType().Name.ShouldBe(result);

        (await database.QueryAsync<string>($"select outcome from sandbox_messages where tenant_id = '{tenant}' and recipient = '{address}'")).ShouldBe([outcome]);
    }

    [Theory]
    [InlineData("+14155550003", "Rejected")]
    [InlineData("+14155550004", "Deferred")]
    [InlineData("+14155550006", "Ambiguous")]
    [InlineData("+14155550100", "Accepted")]
    public async Task It_plays_the_outcome_of_a_numbers_last_digits(string number, string result) =>
        (await SendAsync(Type.Create(Configuration), Call() with { Message = new ChannelMessage.Sms(number, "hi") })).GetType().Name.ShouldBe(result);

    [Fact]
    public async Task Slower_than_the_deadline_is_ambiguous_because_the_message_was_taken()
    {
        var call = Call(TimeSpan.FromSeconds(1)) with { Message = new ChannelMessage.Email(new EmailAddress("ann+slow@example.com"), "Your order", null, "hi") };

        (await SendAsync(Type.Create(Configuration), call)).ShouldBeOfType<ProviderResult.Ambiguous>().Code.ShouldBe("timeout");
    }

    [Fact]
    public async Task A_call_that_is_cancelled_once_the_message_was_taken_is_ambiguous()
    {
        var call = Call() with { Message = new ChannelMessage.Email(new EmailAddress("ann+slow@example.com"), "Your order", null, "hi") };
        using var cancelling = new CancellationTokenSource();

        var sending = Type.Create(Configuration).SendAsync(call, cancelling.Token);
        await Eventually.TrueAsync(async () => (await ReachedAsync()).Count == 1, Ample);
        await cancelling.CancelAsync();

        (await sending).ShouldBeOfType<ProviderResult.Ambiguous>().Code.ShouldBe("interrupted");
    }
}
