using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using NotificationService.Storage;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.FakeProviders;
using NotificationService.Testing.Webhooks;
using Npgsql;

namespace NotificationService.EndToEndTests.Chaos;

/// <summary>
/// A database, an API process, worker processes, a vendor that writes every call down, and clients that remember what was
/// accepted. A test breaks something and then asks for <see cref="CheckAsync"/>. A test that stops PostgreSQL has a server of its own.
/// </summary>
public sealed class ChaosRun : IAsyncDisposable
{
    /// <summary>How many notifications a test sends before it breaks something: few in the suite, and as many as <c>CHAOS_SENDS</c> says.</summary>
    public static readonly int Sends = int.TryParse(Environment.GetEnvironmentVariable("CHAOS_SENDS"), out var value) ? value : 240;

    private static readonly (string Name, string Value)[] Settings =
    [
        ("Notification__MasterKeys", $"test:{Convert.ToBase64String(new byte[32])}"),
        ("Notification__AllowPrivateEndpoints", "true"),
        ("Notification__PublicUrl", "https://notify.example.com"),
        ("Notification__Seed", "demo"),
        // Longer than a slow machine stands still: a second call in doubt would be a failure, and no fault.
        ("Notification__Delivery__Lease", "00:00:16"),
        ("Notification__Delivery__CallTimeout", "00:00:10"),
        ("Notification__Delivery__CompletionAllowance", "00:00:04"),
        ("Notification__Delivery__RescueEvery", "00:00:00.500"),
        // A worker that is killed is not in the midst of all of a few hundred calls.
        ("Notification__Delivery__Concurrency", "50"),
        ("Notification__Webhooks__ConnectTimeout", "00:00:01"),
        ("Notification__Webhooks__CallTimeout", "00:00:02"),
        ("Notification__Webhooks__Lease", "00:00:07"),
    ];

    /// <summary>How many are not at their end, and the first of them with all that is known of them.</summary>
    private const string Pending = """
        select (select string_agg(status || ': ' || n, ', ') from (select status, count(*) n from deliveries where status in ({status.queued}, {status.sending}) or (status = {status.scheduled} and due_at < now() + interval '1 day') group by 1) x) || string_agg(E'\n' || line, '')
        from (
            select to_jsonb(d)::text || E'\n  timeline ' || (select jsonb_agg(to_jsonb(t) - 'tenant_id' - 'delivery_id' order by seq) from timeline t where t.delivery_id = d.id)
                || E'\n  attempts ' || coalesce((select jsonb_agg(to_jsonb(a) - 'tenant_id' - 'delivery_id' order by number) from attempts a where a.delivery_id = d.id)::text, '-') as line
            from deliveries d where status in ({status.queued}, {status.sending}) or (status = {status.scheduled} and due_at < now() + interval '1 day') order by id limit 5) x
        """;

    private readonly ConcurrentQueue<Guid> accepted = new();
    private readonly List<ServiceProcess> processes = [];
    private readonly List<FakeHttpProvider> others = [];
    private readonly FcmContract fcm = new();
    private string connectionString = "";
    private ServiceProcess? api;
    private ApiClient? sender;

    private readonly bool ownsCluster;
    private readonly (string Name, string Value)[] more;

    private ChaosRun(PostgresCluster cluster, bool ownsCluster, FakeHttpProvider vendor, (string Name, string Value)[] more) =>
        (Cluster, this.ownsCluster, Vendor, this.more) = (cluster, ownsCluster, vendor, more);

    public PostgresCluster Cluster { get; }

    public FakeHttpProvider Vendor { get; }

    /// <summary>The notifications whose acceptance a client was given.</summary>
    public IReadOnlyCollection<Guid> Accepted => accepted;

    /// <summary>What every client sends.</summary>
    public string Body { get; set; } = """{"channel":"email","recipient":{"email":"ann@example.com"},"content":{"subject":"Hello","text":"Hello Ann"}}""";

    /// <summary>Started anew after each kill, by <see cref="StartApiAsync"/>.</summary>
    public ServiceProcess Api => api ?? throw new InvalidOperationException("not started");

