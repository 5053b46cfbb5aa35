using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Tenancy;

/// <summary>A tenant with one thing of each kind that a route can name, and its admin.</summary>
internal sealed partial class FilledTenant
{
    private const string Csv = "email,orderId\nann@example.com,1\nbob@example.com,2\n";

    /// <summary>Where a thing's id stands in a path, and of what kind it is: the first that fits counts.</summary>
    private static readonly (string Path, string Kind)[] Places =
    [
        ("/api/v1/services/notifications/batches/{", "batch"), ("/api/v1/services/notifications/bulk/{", "job"), ("/api/v1/services/notifications/cancel/{", "cancel"), ("/api/v1/services/notifications/{", "notification"),
        ("/api/v1/services/recipients/{userId}/devices/{", "device"), ("/api/v1/services/topics/{", "topic"), ("/api/v1/services/recipients/{", "recipient"), ("/api/v1/services/erasures/{", "personErasure"), ("/api/v1/admin/dead-letters/{", "delivery"), ("/api/v1/admin/templates/{", "template"), ("/api/v1/admin/layouts/{", "layout"),
        ("/api/v1/admin/partials/{", "partial"), ("/api/v1/admin/lookups/{", "lookup"), ("/api/v1/admin/categories/{", "category"), ("/api/v1/admin/providers/{", "provider"), ("/api/v1/admin/service-accounts/{", "account"),
        ("/api/v1/admin/suppressions/{", "suppression"), ("/api/v1/admin/event-rules/{", "rule"), ("/api/v1/admin/users/csv/{", "import"), ("/api/v1/admin/users/{", "user"),
        ("/api/v1/auth/sessions/{", "session"), ("/api/v1/admin/tenant/exports/{", "export"), ("/api/v1/admin/tenants/{", "tenant"), ("/api/v1/admin/tenant-erasures/{", "erasure"),
        ("/api/v1/users/me/notifications/{", "item"),
        ("/api/v1/admin/webhook-endpoints/{id}/deliveries/{", "message"), ("/api/v1/admin/webhook-endpoints/{id}/replays/{", "replay"), ("/api/v1/admin/webhook-endpoints/{", "endpoint"),
    ];

    private readonly Dictionary<string, string> ids = [];

    private FilledTenant(SignInService service, SignInService.Person admin) => (Admin, Api) = (admin, service.As(admin.AccessToken));

    public SignInService.Person Admin { get; }

    public ApiClient Api { get; }

    /// <summary>Of each kind the id, or the key, that it is named by.</summary>
    public IReadOnlyDictionary<string, string> Ids => ids;

    public static string? KindOf(string path) => Places.FirstOrDefault(place => path.StartsWith(place.Path, StringComparison.Ordinal)).Kind;

    /// <summary>The path of one thing. Of an endpoint's things it is the last that is named; a number is 1.</summary>
    public static string Filled(string path, string id, string endpoint)
    {
        if (KindOf(path) is "message" or "replay")
            path = path.Replace("{id}", endpoint, StringComparison.Ordinal);
        return Parameter().Replace(Version().Replace(path, "1"), id);
    }

    public static async Task<FilledTenant> CreateAsync(SignInService service)
    {
        var filled = new FilledTenant(service, await service.RegisterAsync());
        await filled.FillAsync(service.Database);
        return filled;
    }

