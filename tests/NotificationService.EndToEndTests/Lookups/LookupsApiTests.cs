using System.Net;
using System.Text.Json;
using NotificationService.Batches;
using NotificationService.BulkJobs;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Deliveries.Receipts;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Events;
using NotificationService.Recipients;
using NotificationService.Tenants;
using NotificationService.Users.Imports;
using NotificationService.Webhooks;

namespace NotificationService.EndToEndTests.Lookups;

/// <summary>Choice lists: what the service brings, in two languages and complete, and what a tenant adds for itself.</summary>
public sealed class LookupsApiTests(SignInInProcess running) : IClassFixture<SignInInProcess>
{
    private const string Root = "/api/v1/admin/lookups";

    private readonly SignInService service = running.Service;

    [Fact]
    public async Task No_value_of_the_code_is_missing_in_the_lists()
    {
        var admin = await service.RegisterAsync();
        var lists = (await ItemsAsync(admin, Root)).ToLookup(item => item.GetProperty("type").GetString(), item => item.GetProperty("code").GetString());
        (string Type, IEnumerable<string> Codes)[] expected =
        [
            ("channel", ChannelKinds.All.Select(value => value.ToName())),
            ("delivery_status", Enum.GetValues<DeliveryStatus>().Select(value => value.ToName())),
            ("batch_status", Enum.GetNames<BatchStatus>().Select(name => name.ToLowerInvariant())),
            ("bulk_job_status", Enum.GetValues<BulkJobState>().Select(value => value.ToName())),
            ("priority", Enum.GetValues<Priority>().Select(value => value.ToName())),
            ("failure_kind", Enum.GetValues<FailureKind>().Select(value => value.ToName())),
            ("attempt_outcome", Enum.GetValues<AttemptOutcome>().Select(value => value.ToName())),
            ("suppression_reason", Enum.GetValues<SuppressionReason>().Select(value => value.ToName())),
            ("receipt_kind", Enum.GetValues<ReceiptKind>().Select(value => value.ToName())),
            ("receipt_state", Enum.GetValues<ReceiptState>().Select(value => value.ToName())),
            ("webhook_message_status", Enum.GetValues<MessageState>().Select(value => value.ToName())),
            ("webhook_payload", Enum.GetNames<WebhookPayload>().Select(name => name.ToLowerInvariant())),
            ("event_type", EventTypes.ForEndpoints),
            ("scope", Scopes.All),
            ("role", UserRoles.All),
            ("user_status", Enum.GetNames<UserStatus>().Select(name => name.ToLowerInvariant())),
            ("tenant_status", new[] { TenantStatus.Active, TenantStatus.Suspended }.Select(value => value.ToString().ToLowerInvariant())),
            ("user_import_row_status", Enum.GetNames<UserImportState>().Select(name => name.ToLowerInvariant())),
            ("strategy", Enum.GetNames<Strategy>().Select(name => name.ToLowerInvariant())),
            ("actor_kind", Enum.GetNames<CallerKind>().Select(name => name == nameof(CallerKind.User) ? "user" : "service_account")),
            ("failure_code", ["address_missing", "no_provider", "sending_domain_forbidden", "devices_given_up", "template_unreadable", "poison", "ambiguous"]),
            ("provider_type", await ProviderTypesAsync(admin)),
        ];

        foreach (var (type, codes) in expected)
            codes.Except(lists[type]!).ShouldBeEmpty($"a new migration adds these to the list {type} of system_lookups");
        lists.Count.ShouldBeGreaterThan(20);
        lists["country"].Count().ShouldBe(249);
    }

    /// <summary>As the service names them to whoever gives none of them.</summary>
    private async Task<IEnumerable<string>> ProviderTypesAsync(SignInService.Person admin)
    {
        var types = new List<string>();
        foreach (var channel in ChannelKinds.All)
        {
            using var refused = await service.PostAsync("/api/v1/admin/providers", new { channel = channel.ToName(), type = "none", name = "None" }, admin.AccessToken);
            var message = (await SignInService.ReadAsync(refused)).GetProperty("errors")[0].GetProperty("message").GetString()!;
            types.AddRange(message["must be one of ".Length..message.IndexOf(" for the channel", StringComparison.Ordinal)].Split(", "));
        }

        types.Count.ShouldBeGreaterThan(7);
        return types.Distinct();
    }

    [Fact]
    public async Task Every_value_has_a_label_in_English_and_French_and_is_answered_in_the_language_that_is_asked_for()
    {
        var admin = await service.RegisterAsync();

        (await ItemsAsync(admin, Root)).Where(item => !item.GetProperty("labels").TryGetProperty("en", out _) || !item.GetProperty("labels").TryGetProperty("fr", out _)).ShouldBeEmpty();
        (await LabelAsync("?type=country&locale=fr-CA")).ShouldBe("Allemagne");
        (await LabelAsync("?type=country&locale=de")).ShouldBe("Germany");
        (await LabelAsync("?type=country")).ShouldBe("Germany");

        async Task<string?> LabelAsync(string query) => (await ItemsAsync(admin, Root + query)).Single(item => item.GetProperty("code").GetString() == "DE").GetProperty("label").GetString();
    }

