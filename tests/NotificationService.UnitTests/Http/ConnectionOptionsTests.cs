using NotificationService.Host.Http;
using NotificationService.Settings;

namespace NotificationService.UnitTests.Http;

/// <summary>How many connections a process takes.</summary>
public sealed class ConnectionOptionsTests
{
    [Theory]
    [InlineData(64, 500)]
    [InlineData(384, 512)]
    [InlineData(1024, 1_365)]
    [InlineData(4096, 5_461)]
    [InlineData(65_536, 20_000)]
    public void Their_number_follows_the_memory(long mebibytes, int connections) => ConnectionOptions.Within(mebibytes << 20).ShouldBe(connections);

    [Fact]
    public void All_of_them_at_their_worst_take_a_quarter_of_the_memory_where_there_is_enough_for_the_fewest()
    {
        for (var memory = 4L * 500 * ConnectionOptions.BytesEach; memory < 64L << 30; memory *= 2)
            (ConnectionOptions.Within(memory) * (long)ConnectionOptions.BytesEach).ShouldBeLessThanOrEqualTo(memory / 4);
    }

    [Fact]
    public void What_a_connection_is_counted_with_covers_the_largest_headers_as_they_came_and_as_text() =>
        // The buffer, its text, the address twice as text: as the path and as the target of the request.
        ((3 * ConnectionOptions.ReadAheadBytes) + (4 * (RequestGuardLimits.Target + 2048)) + (10 * 1024)).ShouldBeLessThanOrEqualTo(ConnectionOptions.BytesEach);

    [Fact]
    public void The_setting_goes_before_the_memory_and_is_checked()
    {
        new ConnectionOptions { MaxConnections = 7 }.Connections.ShouldBe(7);
        new ConnectionOptions().Connections.ShouldBeInRange(500, 20_000);
        SettingBounds.Errors(ConnectionOptions.Section, new ConnectionOptions { MaxConnections = -1 }).ShouldHaveSingleItem().ShouldStartWith("Notification__Http__MaxConnections must be");
        SettingBounds.Errors(ConnectionOptions.Section, new ConnectionOptions()).ShouldBeEmpty();
    }

    private static class RequestGuardLimits
    {
        /// <summary>As docs/limits.md has it: the path and query.</summary>
        public const int Target = 8 * 1024;
    }
}