    private async Task FillAsync(TestDatabase database)
    {
        var word = $"w{Guid.NewGuid():n}"[..12];
        object Text(string text) => new { email = new { en = new { html = text } } };
        async Task AddAsync(string kind, string path, object body, string name = "id", HttpStatusCode status = HttpStatusCode.Created) =>
            ids[kind] = (await Api.ReadAsync(HttpMethod.Post, path, body, status)).GetProperty(name).GetString()!;

        await Api.PublishTemplateAsync($"{word}-order", new { key = $"{word}-order", name = word, contents = new { email = new { en = new { subject = word, html = "<p>{{orderId}}</p>", text = "{{orderId}}" } } } });
        ids["template"] = $"{word}-order";
        await AddAsync("partial", $"{ApiClient.Admin}/partials", new { key = $"{word}-footer", name = word, contents = Text("<p>Ours</p>") }, "key");
        await AddAsync("layout", $"{ApiClient.Admin}/layouts", new { key = $"{word}-card", name = word, contents = Text("<div>{{> @content}}</div>") }, "key");
        await AddAsync("lookup", $"{ApiClient.Admin}/lookups", new { type = "department", code = word, labels = new { en = word } });
        await AddAsync("category", $"{ApiClient.Admin}/categories", new { key = $"{word}-about" }, "key");
        await AddAsync("provider", $"{ApiClient.Admin}/providers", new { channel = "email", type = "sandbox", name = word });
        await AddAsync("account", $"{ApiClient.Admin}/service-accounts", new { name = word, scopes = new[] { "notifications:read" }, mode = "live" });
        await AddAsync("suppression", $"{ApiClient.Admin}/suppressions", new { channel = "email", address = $"{word}@example.com" });
        await AddAsync("rule", $"{ApiClient.Admin}/event-rules", new { type = $"com.example.{word}", template = ids["template"], channels = new[] { "email" }, recipient = new { email = "data.mail" } });
        await AddAsync("user", $"{ApiClient.Admin}/users", new { email = $"{word}@example.org", name = word, roles = new[] { "viewer" } });
        // Of nothing that happens here: what a webhook worker writes would be a change.
        await AddAsync("endpoint", $"{ApiClient.Admin}/webhook-endpoints", new { url = "https://hooks.invalid/in", events = new[] { "provider.parked" } });
        await AddAsync("export", $"{ApiClient.Admin}/tenant/export", new { }, "exportId", HttpStatusCode.Accepted);
        ids["session"] = (await Api.GetAsync("/api/v1/auth/sessions")).GetProperty("items")[0].GetProperty("id").GetString()!;
        ids["tenant"] = Admin.Tenant.ToString();
        ids["recipient"] = word;
        await Api.ReadAsync(HttpMethod.Put, $"/api/v1/services/recipients/{word}", new { email = $"{word}@example.com" }, HttpStatusCode.Created);
        ids["topic"] = $"{word}-topic";
        await Api.ReadAsync(HttpMethod.Put, $"/api/v1/services/topics/{word}-topic", new { name = word }, HttpStatusCode.Created);
        // Somebody whose id is that of the device, so that both places in the path are filled by it.
        var device = database.Ids.Next();
        ids["device"] = device.ToString();
        await database.ExecuteAsync($"""
            insert into recipients (tenant_id, live, user_id, id, created_at, updated_at) values ('{Admin.Tenant}', true, '{device}', '{device}', now(), now());
            insert into recipient_devices (tenant_id, live, user_id, id, kind, token, created_at, last_seen_at) values ('{Admin.Tenant}', true, '{device}', '{device}', 1, 't-{device}', now(), now())
            """);
        await AddAsync("cancel", $"{ApiClient.Notifications}/cancel", new { filter = new { reference = word } }, "jobId", HttpStatusCode.Accepted);
        ids["erasure"] = Guid.NewGuid().ToString();
        var erased = database.Ids.Next();
        ids["personErasure"] = erased.ToString();
        await database.ExecuteAsync($"""
            insert into recipient_erasures (tenant_id, id, live, digest, requested_at, asked_at, sweep_began, finished_at)
            values ('{Admin.Tenant}', '{erased}', true, sha256('{erased}'), now(), now(), now(), now())
            """);
        await FillQueueAsync(database);
    }

