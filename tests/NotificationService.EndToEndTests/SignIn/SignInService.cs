using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>One running service with the demo tenant for all tests of sign-in, and the calls they make.</summary>
public sealed class SignInService : IAsyncLifetime
{
    public const string Password = "correct horse battery 1!";

    private readonly bool isInProcess;
    private readonly (string Name, string Value)[] settings;
    private ServiceProcess? process;
    private ServiceInProcess? inProcess;
    private int tenants;

    public SignInService(PostgresCluster cluster)
        : this(cluster, isInProcess: false)
    {
    }

    internal SignInService(PostgresCluster cluster, bool isInProcess, params (string Name, string Value)[] settings) =>
        (Database, this.isInProcess, this.settings) = (new TestDatabase(cluster), isInProcess, settings);

    /// <summary>What it wrote, and its death, are for tests of the collection: see <see cref="SignInInProcess"/>.</summary>
    public ServiceProcess Process => process ?? throw new InvalidOperationException("it is no process");

    public TestDatabase Database { get; }

    public HttpClient Client => inProcess?.Client ?? Process.Client;

    /// <summary>Somebody at the service.</summary>
    public ApiClient As(string? token) => new(Client, token);

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        if (isInProcess)
            inProcess = await ServiceInProcess.StartAsync(Database.ConnectionString, Settings(settings));
        else
            process = await ServiceProcess.StartAsync(Database.ConnectionString, Settings(settings));
    }

    public async ValueTask DisposeAsync()
    {
        if (inProcess is not null)
            await inProcess.DisposeAsync();
        if (process is not null)
            await process.DisposeAsync();
        await Database.DisposeAsync();
    }

    /// <summary>Another process on the same database, with the same keys.</summary>
    public Task<ServiceProcess> StartNodeAsync(params (string Name, string Value)[] more) => ServiceProcess.StartAsync(Database.ConnectionString, Settings([ServiceProcess.WithoutSeed, .. more]));

    /// <summary>The same in the test's own process.</summary>
    public Task<ServiceInProcess> StartInProcessAsync(params (string Name, string Value)[] more) => ServiceInProcess.StartAsync(Database.ConnectionString, Settings([ServiceProcess.WithoutSeed, .. more]));

    private static (string Name, string Value)[] Settings((string Name, string Value)[] more) =>
    [
        ("Notification__RateLimits__AuthPerMinute", "0"),
        ("Notification__RateLimits__FailedSignInsPerMinute", "0"),
        ("Notification__MasterKeys", $"k1:{Convert.ToBase64String(Enumerable.Repeat((byte)5, 32).ToArray())}"),
        .. more,
    ];

    /// <summary>A tenant of its own with one admin, who is signed in.</summary>
    public async Task<Person> RegisterAsync()
    {
        var email = $"admin-{Interlocked.Increment(ref tenants)}@example.com";
        using var response = await PostAsync("/api/v1/auth/register-tenant", new { tenantName = "Example Ltd", starter = false, admin = new { email, password = Password, name = "Ann" } });
        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        return Person.Of(await ReadAsync(response), email);
    }

    public async Task<Person> LoginAsync(string email, string password)
    {
        using var response = await PostAsync("/api/v1/auth/login", new { email, password });
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return Person.Of(await ReadAsync(response), email);
    }

    public Task<HttpResponseMessage> RefreshAsync(string refreshToken) => PostAsync("/api/v1/auth/refresh-token", new { refreshToken });

    /// <summary>What stands in the link that somebody was sent: a new one of its kind.</summary>
    public async Task<string> LinkAsync(Guid tenant, Guid user, OneTimeTokenKind kind) => (await Database.Store.RunAsync(
        new TenantId(tenant),
        async (db, cancellation) => await new OneTimeTokens(Database.Ids, TimeProvider.System).IssueAsync(
            db, (await db.Set<User>().FindAsync([new TenantId(tenant), user], cancellation))!, kind, TimeSpan.FromHours(1), null, cancellation),
        CancellationToken.None))!.ToString()!;

    /// <summary>Makes a service account by hand of a tenant's admin.</summary>
    public async Task<Account> CreateAccountAsync(Person admin, object? body = null)
    {
        using var response = await PostAsync("/api/v1/admin/service-accounts", body ?? new { name = "Shop", scopes = new[] { "notifications:send" }, mode = "live" }, admin.AccessToken);
        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        var made = await ReadAsync(response);
        return new Account(made.GetProperty("id").GetGuid(), made.GetProperty("clientId").GetString()!, made.GetProperty("clientSecret").GetString()!);
    }

    public Task<HttpResponseMessage> AskForTokenAsync(string clientId, string clientSecret, string? scope = null, HttpClient? client = null) => AskForTokenAsync(
        [
            new("grant_type", "client_credentials"), new("client_id", clientId), new("client_secret", clientSecret),
            .. scope is null ? Array.Empty<KeyValuePair<string, string>>() : [new("scope", scope)],
        ],
        client: client);

    public async Task<HttpResponseMessage> AskForTokenAsync(IEnumerable<KeyValuePair<string, string>> form, string? basic = null, HttpClient? client = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth/token") { Content = new FormUrlEncodedContent(form) };
        if (basic is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(basic)));
        return await (client ?? Client).SendAsync(request);
    }

    public async Task<string> TokenAsync(string clientId, string clientSecret, string? scope = null)
    {
        using var response = await AskForTokenAsync(clientId, clientSecret, scope);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return (await ReadAsync(response)).GetProperty("access_token").GetString()!;
    }

    public Task<HttpResponseMessage> GetAsync(string path, string? token = null, HttpClient? client = null) => new ApiClient(client ?? Client, token).SendAsync(HttpMethod.Get, path);

    public Task<HttpResponseMessage> PostAsync(string path, object? body, string? token = null, HttpClient? client = null) => new ApiClient(client ?? Client, token).SendAsync(HttpMethod.Post, path, body);

    public async Task<HttpStatusCode> StatusAsync(string path, string? token, HttpClient? client = null)
    {
        using var response = await GetAsync(path, token, client);
        return response.StatusCode;
    }

    public static Task<JsonElement> ReadAsync(HttpResponseMessage response) => response.Content.ReadFromJsonAsync<JsonElement>();

    /// <summary>The body without what is different every time.</summary>
    public static async Task<string> BodyWithoutTraceAsync(HttpResponseMessage response) =>
        System.Text.RegularExpressions.Regex.Replace(await response.Content.ReadAsStringAsync(), "\"traceId\":\"[^\"]*\"", "");

    /// <summary>Somebody who has signed in.</summary>
    public sealed record Person(string Email, string AccessToken, string RefreshToken, Guid Id, Guid Tenant, JsonElement Response)
    {
        public static Person Of(JsonElement response, string email)
        {
            var user = response.GetProperty("user");
            return new(
                email, response.GetProperty("accessToken").GetString()!, response.GetProperty("refreshToken").GetString()!,
                user.GetProperty("id").GetGuid(), user.GetProperty("tenantId").GetGuid(), response);
        }
    }

    /// <summary>A service account that was just made.</summary>
    public sealed record Account(Guid Id, string ClientId, string ClientSecret);
}

