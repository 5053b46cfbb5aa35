using System.Net;
using System.Text;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Tenancy;

/// <summary>Of a tenant that was given up nothing goes on that was waiting: not its notifications, not its files, not the mail of the service about it.</summary>
public sealed class ClosedTenantTests(ClosedTenantTests.Service fixture) : IClassFixture<ClosedTenantTests.Service>
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(120);

    private readonly SignInService service = fixture.SignIn;

    [Fact]
    public async Task Waiting_notices_imports_jobs_and_notifications_of_a_closed_tenant_stop_and_those_of_others_go_on()
    {
        var (closed, open) = (await service.RegisterAsync(), await service.RegisterAsync());
        foreach (var person in (SignInService.Person[])[closed, open])
            await FillAsync(service.As(person.AccessToken), person.Tenant);
        // Closed as by its removal, whose first rows would go at once: what must not go on is still there.
        await service.Database.ExecuteAsync($$"""
            insert into tenant_settings (tenant_id, settings, revision, changed_at, suspended_at, suspended_reason, closed_at)
            values ('{{closed.Tenant}}', '{}', 1, now(), now(), 'it is being removed', now())
            """);

        // The workers find what waits of the closed tenant first.
        await using var worker = await service.StartInProcessAsync();

        await Eventually.TrueAsync(async () => await DoneAsync(open.Tenant) == (1, 4, 3), Ample, () => "what the other tenant has waiting did not go on");
        await Eventually.TrueAsync(
            async () => await service.Database.ScalarAsync<long>(
                $"select (select count(*) from notices where tenant_id = '{closed.Tenant}') + (select count(*) from user_imports where tenant_id = '{closed.Tenant}' and ended_at is null)") == 0,
            Ample, () => "something of the closed tenant still waits");
        (await DoneAsync(closed.Tenant)).ShouldBe((0, 2, 1));
    }

    /// <summary>Mails of the service to whom it was asked to invite, users, and notifications that were accepted.</summary>
    private async Task<(long Mails, long Users, long Notifications)> DoneAsync(Guid tenant) => (
        await service.Database.ScalarAsync<long>($"select count(*) from sandbox_messages where tenant_id = '{SystemTenant.Id}' and recipient = 'invited-{tenant:n}@example.com'"),
        await service.Database.ScalarAsync<long>($"select count(*) from users where tenant_id = '{tenant}'"),
        await service.Database.ScalarAsync<long>($"select count(*) from notifications where tenant_id = '{tenant}'"));

    private static async Task FillAsync(ApiClient api, Guid tenant)
    {
        await api.PublishTemplateAsync("order", new { key = "order", name = "Order", contents = new { email = new { en = new { subject = "Hi", text = "{{orderId}}" } } } });
        await api.CreateProviderAsync(new { channel = "email", type = "sandbox", name = "Own" });
        await api.ReadAsync(HttpMethod.Post, $"{ApiClient.Admin}/users", new { email = $"invited-{tenant:n}@example.com", name = "Bob", roles = new[] { "viewer" } }, HttpStatusCode.Created);
        await api.ReadAsync(HttpMethod.Post, $"{ApiClient.Admin}/users/csv", Csv("email,name,roles\ncy@example.com,Cy,viewer\ndora@example.com,Dora,viewer\n"), HttpStatusCode.Accepted);
        await api.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/bulk/csv", Csv("email,orderId\nann@example.com,1\nbob@example.com,2\n", ("template", "order"), ("channel", "email")), HttpStatusCode.Accepted);
        await api.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send", """{"channel":"email","recipient":{"email":"ann@example.com"},"content":{"subject":"Hi","text":"Hi"}}""", HttpStatusCode.Accepted);
    }

    private static MultipartFormDataContent Csv(string rows, params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields)
            form.Add(new StringContent(value), name);
        form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(rows)), "file", "file.csv");
        return form;
    }

    /// <summary>An API without workers, so that what it takes waits.</summary>
    public sealed class Service(PostgresCluster cluster) : IAsyncLifetime
    {
        internal SignInService SignIn { get; } = new(cluster, isInProcess: true, ("Notification__Roles", "api"));

        public ValueTask InitializeAsync() => SignIn.InitializeAsync();

        public ValueTask DisposeAsync() => SignIn.DisposeAsync();
    }
}
