using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NotificationService.Kafka;
using NotificationService.Testing.Kafka;

namespace NotificationService.IntegrationTests.Kafka;

public sealed class KafkaOptionsTests
{
    [Theory]
    [InlineData("dotnet.producer.enable.delivery.reports", "false", "cannot be set")]
    [InlineData("DotNet.cancellation.delay.max.ms", "1", "cannot be set")]
    [InlineData("transactional.id", "mine", "cannot be set")]
    [InlineData("enable.gapless.guarantee", "true", "cannot be set")]
    [InlineData("no.such.setting", "1", "no.such.setting")]
    [InlineData("security.protocol", "carrier-pigeon", "security.protocol")]
    [InlineData("max.in.flight", "1000", "max.in.flight")]
    [InlineData("client.id", "mine", null)]
    [InlineData("session.timeout.ms", "hush", "session.timeout.ms")]
    public async Task A_setting_of_the_client_that_it_does_not_take_is_found_before_anything_starts(string name, string value, string? error)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Notification:Kafka:BootstrapServers"] = "127.0.0.1:1",
            ["Notification:Kafka:LibraryPath"] = await LibrdkafkaBuild.GetAsync(),
            ["Notification:Kafka:StatusTopic"] = "status",
            ["Notification:Kafka:Client:sasl.password"] = "hush",
            [$"Notification:Kafka:Client:{name}"] = value,
        };
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        await using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddKafka(configuration).BuildServiceProvider();
        var options = services.GetRequiredService<IOptions<KafkaOptions>>();

        if (error is null)
        {
            options.Value.StatusTopic.ShouldBe("status");
            return;
        }

        var wrong = Should.Throw<OptionsValidationException>(() => options.Value).Failures.ShouldHaveSingleItem();
        wrong.ShouldContain(error);
        wrong.ShouldNotContain("hush");
    }
}
