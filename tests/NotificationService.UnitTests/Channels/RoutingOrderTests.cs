using NotificationService.Channels;
using NotificationService.Channels.Routing;

namespace NotificationService.UnitTests.Channels;

public sealed class RoutingOrderTests
{
    [Fact]
    public void The_lowest_priority_number_is_first_whatever_the_weights()
    {
        ConfiguredProvider[] providers = [Provider(3, 30, 1000), Provider(1, 10, 1), Provider(2, 20, 500)];

        for (var bits = 0UL; bits < 100; bits++)
            RoutingOrder.Of(providers, Whole, Spread(bits)).Select(provider => provider.Name).ShouldBe(["1", "2", "3"]);
    }

    [Fact]
    public void Of_one_priority_each_is_first_as_often_as_its_weight_says()
    {
        ConfiguredProvider[] providers = [Provider(1, 10, 70), Provider(2, 10, 25), Provider(3, 10, 5), Provider(4, 10, 0)];
        const int PeriodicTask = 20_000;

        var first = Enumerable.Range(0, PeriodicTask).Select(round => RoutingOrder.Of(providers, Whole, Spread((ulong)round))[0].Name)
            .GroupBy(name => name).ToDictionary(group => group.Key, group => group.Count() / (double)PeriodicTask);

        first["1"].ShouldBe(0.70, 0.02);
        first["2"].ShouldBe(0.25, 0.02);
        first["3"].ShouldBe(0.05, 0.01);
        first.ShouldNotContainKey("4");
    }

    [Fact]
    public void All_are_there_once_and_the_same_random_bits_give_the_same_order()
    {
        ConfiguredProvider[] providers = [Provider(1, 10, 0), Provider(2, 10, 0), Provider(3, 10, 7), Provider(4, 5, 1)];

        for (var bits = 0UL; bits < 200; bits++)
        {
            var order = RoutingOrder.Of(providers, Whole, Spread(bits));
            order.Select(provider => provider.Name).ShouldBe(["1", "2", "3", "4"], ignoreOrder: true);
            order.Select(provider => provider.Name).Take(2).ShouldBe(["4", "3"]);
            RoutingOrder.Of([.. providers.Reverse()], Whole, Spread(bits)).ShouldBe(order);
        }
    }

    [Fact]
    public void One_or_none_needs_no_choice()
    {
        RoutingOrder.Of([], Whole, 1).ShouldBeEmpty();
        RoutingOrder.Of([Provider(1, 10, 0)], Whole, 1).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_provider_that_lost_its_share_is_first_as_much_less_often()
    {
        ConfiguredProvider[] providers = [Provider(1, 10, 1), Provider(2, 10, 1)];
        const int PeriodicTask = 20_000;

        var first = Enumerable.Range(0, PeriodicTask).Count(round => RoutingOrder.Of(providers, provider => provider.Name == "1" ? 0.25 : 1, Spread((ulong)round))[0].Name == "1");

        (first / (double)PeriodicTask).ShouldBe(0.2, 0.02);
    }

    private static double Whole(ConfiguredProvider provider) => 1;

    private static ulong Spread(ulong round) => round * 0x9E3779B97F4A7C15;

    private static ConfiguredProvider Provider(byte number, int priority, int weight) =>
        new(new Guid(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number), "sandbox", $"{number}", priority, weight, new Nobody()) { Limiter = new ProviderLimiter(100, leases: null, TimeProvider.System) };

    private sealed class Nobody : IProvider
    {
        public Task<ProviderResult> SendAsync(ProviderCall call, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
