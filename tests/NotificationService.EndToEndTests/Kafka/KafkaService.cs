using System.Globalization;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;
using NotificationService.Testing.Kafka;

namespace NotificationService.EndToEndTests.Kafka;

/// <summary>Brokers and one running service that reads the topic <c>orders</c> for the demo tenant, in the mode of tests.</summary>
public sealed class KafkaService(PostgresCluster cluster) : IAsyncLifetime
{
    public const string Input = "orders";
    public const string Forbidden = "readings";
    public const string DeadLetters = "orders.dead";
    public const string Status = "notification-status";
    public static readonly TimeSpan Ample = TimeSpan.FromSeconds(90);

    private ServiceProcess? process;

    public KafkaBrokers Brokers { get; } = new();

    public TestDatabase Database { get; } = new(cluster);

    public ServiceProcess Process => process ?? throw new InvalidOperationException("not initialized");

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        await Brokers.InitializeAsync();
        foreach (var topic in (string[])[Input, Forbidden, DeadLetters, Status])
            Brokers.CreateTopic(topic, partitions: topic == Input ? 2 : 1);
        process = await StartNodeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
        await Brokers.DisposeAsync();
        await Database.DisposeAsync();
    }

    /// <summary>A process on the same database and topics.</summary>
    public Task<ServiceProcess> StartNodeAsync(params (string Name, string Value)[] more) => ServiceProcess.StartAsync(Database.ConnectionString, [.. Settings(Brokers), .. more]);

    public static IEnumerable<(string Name, string Value)> Settings(KafkaBrokers brokers) =>
    [
        .. brokers.Settings(),
        // What a process that was killed held is taken over when its lease ends.
        ("Notification__Delivery__Lease", "00:00:16"), ("Notification__Delivery__CallTimeout", "00:00:10"), ("Notification__Delivery__CompletionAllowance", "00:00:04"),
        ("Notification__Delivery__RescueEvery", "00:00:00.500"),
        ("Notification__Kafka__InputTopic", $"{Input},{Forbidden}"), ("Notification__Kafka__DeadLetterTopic", DeadLetters), ("Notification__Kafka__StatusTopic", Status),
        ("Notification__Kafka__Topics__0__Name", Input), ("Notification__Kafka__Topics__0__Tenant", "demo"), ("Notification__Kafka__Topics__0__Mode", "test"),
        ("Notification__Kafka__Topics__0__Scopes", "notifications:send,events:publish"),
        ("Notification__Kafka__Topics__1__Name", Forbidden), ("Notification__Kafka__Topics__1__Tenant", "demo"), ("Notification__Kafka__Topics__1__Scopes", "events:publish"),
    ];

    /// <summary>The body of a send to the sandbox.</summary>
    public static string Send(string reference, string more = "") => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"channel":"email","content":{"subject":"Order","text":"It is on its way"},"recipient":{"email":"ann-{{reference.GetHashCode(StringComparison.Ordinal) & 0xFFFF}}@example.com"},"reference":"{{reference}}"{{more}}}""");

    /// <summary>How many notifications carry the reference.</summary>
    public Task<long> CountAsync(string reference) => Database.ScalarAsync<long>($"select count(*) from notifications where reference = '{reference}'");

    public Task UntilAcceptedAsync(string reference, long count = 1) =>
        Eventually.TrueAsync(async () => await CountAsync(reference) >= count, Ample, () => $"{reference} never came:\n{Process.Output}");

    /// <summary>The dead letter whose original value holds the text.</summary>
    public async Task<KafkaRecord> DeadLetterAsync(string holds)
    {
        KafkaRecord? found = null;
        await Eventually.TrueAsync(
            () => (found = Brokers.Read(DeadLetters).FirstOrDefault(record => record.Value?.Contains(holds, StringComparison.Ordinal) == true || record.Header("ce_id") == holds)) is not null,
            Ample, () => $"no dead letter about {holds}:\n{Process.Output}");
        return found!;
    }

    /// <summary>Signed in as the demo tenant's admin.</summary>
    public async Task<JsonElement> AdminAsync(HttpMethod method, string path, object? body = null)
    {
        using var signedIn = await Process.Client.PostAsync(new Uri("/api/v1/auth/login", UriKind.Relative), Json(new { email = "admin@demo.test", password = "Demo-admin-1!" }));
        var token = (await SignInService.ReadAsync(signedIn)).GetProperty("accessToken").GetString();
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : Json(body) };
        request.Headers.Authorization = new("Bearer", token);
        using var response = await Process.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBeInRange(200, 299, text);
        return text.Length == 0 ? default : JsonElement.Parse(text);
    }

    private static StringContent Json(object body) => new(JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json");
}
