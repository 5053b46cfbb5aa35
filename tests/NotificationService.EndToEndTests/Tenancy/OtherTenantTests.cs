using System.Text.Json;
using NotificationService.EndToEndTests.Http;
using NotificationService.EndToEndTests.SignIn;

namespace NotificationService.EndToEndTests.Tenancy;

/// <summary>What another tenant has is not there: on every documented route, in every list, and by every byte of the response.</summary>
public sealed class OtherTenantTests(SignInInProcess fixture) : IClassFixture<SignInInProcess>
{
    private const string MissingId = "01890a5d-ac96-774b-bcce-b302099a8057";
    private const string MissingKey = "there-is-none";

    /// <summary>It has no end; whom it serves has tests of its own.</summary>
    private const string EndlessStream = "/api/v1/users/me/events";

    /// <summary>Routes whose id is not looked for among what a tenant has, and why.</summary>
    private static readonly Dictionary<string, string> OfNoTenant = new()
    {
        ["/api/v1/services/recipients/{userId}/tokens"] = "anybody is a recipient: the id is the caller's own choice",
        ["/api/v1/services/recipients/{userId}/preferences"] = "the same: a person of whom nothing was saved has no opinion",
        ["/api/v1/services/recipients/{userId}/topics"] = "the same: a person who is subscribed to nothing has an empty list",
        ["/api/v1/admin/tenant-erasures/{id}"] = "who has the id may read the receipt, without a sign-in",
        ["/api/v1/admin/tenants/{id}"] = "for platform admins alone: 403, whatever the id",
        ["/api/v1/admin/tenants/{id}/elevate"] = "for platform admins alone: 403, whatever the id",
        ["/api/v1/admin/tenants/{id}/suspend"] = "for platform admins alone: 403, whatever the id",
        ["/api/v1/admin/tenants/{id}/resume"] = "for platform admins alone: 403, whatever the id",
    };

    /// <summary>Routes that make what their id names, each in its own tenant: the same id may be anybody's.</summary>
    private static readonly string[] Made = ["PUT /api/v1/services/recipients/{userId}", "DELETE /api/v1/services/recipients/{userId}", "PUT /api/v1/services/topics/{key}"];

    /// <summary>What goes on by itself, whoever calls: counts of batches are settled later.</summary>
    private static readonly string[] Moving = ["recent_sign_ins", "sign_in_places", "notices", "batches", "batch_counts", "batch_changes", "ledger_counts", "ledger_changes"];

    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task Another_tenants_id_gets_the_answer_of_one_that_never_was_on_every_documented_route_and_changes_nothing()
    {
        var (mine, theirs) = (await FilledTenant.CreateAsync(service), await FilledTenant.CreateAsync(service));
        var before = await StoredAsync(theirs);
        var routes = (await PublishedRoutes.ReadAsync(service.Client)).Operations.Where(route => route.Path.Contains('{', StringComparison.Ordinal)).ToList();

        var wrong = new List<string>();
        foreach (var (path, method, operation) in routes)
        {
            if (FilledTenant.KindOf(path) is not { } kind)
            {
                wrong.Add($"{method} {path}: name in {nameof(FilledTenant)} what kind of thing its id is");
                continue;
            }

            var body = PublishedRoutes.Example(operation);
            if (Made.Contains($"{method} {path}"))
            {
                var here = FilledTenant.Filled(path, theirs.Ids[kind], "");
                (await RespondAsync(mine, method, here, body, "")).ShouldStartWith(method == "PUT" ? "201 " : "202 ");
                (await RespondAsync(mine, "DELETE", here, null, "")).ShouldStartWith(kind == "topic" ? "204 " : "202 ");
                continue;
            }

            var missing = Guid.TryParse(theirs.Ids[kind], out _) ? MissingId : MissingKey;
            var expected = await RespondAsync(mine, method, FilledTenant.Filled(path, missing, mine.Ids["endpoint"]), body, missing);
            if (!expected.StartsWith(OfNoTenant.ContainsKey(path) ? "" : "404 ", StringComparison.Ordinal))
                wrong.Add($"{method} {path}: {expected} where nothing is");
            // An endpoint's own things are asked for at one's own endpoint and at theirs.
            foreach (var endpoint in new[] { mine.Ids["endpoint"], theirs.Ids["endpoint"] }.Distinct())
            {
                var response = await RespondAsync(mine, method, FilledTenant.Filled(path, theirs.Ids[kind], endpoint), body, theirs.Ids[kind]);
                if (response != expected)
                    wrong.Add($"{method} {path}: {response} where {expected} was expected");
            }
        }

        wrong.ShouldBeEmpty();
        routes.Count.ShouldBeGreaterThan(75);
        OfNoTenant.Keys.Except(routes.Select(route => route.Path)).ShouldBeEmpty();
        (await StoredAsync(theirs)).ShouldBe(before);
    }

