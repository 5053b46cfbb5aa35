using NotificationService.Channels;
using NotificationService.Credentials;
using NotificationService.IntegrationTests.Channels;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Credentials;

public sealed class CredentialRotationTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly string Old = ChannelsNode.Key("old", 1);
    private static readonly string New = ChannelsNode.Key("new", 2);

    private readonly ChannelsNode before = new(database, TimeProvider.System, Old);
    private readonly ChannelsNode both = new(database, TimeProvider.System, $"{New},{Old}");
    private readonly ChannelsNode after = new(database, TimeProvider.System, New);

    public async ValueTask InitializeAsync() => await database.ExecuteAsync("delete from provider_credentials");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task After_a_rotation_the_old_key_may_go()
    {
        var rows = await PlantAsync(before, tenants: 3, each: 4);
        (await both.Rotation.RemainingAsync(CancellationToken.None)).ShouldBe(new Dictionary<string, long> { ["old"] = 12 });
        (await SecretsAsync(both, rows)).ShouldBe(await SecretsAsync(before, rows));

        var report = await both.Rotation.RunAsync(batchSize: 5, progress: null, CancellationToken.None);

        (report.Resealed, report.Unreadable, report.Remaining.Count).ShouldBe((12, 0, 0));
        (await SecretsAsync(after, rows)).ShouldBe(rows.Select(row => $"SG.secret-{row.Name}"));
        (await SecretsAsync(before, rows)).ShouldAllBe(secret => secret == null);
    }

    [Fact]
    public async Task It_may_be_stopped_anywhere_and_run_again()
    {
        var rows = await PlantAsync(before, tenants: 2, each: 5);
        using var stopping = new CancellationTokenSource();

        await Should.ThrowAsync<OperationCanceledException>(() => both.Rotation.RunAsync(batchSize: 3, _ => stopping.Cancel(), stopping.Token));

        (await SecretsAsync(both, rows)).ShouldBe(rows.Select(row => $"SG.secret-{row.Name}"));
        (await both.Rotation.RunAsync(batchSize: 3, progress: null, CancellationToken.None)).Resealed.ShouldBe(7);
        (await both.Rotation.RunAsync(batchSize: 3, progress: null, CancellationToken.None)).Resealed.ShouldBe(0);
    }

    [Fact]
    public async Task Two_at_once_do_each_credential_once()
    {
        var rows = await PlantAsync(before, tenants: 4, each: 10);

        var reports = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => both.Rotation.RunAsync(batchSize: 7, progress: null, CancellationToken.None)));

        reports.Sum(report => report.Resealed).ShouldBe(40);
        (await SecretsAsync(after, rows)).ShouldBe(rows.Select(row => $"SG.secret-{row.Name}"));
    }

    [Fact]
    public async Task What_no_key_opens_is_counted_and_stays_as_it_is()
    {
        await PlantAsync(new ChannelsNode(database, TimeProvider.System, ChannelsNode.Key("lost", 9)), tenants: 1, each: 2);
        await PlantAsync(before, tenants: 1, each: 3);

        var report = await both.Rotation.RunAsync(batchSize: 2, progress: null, CancellationToken.None);

        (report.Resealed, report.Unreadable).ShouldBe((3, 2));
        report.Remaining.ShouldBe(new Dictionary<string, long> { ["lost"] = 2 });
    }

    [Fact]
    public async Task What_a_person_changes_meanwhile_wins()
    {
        var row = (await PlantAsync(before, tenants: 1, each: 1)).Single();
        var stale = await database.ScalarAsync<byte[]>($"select sealed from provider_credentials where provider_id = '{row.Id}'");
        await both.UpdateAsync(row, new ProviderChange { Credentials = new Dictionary<string, string?> { ["apiKey"] = "SG.newer" } });

        await both.Rotation.RunAsync(batchSize: 5, progress: null, CancellationToken.None);

        (await SecretsAsync(after, [row])).ShouldBe(["SG.newer"]);
        before.Vault.Open(stale, new CredentialAddress(row.TenantId, row.Id, "apiKey")).ShouldBeOfType<OpenedCredential.Readable>();
    }

    private async Task<IReadOnlyList<ProviderRow>> PlantAsync(ChannelsNode node, int tenants, int each)
    {
        var rows = new List<ProviderRow>();
        for (var tenant = 0; tenant < tenants; tenant++)
        {
            var id = await database.NewTenantAsync();
            for (var i = 0; i < each; i++)
                rows.Add(await node.CreateAsync(id, ChannelsNode.SendGrid($"n{i}", apiKey: $"SG.secret-n{i}")));
        }

        return rows;
    }

    private static async Task<IReadOnlyList<string?>> SecretsAsync(ChannelsNode node, IReadOnlyList<ProviderRow> rows)
    {
        var secrets = new List<string?>();
        foreach (var row in rows)
        {
            var stored = await node.Store.FindAsync(row.TenantId, row.Id, CancellationToken.None);
            secrets.Add(node.Store.Open(stored!) is OpenedProvider.Usable usable ? usable.Configuration.Credentials["apiKey"] : null);
        }

        return secrets;
    }
}