    /// <param name="cluster">That of all tests, for a run that only kills processes and connections.</param>
    /// <param name="more">Settings of the service's processes beyond those of every run.</param>
    public static async Task<ChaosRun> StartAsync(PostgresCluster cluster, params (string Name, string Value)[] more) =>
        await StartAsync(cluster, ownsCluster: false, more);

    /// <summary>With a durable PostgreSQL of its own, which the test may stop.</summary>
    public static async Task<ChaosRun> StartOnItsOwnServerAsync()
    {
        var cluster = new PostgresCluster { IsDurable = true };
        await cluster.InitializeAsync();
        return await StartAsync(cluster, ownsCluster: true, []);
    }

    /// <summary>Vendors for text messages, push and WhatsApp too, each keeping its own contract; a send goes to all five channels.</summary>
    public async Task OnAllChannelsAsync()
    {
        var twilio = await OtherAsync(new TwilioContract("AC0123456789abcdef0123456789abcdef", "twilio-token"));
        var push = await OtherAsync(fcm);
        var whatsApp = await OtherAsync(new WhatsAppContract("106540352242922", "EAAG.access-token"));
        await MakeProviderAsync(new
        {
            channel = "sms",
            type = "twilio",
            name = "Vendor",
            priority = 1,
            credentials = new { accountSid = "AC0123456789abcdef0123456789abcdef", authToken = "twilio-token" },
            settings = new { baseUrl = twilio.BaseUrl, from = "+15005550006" },
        });
        await MakeProviderAsync(new
        {
            channel = "push",
            type = "fcm",
            name = "Vendor",
            priority = 1,
            credentials = new { serviceAccountJson = fcm.ServiceAccountJson(new Uri(push.BaseUrl, "token")) },
            settings = new { baseUrl = push.BaseUrl },
        });
        await MakeProviderAsync(new
        {
            channel = "whatsapp",
            type = "whatsapp_cloud",
            name = "Vendor",
            priority = 1,
            credentials = new { accessToken = "EAAG.access-token", appSecret = "0123456789abcdef0123456789abcdef", verifyToken = "verify-me" },
            settings = new { baseUrl = whatsApp.BaseUrl, phoneNumberId = "106540352242922", apiVersion = "v23.0" },
        });
        Body = """
            {"channels":["email","sms","push","whatsapp","in_app"],
             "recipient":{"userId":"ann","email":"ann@example.com","phone":"+14155550100","deviceTokens":["device-token-of-ann-0123456789"]},
             "content":{"subject":"Hello","text":"Hello Ann","title":"Hello","body":"Hello Ann"}}
            """;
    }

    /// <summary>What every vendor answers, unless <see cref="Barrier"/> holds the call.</summary>
    public Func<FakeCall, FakeResponse> Response { get; set; } = _ => FakeResponse.Accept;

    internal VendorBarrier Barrier { get; } = new();

    /// <summary>Calls to any vendor.</summary>
    public int CallCount => Vendor.Calls.Count + others.Sum(other => other.Calls.Count);

    public async Task StartApiAsync()
    {
        api = await StartAsync("api");
        var account = await new ApiClient(Api.Client).DemoServiceAsync();
        sender?.Http.Dispose();
        sender = account.At(new HttpClient { BaseAddress = Api.Address, Timeout = TimeSpan.FromSeconds(10) });
    }

    public Task<ServiceProcess> StartWorkerAsync() => StartAsync("worker");