    /// <summary>What is sent, as far as it comes by itself: all of it waits for its time.</summary>
    private async Task FillQueueAsync(TestDatabase database)
    {
        var later = TimeProvider.System.GetUtcNow().AddHours(3).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var content = new { subject = "Hello", text = "Hello" };
        async Task<string> SentAsync() => (await Api.ReadAsync(
            HttpMethod.Post, $"{ApiClient.Notifications}/send", new { channel = "email", content, recipient = new { email = "ann@example.com" }, sendAt = later }, HttpStatusCode.Accepted)).GetProperty("id").GetString()!;
        ids["notification"] = await SentAsync();
        ids["delivery"] = (await database.ScalarAsync<Guid>($$"""
            with failed as (
                update deliveries set status = {status.failed}, timeline_seq = timeline_seq + 1, failure_kind = {failure.permanent}, failure_code = 'x', failure_message = 'x'
                where tenant_id = '{{Admin.Tenant}}' and id::text like left('{{await SentAsync()}}', 35) || '%' returning tenant_id, id, timeline_seq)
            insert into timeline (tenant_id, delivery_id, seq, status, at) select tenant_id, id, timeline_seq, {status.failed}, now() from failed returning delivery_id
            """)).ToString();
        ids["batch"] = (await Api.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send-batch", new { channel = "email", content, sendAt = later, notifications = new[] { new { recipient = new { email = "ann@example.com" } } } }, HttpStatusCode.Accepted))
            .GetProperty("batchId").GetString()!;
        ids["job"] = await UploadAsync($"{ApiClient.Notifications}/bulk/csv", Csv, ("template", ids["template"]), ("channel", "email"), ("sendAt", later));
        await EndedAsync($"{ApiClient.Notifications}/bulk/{ids["job"]}");
        ids["import"] = await UploadAsync($"{ApiClient.Admin}/users/csv", $"email,name,roles\n{ids["recipient"]}@example.net,Cy,viewer\n");
        await EndedAsync($"{ApiClient.Admin}/users/csv/{ids["import"]}");
        var item = database.Ids.Next();
        ids["item"] = item.ToString();
        await database.ExecuteAsync($$"""
            insert into inbox_users (tenant_id, user_id, version, unread, unseen) select tenant_id, user_id, 1, 1, 1 from users where id = '{{Admin.Id}}';
            insert into inbox_items (tenant_id, user_id, id, version, arrived_version, arrived_at, created_at, read_set_at, archived_set_at, priority, title, body)
            select tenant_id, user_id, '{{item}}', 1, 1, now(), now(), now(), now(), 2, 'Hello', 'Hello' from users where id = '{{Admin.Id}}'
            """);
        var (message, replay) = (database.Ids.Next(), database.Ids.Next());
        (ids["message"], ids["replay"]) = (message.ToString(), replay.ToString());
        await database.ExecuteAsync($$"""
            insert into webhook_messages (id, tenant_id, endpoint_id, event_id, type, subject, sequence, occurred_at, body, state, attempts, due_at, created_at, ended_at, live)
            values ('{{message}}', '{{Admin.Tenant}}', '{{ids["endpoint"]}}', 'evt_{{message:N}}', 'batch.completed', '{{message}}', 1, now(), '{}', 3, 1, now(), now(), now(), true);
            insert into webhook_replays (tenant_id, id, endpoint_id, mode, since, until, reached, state, created_at, live)
            values ('{{Admin.Tenant}}', '{{replay}}', '{{ids["endpoint"]}}', 1, now(), now(), now(), 2, now(), true)
            """);
    }

    private async Task<string> UploadAsync(string path, string csv, params (string Name, string Value)[] fields)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields)
            form.Add(new StringContent(value), name);
        form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(csv)), "file", "file.csv");
        return (await Api.ReadAsync(HttpMethod.Post, path, form, HttpStatusCode.Accepted)).GetProperty("jobId").GetString()!;
    }

    private Task<JsonElement> EndedAsync(string path) =>
        Eventually.ValueAsync(() => Api.GetAsync(path), static job => job.GetProperty("status").GetString() == "completed", TimeSpan.FromSeconds(90));

    [GeneratedRegex("\\{[^}]*\\}")]
    private static partial Regex Parameter();

    [GeneratedRegex("\\{(version|a|b)\\}")]
    private static partial Regex Version();
}
