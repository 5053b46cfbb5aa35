using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using Npgsql;

namespace NotificationService.EndToEndTests.Receipts;

/// <summary>Processes killed and a database that goes away while a provider reports: what was answered 2xx is applied, once.</summary>
public sealed class ReceiptCrashTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(120);
    private static readonly string Keys = $"k1:{Convert.ToBase64String([.. Enumerable.Repeat((byte)5, 32)])}";

    private readonly SentDeliveries planted = new(database);

    [Fact]
    public async Task An_API_killed_between_answer_and_effect_has_lost_nothing_that_it_answered()
    {
        var api = await StartAsync("api");
        var (provider, deliveries) = await PlantAsync(api, 3_000);
        var answered = new ConcurrentBag<string>();
        var reporting = Parallel.ForAsync(0, deliveries.Count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            try
            {
                using var response = await ReceiptsTenant.ReportAsync(api.Client, provider, Report(deliveries[i]));
                if (response.StatusCode == HttpStatusCode.OK)
                    answered.Add($"{deliveries[i]}");
            }
            catch (HttpRequestException)
            {
                // Killed in the midst of it: not answered, so the vendor would come again.
            }
        });
        await Eventually.TrueAsync(() => answered.Count > 100, Ample);
        await api.KillAsync();
        await reporting;

        answered.Count.ShouldBeLessThan(3_000, "it was killed in the midst of it");
        await using var worker = await StartAsync("worker");
        await Eventually.TrueAsync(async () => await CountAsync($"receipts where state = {{receipt.pending}} and provider_id = '{provider}'") == 0, Ample);
        (await CountAsync($"deliveries where status = {{status.delivered}} and provider_id = '{provider}'")).ShouldBeGreaterThanOrEqualTo(answered.Count);
        (await CountAsync($"receipts where state <> {{receipt.applied}} and provider_id = '{provider}'")).ShouldBe(0);
        (await new Invariants(database.Superuser).ViolationsAsync(reports: answered)).ShouldBeEmpty();
    }

    /// <summary>E12.</summary>
    [Fact]
    public async Task While_the_database_is_away_a_provider_is_asked_to_come_again_and_is_heard_then()
    {
        await using var service = await StartAsync("api,worker");
        var (provider, deliveries) = await PlantAsync(service, 1);
        var name = new NpgsqlConnectionStringBuilder(database.ConnectionString).Database!;
        await database.Cluster.CloseAsync(name);

        for (var i = 0; i < 5; i++)
        {
            using var refused = await ReceiptsTenant.ReportAsync(service.Client, provider, Report(deliveries[0]));
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            refused.Headers.RetryAfter.ShouldNotBeNull();
        }

        await database.Cluster.OpenAsync(name);
        await Eventually.TrueAsync(async () =>
        {
            using var response = await ReceiptsTenant.ReportAsync(service.Client, provider, Report(deliveries[0]));
            return response.StatusCode == HttpStatusCode.OK;
        }, Ample);
        await Eventually.TrueAsync(async () => await IsDeliveredAsync(deliveries[0]), Ample);
    }

    [Fact]
    public async Task A_worker_killed_again_and_again_applies_each_report_once()
    {
        await using var api = await StartAsync("api");
        var (provider, deliveries) = await PlantAsync(api, 2_000);
        foreach (var some in deliveries.Chunk(250))
        {
            using var response = await ReceiptsTenant.ReportAsync(api.Client, provider, [.. some.Select(Report)]);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        for (var round = 0; round < 2; round++)
        {
            var doomed = await StartAsync("worker");
            await Eventually.TrueAsync(async () => await CountAsync($"receipts where state = {{receipt.applied}} and provider_id = '{provider}'") > 0, Ample);
            await doomed.KillAsync();
        }

        await using var worker = await StartAsync("worker");
        await Eventually.TrueAsync(async () => await CountAsync($"receipts where state = {{receipt.pending}} and provider_id = '{provider}'") == 0, Ample);
        (await CountAsync($"timeline t join receipts r on r.delivery_id = t.delivery_id where t.status = {{status.delivered}} and r.provider_id = '{provider}'")).ShouldBe(2_000);
        (await new Invariants(database.Superuser).ViolationsAsync(reports: deliveries.Select(delivery => $"{delivery}"))).ShouldBeEmpty();
    }

    /// <summary>The test's own connections were cut too.</summary>
    private async Task<bool> IsDeliveredAsync(Guid delivery)
    {
        try
        {
            return await planted.StatusAsync(new(delivery)) == 50;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static object Report(Guid delivery) => new { id = $"{delivery}", status = "delivered", deliveryId = delivery, at = DateTimeOffset.UtcNow };

    private Task<ServiceProcess> StartAsync(string roles) =>
        ServiceProcess.StartAsync(database.ConnectionString, ("Notification__Roles", roles), ("Notification__MasterKeys", Keys), ("Notification__Seed", "none"));

    /// <summary>A tenant with a sandbox that has a secret, made by the API, and deliveries that it was given.</summary>
    private async Task<(Guid Provider, IReadOnlyList<Guid> Deliveries)> PlantAsync(ServiceProcess api, int count)
    {
        using var registered = await PostAsync(api, "/api/v1/auth/register-tenant", null, new
        {
            tenantName = "Example Ltd",
            starter = false,
            admin = new { email = $"{Convert.ToHexString(RandomNumberGenerator.GetBytes(8))}@example.com", password = "correct horse battery 1!", name = "Ann" },
        });
        var admin = registered.RootElement.GetProperty("accessToken").GetString()!;
        var tenant = registered.RootElement.GetProperty("user").GetProperty("tenantId").GetGuid();
        using var made = await PostAsync(
            api, "/api/v1/admin/providers", admin, new { channel = "email", type = "sandbox", name = "Sandbox", credentials = new { receiptSecret = ReceiptsTenant.Secret } });
        var provider = made.RootElement.GetProperty("id").GetGuid();
        return (provider, [.. (await planted.SentAsync(new(tenant), provider, count)).Select(delivery => delivery.Value)]);
    }

    private static async Task<System.Text.Json.JsonDocument> PostAsync(ServiceProcess api, string path, string? token, object body)
    {
        using var response = await new ApiClient(api.Client, token).SendAsync(HttpMethod.Post, path, body);
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync());
    }

    private Task<long> CountAsync(string from) => database.ScalarAsync<long>($"select count(*) from {from}");
}