    /// <summary>Sends so many e-mails, some at a time, each with its key until it is accepted, and remembers them.</summary>
    public async Task SendAsync(int count) =>
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, cancellationToken) =>
        {
            var key = Guid.CreateVersion7().ToString();
            while (!await TrySendAsync(key))
                await Task.Delay(100, cancellationToken);
        });

    /// <summary>What the dead hold, or who stands still, can be taken over now and not only when its lease has run out. Nobody else may be at work.</summary>
    public Task EndLeasesAsync() =>
        ExecuteAsync("update deliveries set lease_until = clock_timestamp() where id in (select id from deliveries where status = {status.sending} for update skip locked)");

    /// <summary>Waits until nothing is due any more, then checks every invariant. Waits for a second try are cut short; what is scheduled for another day stays.</summary>
    public async Task CheckAsync()
    {
        await using var source = NpgsqlDataSource.Create(Superuser);
        var pending = "";
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await using var hurry = source.CreateCommand(SqlNames.Replace("update deliveries set due_at = now() where status = {status.queued} and due_at > now()"));
                    await hurry.ExecuteNonQueryAsync();
                    await using var count = source.CreateCommand(SqlNames.Replace(Pending));
                    return (pending = await count.ExecuteScalarAsync() as string) is null;
                }
                catch (NpgsqlException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(240),
            () => $"not drained: {pending}\n{string.Join('\n', processes.Where(process => !process.HasExited).Select(process => process.Output))}");

        Accepted.Count.ShouldBeGreaterThan(0);
        var violations = await new Invariants(source).ViolationsAsync(Accepted, [.. Vendor.Calls.Select(call => (call.Delivery, call.Attempt))]);
        violations.ShouldBeEmpty();
        (await TransitionsTrigger.ViolationsAsync(source)).ShouldBeEmpty();
        await CheckOthersAsync(source);
    }

    /// <summary>How many deliveries have a status.</summary>
    public async Task<long> CountAsync(string where)
    {
        await using var source = NpgsqlDataSource.Create(Superuser);
        await using var command = source.CreateCommand(SqlNames.Replace($"select count(*) from deliveries where {where}"));
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Every connection that the service's processes have at this moment.</summary>
    public Task TerminateBackendsAsync() =>
        ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'notification-%'");

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
            await process.DisposeAsync();
        await Vendor.DisposeAsync();
        foreach (var other in others)
            await other.DisposeAsync();
        fcm.Dispose();
        sender?.Http.Dispose();
        if (ownsCluster)
            await Cluster.DisposeAsync();
    }

    private static async Task<ChaosRun> StartAsync(PostgresCluster cluster, bool ownsCluster, (string Name, string Value)[] more)
    {
        var run = new ChaosRun(cluster, ownsCluster, await FakeHttpProvider.StartAsync(), more);
        run.Vendor.Otherwise = run.Respond;
        run.connectionString = await cluster.CreateDatabaseAsync();
        await using (var source = NpgsqlDataSource.Create(run.Superuser))
            await TransitionsTrigger.InstallAsync(source);
        await run.StartApiAsync();
        await run.SendOverTheVendorAsync();
        return run;
    }

    private string Superuser => Cluster.SuperuserConnectionString(new NpgsqlConnectionStringBuilder(connectionString).Database!);

    /// <summary>As the superuser; states by their names.</summary>
    private async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Superuser);
        await using var command = source.CreateCommand(SqlNames.Replace(sql));
        await command.ExecuteNonQueryAsync();
    }

    private FakeResponse Respond(FakeCall call) => Barrier.Pass(Response(call));

    private async Task<ServiceProcess> StartAsync(string role)
    {
        var process = await ServiceProcess.StartAsync(connectionString, [.. Settings, .. more, ("Notification__Roles", role), .. processes.Count == 0 ? [] : ((string, string)[])[ServiceProcess.WithoutSeed]]);
        processes.Add(process);
        return process;
    }

    private async Task<bool> TrySendAsync(string key)
    {
        try
        {
            using var response = await sender!.SendNotificationAsync(Body, key);
            if ((int)response.StatusCode != 202)
                return false;
            accepted.Enqueue((await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid());
            return true;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException or JsonException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Not every vendor is given the number of the attempt: each of its calls has an attempt, and a second call was in doubt.</summary>
    private async Task CheckOthersAsync(NpgsqlDataSource source)
    {
        if (others.Count == 0)
            return;
        var known = new Dictionary<string, (long Attempts, bool Ambiguous)>();
        await using var command = source.CreateCommand(
            SqlNames.Replace("select delivery_id::text, count(*), bool_or(outcome = {outcome.ambiguous}) from attempts group by 1"));
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            known[reader.GetString(0)] = (reader.GetInt64(1), reader.GetBoolean(2));
        foreach (var calls in others.SelectMany(other => other.Calls).GroupBy(call => call.Delivery))
        {
            known.ShouldContainKey(calls.Key);
            known[calls.Key].Attempts.ShouldBeGreaterThanOrEqualTo(calls.Count(), $"{calls.Key} was called for without an attempt");
            if (calls.Count() > 1)
                known[calls.Key].Ambiguous.ShouldBeTrue($"{calls.Key} went out twice and nothing says so");
        }

        others.SelectMany(other => other.Violations).ShouldBeEmpty();
    }

    private async Task<FakeHttpProvider> OtherAsync(FakeContract contract)
    {
        var other = await FakeHttpProvider.StartAsync(contract: contract);
        other.Otherwise = Respond;
        others.Add(other);
        return other;
    }

    /// <summary>The demo's sandbox makes way for the vendor.</summary>
    private async Task SendOverTheVendorAsync()
    {
        await MakeProviderAsync(new
        {
            channel = "email",
            type = "sendgrid",
            name = "Vendor",
            priority = 1,
            credentials = new { apiKey = SendGridContract.TestKey },
            settings = new { baseUrl = Vendor.BaseUrl.ToString(), from = new { email = "shop@example.com" } },
        });
        await ExecuteAsync("update providers set enabled = false where type = 'sandbox'");
    }

    /// <summary>The demo tenant's endpoint is sent every delivery, and the sandbox delivers its text messages, so that there is more than one event to publish.</summary>
    public async Task SubscribeAsync(Uri endpoint)
    {
        await (await AdminAsync()).CreateWebhookEndpointAsync(new { url = endpoint, events = (string[])["delivery.*"] });
        await ExecuteAsync("update providers set enabled = true where type = 'sandbox' and channel = {channel.sms}");
        Body = """{"channels":["email","sms"],"recipient":{"email":"ann@example.com","phone":"+14155550100"},"content":{"subject":"Hello","text":"Hello Ann"}}""";
    }

    /// <summary>Waits until everything was published, then holds what came against the timeline: nothing is missing, each delivery's came in order, repeats are the same.</summary>
    public async Task CheckPublishedAsync(WebhookReceiver receiver)
    {
        await using var source = NpgsqlDataSource.Create(Superuser);
        long waiting = -1;
        await Eventually.TrueAsync(
            async () =>
            {
                await using var hurry = source.CreateCommand(SqlNames.Replace("update webhook_messages set due_at = now() where state = {message.pending} and not in_flight and due_at > now()"));
                await hurry.ExecuteNonQueryAsync();
                await using var count = source.CreateCommand(SqlNames.Replace("select (select count(*) from outbox) + (select count(*) from webhook_messages where state = {message.pending})"));
                return (waiting = (long)(await count.ExecuteScalarAsync())!) == 0;
            },
            TimeSpan.FromSeconds(120),
            () => $"{waiting} were not published:\n{string.Join('\n', processes.Where(process => !process.HasExited).Select(process => process.Output))}");

        var received = receiver.Received.GroupBy(message => message.Delivery).ToDictionary(group => group.Key, group => group.ToList());
        await using var command = source.CreateCommand(SqlNames.Replace("select delivery_id, count(*)::int from timeline where status >= {status.sent} group by 1"));
        await using var reader = await command.ExecuteReaderAsync();
        var deliveries = 0;
        while (await reader.ReadAsync())
        {
            deliveries++;
            received.ShouldContainKey(reader.GetGuid(0));
            var came = received[reader.GetGuid(0)];
            came.DistinctBy(message => message.Id).Select(message => message.Sequence).ShouldBe(Enumerable.Range(1, reader.GetInt32(1)), "each once, in order, without a gap");
            came.GroupBy(message => message.Id).ShouldAllBe(same => same.Select(message => message.Body).Distinct().Count() == 1);
        }

        deliveries.ShouldBeGreaterThan(0);
        received.Count.ShouldBe(deliveries);
    }

    private async Task MakeProviderAsync(object provider) => await (await AdminAsync()).CreateProviderAsync(provider);

    private Task<ApiClient> AdminAsync() => new ApiClient(Api.Client).DemoAdminAsync();
}
