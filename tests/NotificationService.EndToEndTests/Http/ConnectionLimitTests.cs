using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Http;

/// <summary>A process takes so many connections and no more; who has one is not disturbed by who finds none left.</summary>
public sealed class ConnectionLimitTests(PostgresCluster cluster)
{
    private const int Max = 6;
    private const string Ask = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";

    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task One_connection_more_is_closed_and_the_others_go_on()
    {
        await using var node = await ServiceProcess.StartAsync(await cluster.CreateDatabaseAsync(), ("Notification__Http__MaxConnections", $"{Max}"), ServiceProcess.WithoutSeed);
        var taken = new List<RawSender>();
        RawSender? refused = null;
        try
        {
            // The client that waited for the process to be ready may have a connection too.
            while (refused is null)
            {
                var sender = await RawSender.OpenAsync(node.Address, Ask);
                await Eventually.TrueAsync(() => sender.IsClosed || Responses(sender) == 1, Ample);
                if (Responses(sender) == 1)
                    taken.Add(sender);
                else
                    refused = sender;
                taken.Count.ShouldBeLessThanOrEqualTo(Max);
            }

            refused.Response.ShouldBeEmpty();
            taken.Count.ShouldBeInRange(Max - 2, Max);
            foreach (var sender in taken)
                await sender.SendAsync(System.Text.Encoding.ASCII.GetBytes(Ask));
            await Eventually.TrueAsync(() => taken.TrueForAll(sender => Responses(sender) == 2), Ample, () => "those that were taken go on");

            // One leaves, and there is a place again.
            taken[0].Dispose();
            await Eventually.TrueAsync(
                async () =>
                {
                    using var next = await RawSender.OpenAsync(node.Address, Ask);
                    await Eventually.TrueAsync(() => next.IsClosed || Responses(next) == 1, Ample);
                    return Responses(next) == 1;
                },
                Ample,
                () => "the place of one that left was never given back");
            node.Output.ShouldNotContain("fail: ");
        }
        finally
        {
            refused?.Dispose();
            foreach (var sender in taken)
                sender.Dispose();
        }
    }

    private static int Responses(RawSender sender) => sender.Response.Split("HTTP/1.1 200 OK").Length - 1;
}
