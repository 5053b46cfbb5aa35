using System.Globalization;
using System.Text.RegularExpressions;
using NotificationService.Channels;
using NotificationService.Storage;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Deliveries;

/// <summary>What /metrics says of the queue, and what saying it costs.</summary>
public sealed partial class QueueDepthTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task How_much_waits_is_counted_without_reading_what_is_scheduled_for_later()
    {
        var accepted = new AcceptedNotifications(database);
        await accepted.PlantAsync(await database.NewTenantAsync(), 2, ChannelKind.Sms);
        var tenant = await database.NewTenantAsync();
        await accepted.PlantAsync(tenant, 3, ChannelKind.Sms);
        await database.ExecuteAsync("update deliveries set due_at = now() - interval '1 min'");
        await database.ExecuteAsync(
            $"insert into deliveries (tenant_id, id, channel, priority, status, due_at) select '{tenant}', gen_random_uuid(), 1, 2, 10, now() + interval '1 day' from generate_series(1, 30000)");
        await database.ExecuteAsync("vacuum analyze deliveries");

        var depth = await RowsAsync(Statement.Load("deliveries_depth").Text, row => (row.GetInt16(0), row.GetInt64(1), row.GetDouble(2)));
        var plan = await RowsAsync($"explain (analyze, buffers, costs off, timing off) {Statement.Load("deliveries_depth").Text}", row => row.GetString(0));

        (depth.Single().Item1, depth.Single().Item2).ShouldBe(((short)ChannelKind.Sms, 5));
        depth.Single().Item3.ShouldBeInRange(60, 600);
        plan.Sum(PagesOf).ShouldBeLessThan(300, string.Join('\n', plan));
    }

    private async Task<List<T>> RowsAsync<T>(string sql, Func<Npgsql.NpgsqlDataReader, T> read)
    {
        var rows = new List<T>();
        await using var command = database.Database.Worker.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            rows.Add(read(reader));
        return rows;
    }

    private static int PagesOf(string line) => Pages().Match(line) is { Success: true } pages
        ? pages.Groups["n"].Captures.Sum(capture => int.Parse(capture.Value, CultureInfo.InvariantCulture))
        : 0;

    [GeneratedRegex(@"Buffers: shared(?: (?:hit|read)=(?<n>\d+))+")]
    private static partial Regex Pages();
}
