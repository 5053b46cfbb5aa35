using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Kafka;

/// <summary>What is wrong with the settings is said in one line, before anything starts.</summary>
public sealed class KafkaStartTests(PostgresCluster cluster)
{
    [Fact]
    public async Task A_setting_of_the_client_that_it_does_not_take_stops_the_start()
    {
        await using var process = ServiceProcess.Launch(
            [],
            ("ConnectionStrings__NotificationDatabase", await cluster.CreateDatabaseAsync()), ("ASPNETCORE_ENVIRONMENT", "Development"), ("Notification__Kafka__BootstrapServers", "127.0.0.1:1"),
            ("Notification__Kafka__LibraryPath", await Testing.Kafka.LibrdkafkaBuild.GetAsync()), ("Notification__Kafka__StatusTopic", "status"),
            ("Notification__Kafka__Client__security.protocol", "carrier-pigeon"), ("Notification__Kafka__Client__sasl.password", "hush"));

        (await process.WaitForExitAsync(TimeSpan.FromSeconds(60))).ShouldBe(1);

        var said = process.Output.Split('\n').Where(text => text.StartsWith("notification-service: ", StringComparison.Ordinal)).ShouldHaveSingleItem();
        said.ShouldContain("carrier-pigeon");
        process.Output.ShouldNotContain("hush");
        process.Output.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("/nowhere/librdkafka.so", "orders", "dead", "demo", "names /nowhere/librdkafka.so, which is no library that can be loaded")]
    [InlineData(null, "orders", null, "demo", "but not __DeadLetterTopic")]
    [InlineData(null, "orders", "dead", null, "the topic 'orders' of Notification__Kafka__InputTopic needs one entry")]
    [InlineData(null, "orders", "orders", "demo", "cannot be among the topics that are read")]
    [InlineData(null, null, null, null, "there is nothing to do with Kafka")]
    [InlineData(null, "orders", "dead", "nobody", "there is no tenant 'nobody'")]
    public async Task A_setting_that_is_wrong_stops_the_start_with_a_line_that_names_it(string? library, string? input, string? deadLetters, string? tenant, string line)
    {
        var settings = new List<(string, string)>
        {
            ("ConnectionStrings__NotificationDatabase", await cluster.CreateDatabaseAsync()), ("ASPNETCORE_ENVIRONMENT", "Development"), ("Notification__Kafka__BootstrapServers", "127.0.0.1:1"),
            ("Notification__Kafka__LibraryPath", library ?? await Testing.Kafka.LibrdkafkaBuild.GetAsync()),
        };
        if (input is not null)
            settings.Add(("Notification__Kafka__InputTopic", input));
        if (deadLetters is not null)
            settings.Add(("Notification__Kafka__DeadLetterTopic", deadLetters));
        if (tenant is not null)
            settings.AddRange([("Notification__Kafka__Topics__0__Name", "orders"), ("Notification__Kafka__Topics__0__Tenant", tenant)]);
        await using var process = ServiceProcess.Launch([], [.. settings]);

        (await process.WaitForExitAsync(TimeSpan.FromSeconds(60))).ShouldBe(1);

        var said = process.Output.Split('\n').Where(text => text.StartsWith("notification-service: ", StringComparison.Ordinal)).ShouldHaveSingleItem();
        said.ShouldContain(line);
        process.Output.ShouldNotContain("   at ");
    }
}
