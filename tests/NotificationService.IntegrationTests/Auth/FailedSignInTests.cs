using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using NotificationService.Host.Auth;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Auth;

/// <summary>What a log-in that fails asks of the database: time must not show which addresses are known, and nobody's failures may change an account.</summary>
public sealed class FailedSignInTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Right = "her own password 1!";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_is_the_same_statements_whoever_has_the_address_and_none_of_them_writes(bool namesTenant)
    {
        await using var services = Services();
        var expected = await StatementsAsync(services, "nobody@example.com", "wrong", namesTenant ? "no-such-tenant" : null);
        expected.ShouldNotBeEmpty();
        expected.ShouldAllBe(statement => !statement.Contains("update", StringComparison.OrdinalIgnoreCase) && !statement.Contains("insert", StringComparison.OrdinalIgnoreCase));

        foreach (var (tenants, isDisabled) in (IEnumerable<(int, bool)>)[(1, false), (5, false), (7, false), (1, true)])
        {
            var email = $"{Guid.NewGuid():n}@example.com";
            var keys = new List<string>();
            for (var i = 0; i < tenants; i++)
                keys.Add(await RegisterAsync(services, email));
            if (isDisabled)
                await database.ExecuteAsync($"update users set disabled_at = now() where email = '{email}'");
            var rows = await RowsAsync(email);

            (await StatementsAsync(services, email, isDisabled ? Right : "wrong", namesTenant ? keys[0] : null)).ShouldBe(expected, $"{tenants} tenants");

            (await RowsAsync(email)).ShouldBe(rows);
        }
    }

    private ServiceProvider Services() => new ServiceCollection()
        .AddSingleton(TimeProvider.System)
        .AddSingleton(database.Database)
        .AddSingleton(database.Ids)
        .AddSingleton<TenantStore>()
        .AddTenants()
        .AddAccounts()
        .AddAuth()
        .Configure<PasswordHasherOptions>(hashing => hashing.IterationCount = 1)
        .BuildServiceProvider();

    private static async Task<string> RegisterAsync(ServiceProvider services, string email)
    {
        var key = $"t-{Guid.NewGuid():n}";
        var made = await services.GetRequiredService<TenantRegistration>().RegisterAsync("Example Ltd", key, email, Right, "Ann", IPAddress.Loopback, CancellationToken.None);
        made.ShouldNotBeNull();
        return key;
    }

    /// <summary>Which version of each row there is.</summary>
    private Task<IReadOnlyList<string>> RowsAsync(string email) => database.QueryAsync<string>($"select id || ' ' || ctid || ' ' || xmin from users where email = '{email}' order by id");

    /// <summary>What was sent to PostgreSQL for one log-in that is refused.</summary>
    private static async Task<IReadOnlyList<string>> StatementsAsync(ServiceProvider services, string email, string password, string? tenantKey)
    {
        var statements = new List<string>();
        using var login = new Activity("login");
        login.Start();
        var trace = login.TraceId;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => options.TraceId == trace ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == trace && activity.GetTagItem("db.query.text") is string statement)
                    statements.Add(statement);
            },
        };
        ActivitySource.AddActivityListener(listener);

        await using var scope = services.CreateAsyncScope();
        var outcome = await scope.ServiceProvider.GetRequiredService<PasswordSignIn>().SignInAsync(email, password, tenantKey, IPAddress.Loopback, CancellationToken.None);

        outcome.ShouldBeOfType<SignInOutcome.Refused>();
        return statements;
    }
}
