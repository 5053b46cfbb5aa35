using System.Net;
using System.Net.Http.Headers;
using NotificationService.Channels;
using NotificationService.Credentials;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Recipients;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Pages;

/// <summary>Who was answered has left, whatever became of the process, and who is not answered clicks again.</summary>
public sealed class UnsubscribeKillTests(PostgresCluster cluster) : IAsyncLifetime
{
    /// <summary>As docs/limits.md says.</summary>
    private const int MaxOfAddress = 32;

    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(60);
    private static readonly OptOutLinks Links = new(MasterKeys.Parse($"k1:{Convert.ToBase64String(Enumerable.Repeat((byte)5, 32).ToArray())}"), new PublicUrl(Value: null));

    private readonly SignInService service = new(cluster, isInProcess: true, ("Notification__Roles", "api"));

    public ValueTask InitializeAsync() => service.InitializeAsync();

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task Killed_in_the_middle_of_many_clicks_everybody_who_was_answered_has_left_and_a_second_click_takes_the_rest()
    {
        var (tenant, paths) = await LinksAsync(200);
        await using var victim = await service.StartNodeAsync(("Notification__Roles", "api"));

        // Eight at a time, as a tenant may have; the process dies when some have been answered.
        var (answered, next) = (new bool[paths.Count], -1);
        var clicking = Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (var i = Interlocked.Increment(ref next); i < paths.Count; i = Interlocked.Increment(ref next))
                answered[i] = await ClickAsync(victim.Client, paths[i]) == HttpStatusCode.OK;
        }));
        await Eventually.TrueAsync(() => answered.Count(one => one) >= 20, Ample);
        await victim.KillAsync();
        await clicking;

        var left = await LeftAsync(tenant);
        answered.Count(one => one).ShouldBeInRange(20, paths.Count - 1);
        Enumerable.Range(0, paths.Count).Where(i => answered[i] && !left.Contains($"p{i}@example.com")).ShouldBeEmpty();
        foreach (var path in paths)
            (await ClickAsync(service.Client, path)).ShouldBe(HttpStatusCode.OK);
        (await LeftAsync(tenant)).Count.ShouldBe(paths.Count);
    }

    [Fact]
    public async Task More_at_once_than_one_network_address_may_have_are_asked_to_wait_and_the_others_are_answered()
    {
        var (_, paths) = await LinksAsync(1);
        await using var connection = await service.Database.Superuser.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var held = connection.CreateCommand())
        {
            held.CommandText = "lock table suppressions in access exclusive mode";
            await held.ExecuteNonQueryAsync();
        }

        var clicks = Enumerable.Range(0, MaxOfAddress + 8).Select(_ => ClickAsync(service.Client, paths[0])).ToList();
        await Eventually.TrueAsync(() => clicks.Count(click => click.IsCompletedSuccessfully && click.Result == HttpStatusCode.TooManyRequests) >= 8, Ample);
        await transaction.RollbackAsync();

        var statuses = await Task.WhenAll(clicks);
        statuses.ShouldContain(HttpStatusCode.OK);
        statuses.ShouldAllBe(status => status == HttpStatusCode.OK || status == HttpStatusCode.TooManyRequests);
        (await ClickAsync(service.Client, paths[0])).ShouldBe(HttpStatusCode.OK);
    }

    private async Task<(Guid Tenant, IReadOnlyList<string> Paths)> LinksAsync(int count)
    {
        var admin = await service.RegisterAsync();
        await service.As(admin.AccessToken).ReadAsync(HttpMethod.Post, "/api/v1/admin/categories", new { key = "offers", name = "Offers", marketing = true }, HttpStatusCode.Created);
        return (admin.Tenant, [.. Enumerable.Range(0, count).Select(i => $"/u/{Links.Seal(new OptOutLink(new TenantId(admin.Tenant), ChannelKind.Email, $"p{i}@example.com", "offers"))}")]);
    }

    private Task<IReadOnlyList<string>> LeftAsync(Guid tenant) => service.Database.QueryAsync<string>($"select address from suppressions where tenant_id = '{tenant}'");

    /// <summary>Null: no answer.</summary>
    private static async Task<HttpStatusCode?> ClickAsync(HttpClient client, string path)
    {
        using var content = new StringContent("List-Unsubscribe=One-Click", MediaTypeHeaderValue.Parse("application/x-www-form-urlencoded"));
        try
        {
            using var response = await client.PostAsync(new Uri(path, UriKind.Relative), content);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
