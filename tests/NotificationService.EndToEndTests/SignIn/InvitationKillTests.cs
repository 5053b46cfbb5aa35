using System.Net;
using System.Text;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>Workers are killed in the midst of a file of people, and of the mail of the service: each person is there once, and each mail goes out once.</summary>
public sealed class InvitationKillTests(InvitationKillTests.Service fixture) : IClassFixture<InvitationKillTests.Service>
{
    private const int Kills = 3;

    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(150);

    private readonly SignInService service = fixture.SignIn;

    [Fact]
    public async Task Workers_killed_in_the_midst_of_a_file_of_people_leave_each_row_to_be_worked_once()
    {
        const int Rows = 1_500;
        var admin = await service.RegisterAsync();
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(Encoding.UTF8.GetBytes("email,name\n" + string.Concat(Enumerable.Range(0, Rows).Select(i => $"{Address(admin, i)},User {i}\n")))), "file", "people.csv" },
        };
        var job = (await service.As(admin.AccessToken).ReadAsync(HttpMethod.Post, $"{ApiClient.Admin}/users/csv", form, HttpStatusCode.Accepted)).GetProperty("jobId").GetGuid();

        for (var kill = 1; kill <= Kills; kill++)
        {
            await using var worker = await service.StartNodeAsync();
            var enough = kill * 150;
            await Eventually.TrueAsync(async () => await InvitedAsync(job) >= enough, Ample);
            await worker.KillAsync();
        }

        (await InvitedAsync(job)).ShouldBeLessThan(Rows, "it was killed in the midst of it");
        await using var heir = await service.StartInProcessAsync();

        await Eventually.TrueAsync(async () => await service.Database.ScalarAsync<bool>($"select ended_at is not null from user_imports where id = '{job}'"), Ample);
        (await InvitedAsync(job)).ShouldBe(Rows);
        (await service.Database.ScalarAsync<long>($"select count(*) from user_import_rows where tenant_id = '{admin.Tenant}' and account_id is null")).ShouldBe(0);
        (await service.Database.ScalarAsync<long>($"select count(*) from users where tenant_id = '{admin.Tenant}'")).ShouldBe(Rows + 1);
        (await service.Database.ScalarAsync<int>($"select sent from invitation_counts where tenant_id = '{admin.Tenant}'")).ShouldBe(Rows, "nobody was counted twice");
        (await service.Database.ScalarAsync<long>($"select count(*) from audit_log where tenant_id = '{admin.Tenant}' and action = 'user.invited'")).ShouldBe(Rows);
        await EachWasSentOnceAsync(admin, Rows);
    }

    [Fact]
    public async Task Workers_killed_while_they_hand_on_mail_of_the_service_lose_none_and_double_none()
    {
        const int People = 600;
        var admin = await service.RegisterAsync();
        for (var i = 0; i < People; i += 100)
        {
            var users = Enumerable.Range(i, 100).Select(n => new { email = Address(admin, n), name = $"User {n}", roles = new[] { "viewer" } });
            await service.As(admin.AccessToken).ReadAsync(HttpMethod.Post, $"{ApiClient.Admin}/users/bulk", new { users });
        }

        for (var kill = 1; kill <= Kills; kill++)
        {
            await using var worker = await service.StartNodeAsync();
            var enough = kill * 60;
            await Eventually.TrueAsync(async () => await SentAsync(admin) >= enough, Ample);
            await worker.KillAsync();
        }

        (await SentAsync(admin)).ShouldBeLessThan(People, "it was killed in the midst of it");
        await using var heir = await service.StartInProcessAsync();

        await EachWasSentOnceAsync(admin, People);
    }

    private static string Address(SignInService.Person admin, int i) => $"u{i}-{admin.Tenant:n}@example.com";

    private Task<int> InvitedAsync(Guid job) => service.Database.ScalarAsync<int>($"select invited from user_imports where id = '{job}'");

    private Task<long> SentAsync(SignInService.Person admin) => service.Database.ScalarAsync<long>($"select count(*) from notifications where {OfMail(admin)}");

    private async Task EachWasSentOnceAsync(SignInService.Person admin, int count)
    {
        // What a killed worker held is due again after its lease; this one does not wait for that.
        await service.Database.ExecuteAsync($"update notices set due_at = now() where tenant_id = '{admin.Tenant}'");
        await Eventually.TrueAsync(async () => await service.Database.ScalarAsync<long>($"select count(*) from notices where tenant_id = '{admin.Tenant}'") == 0, Ample);
        (await service.Database.ScalarAsync<string>($"select count(*) || ' ' || count(distinct recipient ->> 'email') from notifications where {OfMail(admin)}")).ShouldBe($"{count} {count}");
    }

    private static string OfMail(SignInService.Person admin) => $"tenant_id = '{SystemTenant.Id}' and recipient ->> 'email' like 'u%-{admin.Tenant:n}@example.com'";

    /// <summary>An API without workers: those are the ones that die here.</summary>
    public sealed class Service(PostgresCluster cluster) : IAsyncLifetime
    {
        internal SignInService SignIn { get; } = new(cluster, isInProcess: true, ("Notification__Roles", "api"));

        public ValueTask InitializeAsync() => SignIn.InitializeAsync();

        public ValueTask DisposeAsync() => SignIn.DisposeAsync();
    }
}