    [Fact]
    public async Task A_tenant_adds_changes_and_deletes_its_own_and_no_other_tenant_sees_them()
    {
        var (admin, other) = (await service.RegisterAsync(), await service.RegisterAsync());
        var (status, made) = await SendAsync(admin, HttpMethod.Post, Root, new { type = "department", code = "sales", labels = new { en = "Sales", fr = "Ventes" }, order = 2 });
        status.ShouldBe(HttpStatusCode.Created);
        var path = $"{Root}/{made.GetProperty("id").GetGuid()}";

        (await SendAsync(admin, HttpMethod.Post, Root, new { type = "department", code = "sales", labels = new { en = "Again" } })).Status.ShouldBe(HttpStatusCode.Conflict);
        (await SendAsync(admin, HttpMethod.Post, Root, new { type = "channel", code = "email", labels = new { en = "Mine" } })).Status.ShouldBe(HttpStatusCode.Conflict);
        (await SendAsync(admin, HttpMethod.Patch, path, new { active = false })).Body.GetProperty("active").GetBoolean().ShouldBeFalse();
        (await ItemsAsync(admin, $"{Root}?type=department&locale=fr")).ShouldHaveSingleItem().GetProperty("label").GetString().ShouldBe("Ventes");
        (await ItemsAsync(other, $"{Root}?type=department")).ShouldBeEmpty();
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Patch, HttpMethod.Delete])
            (await SendAsync(other, method, path, method == HttpMethod.Patch ? new { active = true } : null)).Status.ShouldBe(HttpStatusCode.NotFound);

        (await SendAsync(admin, HttpMethod.Delete, path, null)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await SendAsync(admin, HttpMethod.Delete, path, null)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await service.Database.QueryAsync<string>($"select action from audit_log where tenant_id = '{admin.Tenant}' and action like 'lookup.%' order by sequence"))
            .ShouldBe(["lookup.created", "lookup.changed", "lookup.removed"]);
    }

    [Fact]
    public async Task What_has_not_changed_is_304()
    {
        var admin = await service.RegisterAsync();
        foreach (var path in (string[])[Root, $"{Root}?type=channel&locale=fr", "/api/v1/admin/lookup-types"])
        {
            using var first = await service.GetAsync(path, admin.AccessToken);
            var tag = first.Headers.ETag.ShouldNotBeNull();
            (await WithTagAsync(path, tag.ToString())).ShouldBe(HttpStatusCode.NotModified);
            (await WithTagAsync(path, "\"other\"")).ShouldBe(HttpStatusCode.OK);
        }

        using var before = await service.GetAsync(Root, admin.AccessToken);
        await SendAsync(admin, HttpMethod.Post, Root, new { type = "department", code = "x", labels = new { en = "X" } });
        (await WithTagAsync(Root, before.Headers.ETag!.ToString())).ShouldBe(HttpStatusCode.OK);

        async Task<HttpStatusCode> WithTagAsync(string path, string tag)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Authorization = new("Bearer", admin.AccessToken);
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
            using var response = await service.Client.SendAsync(request);
            return response.StatusCode;
        }
    }

    [Theory]
    [InlineData("""{}""", "/type", "/code", "/labels")]
    [InlineData("""{"type":"A b","code":"x y","labels":{}}""", "/type", "/code", "/labels")]
    [InlineData("""{"type":"a","code":"x","labels":{"english":"X"}}""", "/labels/english")]
    [InlineData("""{"type":"a","code":"x","labels":{"en":""}}""", "/labels/en")]
    [InlineData("""{"type":"a","code":"x","labels":{"en":"a\u0000b"}}""", "/labels/en")]
    [InlineData("""{"type":"a","code":"x","labels":{"en":"X"},"order":-1}""", "/order")]
    public async Task A_value_that_could_not_be_is_refused_field_by_field(string body, params string[] pointers)
    {
        var (status, problem) = await SendAsync(await service.RegisterAsync(), HttpMethod.Post, Root, JsonElement.Parse(body));

        status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("pointer").GetString()).ShouldBe(pointers);
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(SignInService.Person person, HttpMethod method, string path, object? body)
    {
        using var response = await service.As(person.AccessToken).SendAsync(method, path, body);
        return (response.StatusCode, response.StatusCode == HttpStatusCode.NoContent ? default : await SignInService.ReadAsync(response));
    }

    private async Task<IReadOnlyList<JsonElement>> ItemsAsync(SignInService.Person person, string path)
    {
        using var response = await service.GetAsync(path, person.AccessToken);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return [.. (await SignInService.ReadAsync(response)).GetProperty("items").EnumerateArray()];
    }
}
