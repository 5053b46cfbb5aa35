using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NotificationService.Host.Auth;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

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
        await using var host = Host();
        var services = host.Services;
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

    [Fact]
    public async Task A_token_of_a_mail_that_is_not_good_costs_the_same_statements_whatever_is_wrong_with_it()
    {
        await using var host = Host();
        var (accounts, email) = (host.Services.GetRequiredService<AccountChanges>(), $"{Guid.NewGuid():n}@example.com");
        await RegisterAsync(host.Services, email);
        var tenant = new TenantId(await database.ScalarAsync<Guid>($"select tenant_id from users where email = '{email}'"));
        var user = await database.Store.RunAsync(tenant, (db, cancellation) => db.Set<User>().SingleAsync(cancellation), CancellationToken.None);
        var good = await database.Store.RunAsync(
            tenant,
            (db, cancellation) => host.Services.GetRequiredService<OneTimeTokens>().IssueAsync(db, user, OneTimeTokenKind.ResetPassword, TimeSpan.FromHours(1), email: null, cancellation),
            CancellationToken.None);
        var guessed = good!.ToString()[..^4] + "AAAA";
        var expected = await StatementsAsync(() => ResetAsync("no token at all"));
        expected.ShouldNotBeEmpty();

        foreach (var token in (string?[])[null, guessed, OneTimeToken.New(tenant, good.Id).ToString(), OneTimeToken.New(default, good.Id).ToString(), OneTimeToken.New(tenant, Guid.Empty).ToString()])
            (await StatementsAsync(() => ResetAsync(token))).ShouldBe(expected);

        async Task ResetAsync(string? token) =>
            (await accounts.ResetPasswordAsync(token, Right, IPAddress.Loopback, locale: null, CancellationToken.None)).ShouldBe(AccountChange.TokenRefused);
    }

    private WorkerHost Host() => WorkerHost.CreateWith(
        database.ConnectionString, (services, _) => services.AddAuth().Configure<PasswordHasherOptions>(hashing => hashing.IterationCount = 1));

    private static async Task<string> RegisterAsync(IServiceProvider services, string email)
    {
        var key = $"t-{Guid.NewGuid():n}";
        var wanted = new NewTenant(key, key, email, Right, "Ann", HasStarter: false, ClientPlace.Of(IPAddress.Loopback, "curl/8", "en"));
        (await services.GetRequiredService<TenantRegistration>().RegisterAsync(wanted, IPAddress.Loopback, CancellationToken.None)).ShouldBeOfType<RegistrationOutcome.Registered>();
        return key;
    }

    /// <summary>Which version of each row there is.</summary>
    private Task<IReadOnlyList<string>> RowsAsync(string email) => database.QueryAsync<string>($"select id || ' ' || ctid || ' ' || xmin from users where email = '{email}' order by id");

    /// <summary>What was sent to PostgreSQL for one log-in that is refused.</summary>
    private static Task<IReadOnlyList<string>> StatementsAsync(IServiceProvider services, string email, string password, string? tenantKey) => StatementsAsync(async () =>
    {
        await using var scope = services.CreateAsyncScope();
        var outcome = await scope.ServiceProvider.GetRequiredService<PasswordSignIn>().SignInAsync(email, password, tenantKey, code: null, IPAddress.Loopback, CancellationToken.None);

        outcome.ShouldBeOfType<SignInOutcome.Refused>();
    });

    private static async Task<IReadOnlyList<string>> StatementsAsync(Func<Task> work)
    {
        var statements = new List<string>();
        using var asked = new Activity("asked");
        asked.Start();
        var trace = asked.TraceId;
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
        await work();
        return statements;
    }
}
