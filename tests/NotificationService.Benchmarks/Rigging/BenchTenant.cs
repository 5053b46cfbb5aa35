using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace NotificationService.Benchmarks.Rigging;

/// <summary>A tenant with a service account, the fake provider and the template, made through the public API.</summary>
internal sealed record BenchTenant(string Key, string Token, Guid Id)
{
    public const string ReceiptSecret = "a secret of the benchmark";

    /// <summary>The provider that reports.</summary>
    public Guid Reporter { get; private init; }

    private const string Admin = "Benchmark-admin-1!";

    /// <summary>Copies the tenant's newest notification <c>$count</c> times. Ids are UUIDv7 that end with their channel, as the service makes them.</summary>
    public const string CopyTheLast =
        """
        with one as materialized (select * from notifications where tenant_id = '$tenant' order by id desc limit 1),
        copies as materialized (
            select g, (lpad(to_hex((extract(epoch from now()) * 1000)::bigint - $count / 10 + g / 10), 12, '0') || '7' || substr(md5(g::text), 1, 3)
                || '8' || substr(md5('$tenant' || g), 1, 14)) as prefix
            from generate_series(1, $count) g),
        stored as (
            insert into notifications (id, tenant_id, account_id, live, template_id, template_version, category, priority, recipient, data, created_at)
            select (prefix || '0')::uuid, tenant_id, account_id, live, template_id, template_version, category, priority,
                json_build_object('email', 'user' || g || '@example.com'), data, now()
            from copies, one order by prefix),
        queued as (
            insert into deliveries (id, tenant_id, channel, priority, status, due_at)
            select (prefix || '1')::uuid, tenant_id, 1, priority, 20, now() - interval '1 minute' + g * interval '1 microsecond' from copies, one order by prefix)
        insert into timeline (delivery_id, seq, tenant_id, status, at)
        select (prefix || '1')::uuid, 1, tenant_id, 20, now() from copies, one order by prefix
        """;

    /// <summary>
    /// Copies the tenant's newest notification <c>$count</c> times as what was sent before, three milliseconds apart, the last a minute ago: what a
    /// service that has run for a while has stored.
    /// </summary>
    public const string CopyTheLastAsSent =
        """
        with one as materialized (
            select n.*, d.provider_id as sent_by from notifications n join deliveries d on d.id > n.id and d.id <= overlay(n.id::text placing 'f' from 36)::uuid
            where n.tenant_id = '$tenant' and d.status in (40, 50) order by n.id desc limit 1),
        copies as materialized (
            select g, now() - interval '1 minute' - ($count - g) * interval '3 ms' as at, (lpad(to_hex((extract(epoch from now()) * 1000)::bigint - 60000 - ($count - g) * 3), 12, '0')
                || '7' || substr(md5(g::text), 1, 3) || '8' || substr(md5('$tenant' || g), 1, 14)) as prefix
            from generate_series(1, $count) g),
        stored as (
            insert into notifications (id, tenant_id, account_id, live, template_id, template_version, category, priority, recipient, data, created_at)
            select (prefix || '0')::uuid, tenant_id, account_id, live, template_id, template_version, category, priority,
                json_build_object('email', 'user' || g || '@example.com'), data, at
            from copies, one order by prefix),
        sent as (
            insert into deliveries (id, tenant_id, channel, priority, status, claims, attempts, timeline_seq, due_at, provider_id, provider_message_id)
            select (prefix || '1')::uuid, tenant_id, 1, priority, 40, 1, 1, 3, at, sent_by, 'm-' || g from copies, one order by prefix),
        attempt as (
            insert into attempts (delivery_id, number, tenant_id, provider_id, outcome, started_at, finished_at, provider_message_id)
            select (prefix || '1')::uuid, 1, tenant_id, sent_by, 1, at, at, 'm-' || g from copies, one order by prefix)
        insert into timeline (delivery_id, seq, tenant_id, status, at)
        select (prefix || '1')::uuid, seq, tenant_id, 10 + 10 * seq, at from copies, one, generate_series(1, 3) seq order by prefix, seq
        """;

    /// <summary>A template more, of one e-mail.</summary>
    public async Task AddTemplateAsync(HttpClient client, string template, string subject, string html)
    {
        var signedIn = await PostAsync(client, null, "api/v1/auth/login", new { email = $"admin@{Key}.example", password = Admin });
        var admin = signedIn.GetProperty("accessToken").GetString();
        await PostAsync(client, admin, "api/v1/admin/templates", new { key = template, name = template, contents = new { email = new { en = new { subject, html } } } });
        await PostAsync(client, admin, $"api/v1/admin/templates/{template}/publish", new { version = 1 });
    }