/// <summary>The same in the test's own process, for a class that has a database of its own and asks nothing but the API.</summary>
public sealed class SignInInProcess(PostgresCluster cluster) : IAsyncLifetime
{
    public SignInService Service { get; } = new(cluster, isInProcess: true);

    public ValueTask InitializeAsync() => Service.InitializeAsync();

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}

/// <summary>Classes that share one process take turns. Those that wait the most have a process of their own, so that they wait beside each other.</summary>
[CollectionDefinition(Name)]
public sealed class SignInCollection : ICollectionFixture<SignInService>
{
    public const string Name = "sign-in";
}

/// <summary>As <see cref="SignInCollection"/>, for batches.</summary>
[CollectionDefinition(Name)]
public sealed class BatchesCollection : ICollectionFixture<SignInService>
{
    public const string Name = "batches";
}

/// <summary>As <see cref="SignInCollection"/>, for what becomes of the rows of files.</summary>
[CollectionDefinition(Name)]
public sealed class BulkJobsCollection : ICollectionFixture<SignInService>
{
    public const string Name = "bulk-jobs";
}

/// <summary>As <see cref="SignInCollection"/>, for uploads that come again, in parts, or are started later.</summary>
[CollectionDefinition(Name)]
public sealed class UploadsCollection : ICollectionFixture<SignInService>
{
    public const string Name = "uploads";
}
