using System.Net;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests;

public sealed class ServeTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task It_becomes_ready_and_ends_with_exit_code_0_on_SIGTERM()
    {
        await using var service = await ServiceProcess.StartAsync(database.ConnectionString);

        (await service.Client.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await service.TerminateAsync()).ShouldBe(0, service.Output);
    }
}