    /// <summary>So many templates, one after the other, saved and published; the seconds that it took.</summary>
    public async Task<double> SaveTemplatesAsync(HttpClient client, string prefix, int count, string html)
    {
        var signedIn = await PostAsync(client, null, "api/v1/auth/login", new { email = $"admin@{Key}.example", password = Admin });
        var admin = signedIn.GetProperty("accessToken").GetString();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < count; i++)
        {
            var key = $"{prefix}-{i}";
            await PostAsync(client, admin, "api/v1/admin/templates", new { key, name = key, contents = new { email = new { en = new { subject = key, html } } } });
            await PostAsync(client, admin, $"api/v1/admin/templates/{key}/publish", new { version = 1 });
        }

        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>A webhook endpoint.</summary>
    public async Task AddEndpointAsync(HttpClient client, Uri url, string[] events)
    {
        var signedIn = await PostAsync(client, null, "api/v1/auth/login", new { email = $"admin@{Key}.example", password = Admin });
        await PostAsync(client, signedIn.GetProperty("accessToken").GetString(), "api/v1/admin/webhook-endpoints", new { url, events });
    }

    /// <param name="client">For the API.</param>
    /// <param name="key">Of the tenant.</param>
    /// <param name="provider">The fake vendor; null: what is sent goes through the provider that reports.</param>
    public static async Task<BenchTenant> RegisterAsync(HttpClient client, string key, Uri? provider)
    {
        var registered = await PostAsync(
            client, null, "api/v1/auth/register-tenant",
            new { tenantName = key, tenantKey = key, starter = false, admin = new { email = $"admin@{key}.example", password = Admin, name = "Admin" } });
        var admin = registered.GetProperty("accessToken").GetString();
        var tenant = registered.GetProperty("user").GetProperty("tenantId").GetGuid();

        var account = await PostAsync(
            client, admin, "api/v1/admin/service-accounts", new { name = "load", scopes = (string[])["notifications:send", "notifications:read", "events:publish", "recipients:write"], mode = "live" });
        var token = await SignInAsync(client, account.GetProperty("clientId").GetString()!, account.GetProperty("clientSecret").GetString()!);
        if (provider is not null)
        {
            await PostAsync(client, admin, "api/v1/admin/providers", new
            {
                channel = "email",
                type = "sendgrid",
                name = "Fake SendGrid",
                priority = 1,
                weight = 100,
                enabled = true,
                credentials = new { apiKey = "SG.test" },
                settings = new { baseUrl = provider.ToString(), from = new { email = "noreply@shop.example", name = "Example Shop" } },
            });
        }

        // Behind the vendor, where there is one, so that nothing is sent by it: it only reports.
        var reporter = await PostAsync(client, admin, "api/v1/admin/providers", new
        {
            channel = "email",
            type = "sandbox",
            name = "Reporter",
            priority = 500,
            credentials = new { receiptSecret = ReceiptSecret },
        });
        await PostAsync(client, admin, "api/v1/admin/templates", new
        {
            key = "order-confirmation",
            name = "Order confirmation",
            contents = new { email = new { en = new { subject = "Your order {{orderId}}", html = await TemplateAsync() } } },
        });
        await PostAsync(client, admin, "api/v1/admin/templates/order-confirmation/publish", new { });
        return new BenchTenant(key, token, tenant) { Reporter = reporter.GetProperty("id").GetGuid() };
    }

    /// <summary>Tokens of people without a log-in, <c>{name}-0</c> and so on, who are in the group of that name.</summary>
    public async Task<string[]> PeopleAsync(HttpClient client, int count, string name)
    {
        var tokens = new string[count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (i, _) => tokens[i] = (await PostAsync(client, Token, $"api/v1/services/recipients/{name}-{i}/tokens", new { groups = (string[])[name], ttl = 3600 })).GetProperty("accessToken").GetString()!);
        return tokens;
    }

    /// <summary>A service account's token.</summary>
    public static async Task<string> SignInAsync(HttpClient client, string clientId, string clientSecret)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = clientId, ["client_secret"] = clientSecret });
        using var response = await client.PostAsync(new Uri("oauth/token", UriKind.Relative), form);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? JsonDocument.Parse(text).RootElement.GetProperty("access_token").GetString()!
            : throw new InvalidOperationException($"POST oauth/token answered {(int)response.StatusCode}: {text}");
    }

    private static async Task<string> TemplateAsync()
    {
        using var reader = new StreamReader(typeof(BenchTenant).Assembly.GetManifestResourceStream("order-confirmation.hbs")!);
        return await reader.ReadToEndAsync();
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string? token, string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = JsonContent.Create(body) };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? JsonElement.Parse(text)
            : throw new InvalidOperationException($"POST {path} answered {(int)response.StatusCode}: {text}");
    }
}
