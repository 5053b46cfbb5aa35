using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using NotificationService.Host.Auth;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>Somebody who guesses, and everybody else meanwhile.</summary>
public sealed class SignInFloodTests(SignInInProcess running) : IClassFixture<SignInInProcess>
{
    private const int Callers = 80;

    /// <summary>Of somebody who is refused: together eight hundred tries a second, which leaves the machine something for whoever is not refused.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private readonly SignInService service = running.Service;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Eighty_callers_with_wrong_secrets_lock_nobody_out_but_their_own_address(bool manyAccounts)
    {
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin);
        await using var node = await service.StartNodeAsync(("Notification__RateLimits__FailedSignInsPerMinute", "60"));
        using var attacker = ClientFrom("127.0.0.1", node.Address);
        using var other = ClientFrom("127.0.0.2", node.Address);
        using var enough = new CancellationTokenSource();
        var refusals = new int[600];
        var began = System.Diagnostics.Stopwatch.StartNew();
        var guessing = Enumerable.Range(0, Callers).Select(caller => GuessAsync(caller)).ToArray();
        await Eventually.TrueAsync(() => Task.FromResult(Volatile.Read(ref refusals[429]) > 2 * Callers), TimeSpan.FromSeconds(90));

        // People and programs, each for the first time, one after the other: each is hashed.
        for (var i = 0; i < 3; i++)
        {
            var person = await service.RegisterAsync();
            using var login = await service.PostAsync("/api/v1/auth/login", new { email = person.Email, password = SignInService.Password }, client: other);
            login.StatusCode.ShouldBe(HttpStatusCode.OK, await login.Content.ReadAsStringAsync());
            using var token = await service.AskForTokenAsync(account.ClientId, account.ClientSecret, client: other);
            token.StatusCode.ShouldBe(HttpStatusCode.OK, await token.Content.ReadAsStringAsync());
        }

        await enough.CancelAsync();
        await Task.WhenAll(guessing);
        // What was hashed for the guesser is what may fail, however many it sends.
        refusals[401].ShouldBeLessThanOrEqualTo(manyAccounts ? 60 + (int)began.Elapsed.TotalSeconds + 1 : 20 + (int)(began.Elapsed.TotalSeconds / 15) + 1);

        async Task GuessAsync(int caller)
        {
            using var pace = new PeriodicTimer(Pace);
            for (var i = 0; !enough.IsCancellationRequested; i++)
            {
                using var response = await service.AskForTokenAsync(manyAccounts ? $"nobody-{caller}-{i}" : account.ClientId, $"wrong-{caller}-{i}", client: attacker);
                Interlocked.Increment(ref refusals[(int)response.StatusCode]);
                if (response.StatusCode == HttpStatusCode.TooManyRequests)
                {
                    response.Headers.RetryAfter.ShouldNotBeNull();
                    (await SignInService.ReadAsync(response)).GetProperty("code").GetString().ShouldBeOneOf("too_many_failed_sign_ins", "sign_in_busy");
                    await pace.WaitForNextTickAsync(CancellationToken.None);
                }
            }
        }
    }

    [Fact]
    public async Task A_person_whose_password_is_guessed_from_one_address_signs_in_from_another()
    {
        var (person, neighbour) = (await service.RegisterAsync(), await service.RegisterAsync());
        var key = await service.Database.ScalarAsync<string>($"select key from tenants where tenant_id = '{person.Tenant}'");
        await using var node = await service.StartNodeAsync(("Notification__RateLimits__FailedSignInsPerMinute", "60"));
        using var guesser = ClientFrom("127.0.0.1", node.Address);
        using var home = ClientFrom("127.0.0.2", node.Address);

        (await GuessUntilRefusedAsync()).ShouldBeGreaterThanOrEqualTo(SignInLimits.MaxFailuresOfPair);
        (await LoginAsync(person, home)).ShouldBe(HttpStatusCode.OK, "for the first time from there");
        (await LoginAsync(neighbour, guesser)).ShouldBe(HttpStatusCode.OK, "another account, from where somebody guesses");
        await GuessUntilRefusedAsync();
        (await LoginAsync(person, home)).ShouldBe(HttpStatusCode.OK, "from an address that is known");
        (await LoginAsync(person, service.Client)).ShouldBe(HttpStatusCode.OK, "at another node");

        async Task<int> GuessUntilRefusedAsync()
        {
            for (var wrong = 0; wrong < 200; wrong++)
            {
                using var guess = await service.PostAsync("/api/v1/auth/login", new { email = person.Email, password = "wrong", tenant = key }, client: guesser);
                if (guess.StatusCode == HttpStatusCode.TooManyRequests)
                    return wrong;
                guess.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            }

            throw new InvalidOperationException("200 guesses, and none was refused");
        }

        async Task<HttpStatusCode> LoginAsync(SignInService.Person who, HttpClient client)
        {
            using var response = await service.PostAsync("/api/v1/auth/login", new { email = who.Email, password = SignInService.Password }, client: client);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Who_signed_in_from_an_address_before_still_does_when_somebody_guesses_there()
    {
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin);
        await using var node = await service.StartNodeAsync(("Notification__RateLimits__FailedSignInsPerMinute", "5"));
        using (var first = await service.AskForTokenAsync(account.ClientId, account.ClientSecret, client: node.Client))
            first.StatusCode.ShouldBe(HttpStatusCode.OK);
        await Eventually.TrueAsync(
            async () =>
            {
                using var guess = await service.AskForTokenAsync($"nobody-{Guid.NewGuid():n}", "wrong", client: node.Client);
                return guess.StatusCode == HttpStatusCode.TooManyRequests;
            },
            TimeSpan.FromSeconds(90));

        using var again = await service.AskForTokenAsync(account.ClientId, account.ClientSecret, client: node.Client);

        again.StatusCode.ShouldBe(HttpStatusCode.OK, await again.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Registrations_do_not_stand_in_the_way_of_log_ins()
    {
        var admin = await service.RegisterAsync();
        await using var node = await service.StartNodeAsync();
        using var enough = new CancellationTokenSource();
        var registering = Enumerable.Range(0, 30).Select(async caller =>
        {
            using var pace = new PeriodicTimer(Pace);
            for (var i = 0; !enough.IsCancellationRequested; i++)
            {
                using var made = await node.Client.PostAsJsonAsync(
                    "/api/v1/auth/register-tenant",
                    new { tenantName = $"T {caller} {i}", admin = new { email = $"{Guid.NewGuid():n}@example.com", password = SignInService.Password, name = "Ann" } });
                made.StatusCode.ShouldBeOneOf(HttpStatusCode.Created, HttpStatusCode.TooManyRequests);
                if (made.StatusCode == HttpStatusCode.TooManyRequests)
                    await pace.WaitForNextTickAsync(CancellationToken.None);
            }
        }).ToArray();

        for (var i = 0; i < 3; i++)
        {
            using var login = await service.PostAsync("/api/v1/auth/login", new { email = admin.Email, password = SignInService.Password }, client: node.Client);
            login.StatusCode.ShouldBe(HttpStatusCode.OK, await login.Content.ReadAsStringAsync());
        }

        await enough.CancelAsync();
        await Task.WhenAll(registering);
    }

    private static HttpClient ClientFrom(string address, Uri service) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            await socket.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = service,
    };
}
