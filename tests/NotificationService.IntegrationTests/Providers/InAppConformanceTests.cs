using System.Collections.Concurrent;
using NotificationService.Channels;
using NotificationService.Providers.InApp;
using NotificationService.Tenants;

namespace NotificationService.IntegrationTests.Providers;

/// <summary>The inbox has no vendor: a delivery itself is what the user reads, and an accepted call has delivered it.</summary>
public sealed class InAppConformanceTests : ProviderConformance
{
    private readonly ConcurrentQueue<string> reached = new();
    private readonly InAppType type = new();

    protected override IProviderType Type => new Noting(type, reached);

    protected override ChannelKind Channel => ChannelKind.InApp;

    protected override ProviderConfiguration Configuration { get; } = new(
        new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11"), new TenantId(new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a12")), ChannelKind.InApp, "in_app", "Inbox",
        new Dictionary<string, string>(), Json("{}"));

    protected override Task<IReadOnlyList<string>> ReachedAsync() => Task.FromResult<IReadOnlyList<string>>([.. reached]);

    [Fact]
    public async Task To_hand_over_is_to_deliver() =>
        (await SendAsync(type.Create(Configuration), Call())).ShouldBe(new ProviderResult.Accepted("", Delivered: true));

    /// <summary>Writes down what was delivered, as the row of the delivery would show it.</summary>
    private sealed class Noting(IProviderType inner, ConcurrentQueue<string> reached) : IProviderType, IProvider
    {
        public string Name => inner.Name;

        public IReadOnlyList<ChannelKind> Channels => inner.Channels;

        public IReadOnlyList<ProviderField> Fields() => inner.Fields();

        public IReadOnlyList<ProviderConfigurationError> Validate(ProviderConfiguration configuration) => inner.Validate(configuration);

        public IProvider Create(ProviderConfiguration configuration) => this;

        public Task<ProviderTestResult> TestAsync(ProviderConfiguration configuration, CancellationToken cancellationToken) => inner.TestAsync(configuration, cancellationToken);

        public async Task<ProviderResult> SendAsync(ProviderCall call, CancellationToken cancellationToken)
        {
            var result = await inner.Create(new InAppConformanceTests().Configuration).SendAsync(call, cancellationToken);
            if (result is ProviderResult.Accepted { Delivered: true })
                reached.Enqueue(call.Delivery.Value.ToString());
            return result;
        }
    }
}