    /// <summary>So that what is asked above is there for its own tenant.</summary>
    [Fact]
    public async Task Ones_own_id_is_found_on_every_route_that_reads()
    {
        var mine = await FilledTenant.CreateAsync(service);

        var wrong = new List<string>();
        foreach (var (path, method, _) in (await PublishedRoutes.ReadAsync(service.Client)).Operations
                     .Where(route => route.Method == "GET" && route.Path.Contains('{', StringComparison.Ordinal) && !OfNoTenant.ContainsKey(route.Path)))
        {
            var response = await RespondAsync(mine, method, FilledTenant.Filled(path, mine.Ids[FilledTenant.KindOf(path)!], mine.Ids["endpoint"]), null, "");
            if (!response.StartsWith("200 ", StringComparison.Ordinal))
                wrong.Add($"{method} {path}: {response}");
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task No_list_and_no_filter_of_one_tells_of_another_tenants_things()
    {
        var (mine, theirs) = (await FilledTenant.CreateAsync(service), await FilledTenant.CreateAsync(service));
        string[] words = [.. theirs.Ids.Values, theirs.Admin.Id.ToString(), theirs.Admin.Email, $"{theirs.Ids["recipient"]}@example.com"];

        var (wrong, asked) = (new List<string>(), 0);
        foreach (var (path, method, operation) in (await PublishedRoutes.ReadAsync(service.Client)).Operations.Where(route => route.Method == "GET" && !route.Path.Contains('{', StringComparison.Ordinal) && route.Path != EndlessStream))
        {
            foreach (var filter in PublishedRoutes.Filters(operation))
            {
                foreach (var word in words)
                {
                    var missing = Guid.TryParse(word, out _) ? MissingId : word.Contains('@', StringComparison.Ordinal) ? "nobody@example.com" : MissingKey;
                    var response = await RespondAsync(mine, method, $"{path}?{filter}={Uri.EscapeDataString(word)}", null, word);
                    var expected = await RespondAsync(mine, method, $"{path}?{filter}={Uri.EscapeDataString(missing)}", null, missing);
                    asked++;
                    if (response != expected)
                        wrong.Add($"{method} {path}?{filter}={word}: {response} where {expected} was expected");
                }
            }

            var all = await RespondAsync(mine, method, path, null, "…");
            wrong.AddRange(words.Where(word => all.Contains(word, StringComparison.Ordinal)).Select(word => $"{method} {path} says {word}"));
        }

        wrong.ShouldBeEmpty();
        asked.ShouldBeGreaterThan(500);
    }

    [Fact]
    public async Task Another_tenants_id_in_a_body_is_one_that_never_was()
    {
        var (mine, theirs) = (await FilledTenant.CreateAsync(service), await FilledTenant.CreateAsync(service));
        foreach (var (path, id, missing, body) in ((string, string, string, string)[])
            [
                ("/api/v1/services/notifications/send-chunk", theirs.Ids["batch"], MissingId, """{"batchId":"$","sequence":0,"notifications":[{"recipient":{"email":"ann@example.com"}}]}"""),
                ("/api/v1/services/notifications/send", theirs.Ids["template"], MissingKey, """{"template":"$","channel":"email","recipient":{"email":"ann@example.com"},"data":{"orderId":"1"}}"""),
                ("/api/v1/admin/event-rules", theirs.Ids["template"], MissingKey, """{"type":"com.example.x","template":"$","channels":["email"],"recipient":{"email":"data.mail"}}"""),
                ("/api/v1/admin/templates", theirs.Ids["layout"], MissingKey, """{"key":"a","name":"A","layout":"$","contents":{"email":{"en":{"subject":"A","html":"<p>A</p>"}}}}"""),
                ("/api/v1/admin/templates", theirs.Ids["partial"], MissingKey, """{"key":"a","name":"A","contents":{"email":{"en":{"subject":"A","html":"{{> $}}"}}}}"""),
            ])
        {
            var expected = await RespondAsync(mine, "POST", path, body.Replace("$", missing, StringComparison.Ordinal), missing);
            expected[0].ShouldBe('4', expected);
            (await RespondAsync(mine, "POST", path, body.Replace("$", id, StringComparison.Ordinal), id)).ShouldBe(expected, path);
        }
    }

    /// <summary>Status and body, without what is different every time and without the id that was asked for.</summary>
    private static async Task<string> RespondAsync(FilledTenant caller, string method, string path, string? body, string id)
    {
        using var response = await caller.Api.SendAsync(new HttpMethod(method), path, body);
        var text = await SignInService.BodyWithoutTraceAsync(response);
        return $"{(int)response.StatusCode} {(id.Length == 0 ? text : text.Replace(id, "…", StringComparison.Ordinal))}";
    }

    /// <summary>Every row of a tenant, in short.</summary>
    private async Task<IReadOnlyList<string>> StoredAsync(FilledTenant tenant)
    {
        var stored = new List<string>();
        foreach (var table in await service.Database.QueryAsync<string>(
                     "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and not c.relispartition order by 1"))
        {
            if (!Moving.Contains(table))
                stored.Add($"{table} {await service.Database.ScalarAsync<string>($"select count(*) || ' ' || coalesce(md5(string_agg(t::text, e'\n' order by t::text)), '') from {table} t where tenant_id = '{tenant.Admin.Tenant}'")}");
        }

        stored.Add(await service.Database.ScalarAsync<string>($"select string_agg(concat_ws(' ', id, state, held, closed_at), ', ' order by id) from batches where tenant_id = '{tenant.Admin.Tenant}'"));
        return stored;
    }
}
