using NotificationService.Channels;
using NotificationService.Channels.Routing;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Channels.Routing;

public sealed class ProviderRouterTests
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(20);
    private static readonly ProviderResult Down = new ProviderResult.Deferred("http_503", "down");

    private readonly ManualTime time = new();

    [Fact]
    public void The_next_priority_is_called_only_failingthe_first_has_nobody_of_use()
    {
        ConfiguredProvider[] all = [Provider(1, 10), Provider(2, 20)];
        Chosen(all).ShouldBe("1");

        Fail(all[0], 5);
        Chosen(all).ShouldBe("2");

        time.Advance(TimeSpan.FromSeconds(1));
        Chosen(all).ShouldBe("1", "it is time for a probe");
    }

    [Fact]
    public void A_retry_goes_to_another_provider_first()
    {
        ConfiguredProvider[] all = [Provider(1, 10), Provider(2, 20)];

        ((Route.To)ProviderRouter.Choose(all, all[0].Id, 1)).Provider.Name.ShouldBe("2");
        ((Route.To)ProviderRouter.Choose([all[0]], all[0].Id, 1)).Provider.Name.ShouldBe("1", "there is no other");
    }

    [Fact]
    public void While_nobody_is_of_use_it_says_when_to_look_again_and_why()
    {
        ConfiguredProvider[] all = [Provider(1, 10), Provider(2, 10)];
        Fail(all[0], 5);
        all[1].Limiter.TryEnter();
        all[1].Limiter.Leave(new ProviderResult.Deferred("http_401", "wrong key", Cause: DeferralCause.Credentials), Quick);

        var later = ProviderRouter.Choose(all, null, 1).ShouldBeOfType<Route.Later>();

        later.In.ShouldBe(TimeSpan.FromSeconds(1));
        later.Code.ShouldBe(Route.Later.SuspendedCode);
        ProviderRouter.Choose([], null, 1).ShouldBeOfType<Route.Nobody>();
    }

    [Fact]
    public void Weight_moves_away_from_one_that_fails_and_drifts_back_when_it_stops()
    {
        ConfiguredProvider[] all = [Provider(1, 10), Provider(2, 10)];
        Share(all).ShouldBe(0.5, 0.03);

        for (var i = 0; i < 8; i++)
        {
            Respond(all[0], Down, Quick);
            Respond(all[0], new ProviderResult.Accepted("id"), Quick);
        }

        var failing = Share(all);
        failing.ShouldBeLessThan(0.42);
        time.Advance(TimeSpan.FromSeconds(20));
        var later = Share(all);
        later.ShouldBeGreaterThan(failing);
        time.Advance(TimeSpan.FromMinutes(3));
        Share(all).ShouldBe(0.5, 0.03);
    }

    [Fact]
    public void Weight_moves_away_from_one_that_is_slow_beside_its_neighbour()
    {
        ConfiguredProvider[] all = [Provider(1, 10), Provider(2, 10)];
        for (var i = 0; i < 50; i++)
        {
            Respond(all[0], new ProviderResult.Accepted("id"), TimeSpan.FromMilliseconds(800));
            Respond(all[1], new ProviderResult.Accepted("id"), TimeSpan.FromMilliseconds(40));
        }

        Share(all).ShouldBe(0.1 / 1.1, 0.03);
    }

    [Fact]
    public void Another_one_counts_only_if_it_is_of_use()
    {
        ConfiguredProvider[] all = [Provider(1, 10), Provider(2, 20)];
        ProviderRouter.HasAnother(all, all[0].Id).ShouldBeTrue();
        ProviderRouter.HasAnother([all[0]], all[0].Id).ShouldBeFalse();

        Fail(all[1], 5);
        ProviderRouter.HasAnother(all, all[0].Id).ShouldBeFalse();
    }

    private static double Share(ConfiguredProvider[] all) =>
        Enumerable.Range(0, 5000).Count(round => ((Route.To)ProviderRouter.Choose(all, null, (ulong)round * 0x9E3779B97F4A7C15)).Provider.Name == "1") / 5000d;

    private static string Chosen(ConfiguredProvider[] all) => ((Route.To)ProviderRouter.Choose(all, null, 1)).Provider.Name;

    private static void Fail(ConfiguredProvider provider, int times)
    {
        for (var i = 0; i < times; i++)
            Respond(provider, Down, Quick);
    }

    private static void Respond(ConfiguredProvider provider, ProviderResult result, TimeSpan took)
    {
        provider.Limiter.TryEnter().ShouldBeTrue();
        provider.Limiter.Leave(result, took);
    }

    private ConfiguredProvider Provider(byte number, int priority) =>
        new(new Guid(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number), "sendgrid", $"{number}", priority, 100, new Nobody()) { Limiter = new ProviderLimiter(100, leases: null, time) };

    private sealed class Nobody : IProvider
    {
        public Task<ProviderResult> SendAsync(ProviderCall call, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
