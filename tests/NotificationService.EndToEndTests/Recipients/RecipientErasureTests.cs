using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NotificationService.Deliveries.Receipts;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Recipients;

/// <summary>A person who is erased stands nowhere any more, what waited for the person is not sent, and everybody else's things stay.</summary>
public sealed class RecipientErasureTests(RecipientErasureTests.Fixture fixture) : IClassFixture<RecipientErasureTests.Fixture>
{
    private const string Root = DirectoryTenant.Root;
    private const string Erasures = "/api/v1/services/erasures";
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(120);

    private readonly SignInService service = fixture.SignIn;

    [Fact]
    public async Task After_a_full_life_no_column_of_the_database_names_the_person_and_another_person_is_untouched()
    {
        var tenant = await TenantAsync();
        var (ann, bob) = (new Person("zq7731"), new Person("wk4412"));
        foreach (var person in (Person[])[ann, bob])
            await LiveAsync(tenant, person);
        var (before, ofBob) = (await TracesAsync(ann.Words), await TracesAsync(bob.Words));
        before.Count.ShouldBeGreaterThan(8, string.Join(", ", before));

        var id = (await tenant.Live.ReadAsync(HttpMethod.Delete, $"{Root}/{ann.UserId}", expected: HttpStatusCode.Accepted)).GetProperty("erasureId").GetGuid();
        var receipt = await DoneAsync(tenant.Live, id);

        // What was sent to an address alone is looked for by the address; the list of suppressed addresses is what keeps it from being written to.
        (await TracesAsync(ann.Words)).Select(trace => trace.Split(' ')[0]).Except(["suppressions"]).ShouldBeEmpty();
        // Of the other person nothing but what has gone by itself since.
        (await TracesAsync(bob.Words)).Select(trace => trace.Split(' ')[0]).ShouldBe(ofBob.Select(trace => trace.Split(' ')[0]), ignoreOrder: true);
        receipt.GetProperty("counts").GetProperty("notifications").GetInt64().ShouldBe(10);
        receipt.GetProperty("counts").GetProperty("bulkRows").GetInt64().ShouldBe(1);
        receipt.GetProperty("counts").GetProperty("inboxItems").GetInt64().ShouldBe(1);
        receipt.GetProperty("counts").GetProperty("directory").GetInt64().ShouldBe(1);
        receipt.GetProperty("counts").GetProperty("cancelled").GetInt64().ShouldBe(1);
        receipt.GetProperty("counts").GetProperty("subscriptions").GetInt64().ShouldBe(2);
        (await tenant.Live.GetAsync("/api/v1/services/topics/news")).GetProperty("subscribers").GetInt64().ShouldBe(1);
        (await service.Database.ScalarAsync<long>($"select subscriptions from topic_directories where tenant_id = '{tenant.Admin.Tenant}'")).ShouldBe(2);
        receipt.ToString().ShouldNotContain(ann.UserId);
        VerifiesBy(receipt).ShouldBeTrue();
    }

    [Fact]
    public async Task What_waits_for_the_person_ends_as_cancelled_and_says_why()
    {
        var tenant = await TenantAsync();
        var ann = new Person("qa1190");
        var id = await SentAsync(tenant.Live, new { channel = "email", content = new { subject = "Hello", text = "Hello" }, recipient = new { userId = ann.UserId, email = ann.Email }, sendAt = Later(), reference = "order-1" });

        await DoneAsync(tenant.Live, (await tenant.Live.ReadAsync(HttpMethod.Delete, $"{Root}/{ann.UserId}", expected: HttpStatusCode.Accepted)).GetProperty("erasureId").GetGuid());

        var shown = await tenant.Live.NotificationAsync(id);
        (shown.GetProperty("status").GetString(), shown.GetProperty("reference").GetString()).ShouldBe(("cancelled", "order-1"));
        (await tenant.Live.TimelineAsync(id)).ToString().ShouldContain("recipient_erased");
        (await tenant.Live.GetAsync($"{ApiClient.Notifications}/{id}/explain")).ToString().ShouldContain("the recipient was erased");
    }

    [Fact]
    public async Task Asked_for_again_it_is_the_same_one_while_it_goes_on_and_afterwards_a_new_one_that_finds_nothing()
    {
        var tenant = await TenantAsync();
        var ann = new Person("rp5520");
        await SentAsync(tenant.Live, new { channel = "email", content = new { subject = "Hello", text = "Hello" }, recipient = new { userId = ann.UserId, email = ann.Email }, sendAt = Later() });
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++)
            ids.Add((await tenant.Live.ReadAsync(HttpMethod.Delete, $"{Root}/{ann.UserId}", expected: HttpStatusCode.Accepted)).GetProperty("erasureId").GetGuid());
        ids.Distinct().Count().ShouldBe(1);
        var first = await DoneAsync(tenant.Live, ids[0]);

        var second = await DoneAsync(tenant.Live, (await tenant.Live.ReadAsync(HttpMethod.Delete, $"{Root}/{ann.UserId}", expected: HttpStatusCode.Accepted)).GetProperty("erasureId").GetGuid());

        (first.GetProperty("counts").GetProperty("notifications").GetInt64(), second.GetProperty("counts").ToString()).ShouldBe((1, "{}"));
        second.GetProperty("recipientDigest").GetString().ShouldBe(first.GetProperty("recipientDigest").GetString());
        second.GetProperty("id").GetGuid().ShouldNotBe(ids[0]);
    }

    [Fact]
    public async Task A_test_account_erases_what_is_of_the_test_mode_and_nothing_that_is_live()
    {
        var tenant = await TenantAsync();
        var ann = new Person("tm3307");
        var body = new { channel = "email", content = new { subject = "Hello", text = "Hello" }, recipient = new { userId = ann.UserId, email = ann.Email }, sendAt = Later() };
        var (live, test) = (await SentAsync(tenant.Live, body), await SentAsync(tenant.Test, body));
        await tenant.KeepAsync(ann.UserId, new { email = ann.Email });
        await tenant.Test.ReadAsync(HttpMethod.Put, $"{Root}/{ann.UserId}", new { email = ann.Email }, HttpStatusCode.Created);
        await tenant.Live.ReadAsync(HttpMethod.Put, $"{Root}/{ann.UserId}/preferences", new { channels = new { sms = false } });

        var id = (await tenant.Test.ReadAsync(HttpMethod.Delete, $"{Root}/{ann.UserId}", expected: HttpStatusCode.Accepted)).GetProperty("erasureId").GetGuid();
        (await DoneAsync(tenant.Test, id)).GetProperty("mode").GetString().ShouldBe("test");

        (await tenant.Live.NotificationAsync(live)).GetProperty("recipient").GetProperty("email").GetString().ShouldBe(ann.Email);
        (await tenant.Test.NotificationAsync(test)).GetProperty("status").GetString().ShouldBe("cancelled");
        (await tenant.FindAsync(ann.UserId)).GetProperty("email").GetString().ShouldBe(ann.Email);
        await tenant.Test.ReadAsync(HttpMethod.Get, $"{Root}/{ann.UserId}", expected: HttpStatusCode.NotFound);
        (await tenant.Live.GetAsync($"{Root}/{ann.UserId}/preferences")).ToString().ShouldContain("sms");
        await tenant.Live.ReadAsync(HttpMethod.Get, $"{Erasures}/{id}", expected: HttpStatusCode.NotFound);
        (await tenant.Person.GetAsync($"{Erasures}/{id}")).GetProperty("status").GetString().ShouldBe("done");
    }

    [Fact]
    public async Task Rows_of_a_file_that_has_not_been_sent_yet_are_emptied_and_become_nothing()
    {
        var tenant = await TenantAsync();
        var (ann, bob) = (new Person("fr8814"), new Person("fs2046"));
        var job = await UploadAsync(tenant, $"userId,email,name,value\n{ann.UserId},{ann.Email},{ann.Name},{ann.Value}\n{bob.UserId},{bob.Email},{bob.Name},{bob.Value}\n", ("sendAt", Later()));

        var receipt = await DoneAsync(tenant.Live, (await tenant.Live.ReadAsync(HttpMethod.Delete, $"{Root}/{ann.UserId}", expected: HttpStatusCode.Accepted)).GetProperty("erasureId").GetGuid());

        receipt.GetProperty("counts").GetProperty("bulkRows").GetInt64().ShouldBe(1);
        (await TracesAsync(ann.Words)).ShouldBeEmpty();
        var results = await tenant.Live.SendAsync(HttpMethod.Get, $"{ApiClient.Notifications}/bulk/{job}/results.csv");
        var text = await results.Content.ReadAsStringAsync();
        text.ShouldContain(bob.Email);
        text.ShouldNotContain(ann.Email);
    }

    [Fact]
    public async Task Reports_that_fit_no_delivery_go_in_both_modes_for_a_live_account_and_for_a_test_account_in_its_own()
    {
        var tenant = await TenantAsync();
        var (ann, bob) = (new Person("ur1188"), new Person("us2299"));
        foreach (var person in (Person[])[ann, bob])
        {
            await tenant.KeepAsync(person.UserId, new { email = person.Email });
            await tenant.Test.ReadAsync(HttpMethod.Put, $"{Root}/{person.UserId}", new { email = person.Email }, HttpStatusCode.Created);
            await service.Database.ExecuteAsync($"""
                insert into receipts (tenant_id, provider_id, dedupe_hash, id, kind, state, live, address, raw, occurred_at, received_at, next_try_at, flags)
                select '{tenant.Admin.Tenant}', '{tenant.Admin.Tenant}', sha256(('{person.Word}' || live)::bytea), gen_random_uuid(), 1,
                    {(short)ReceiptState.Unmatched}, live, upper('{person.Email}'), '{person.Word}', now(), now(), now() + interval '1 day', 0
                from unnest(array[true, false]) live
                """);
        }

        await DoneAsync(tenant.Live, (await tenant.Live.ReadAsync(HttpMethod.Delete, $"{Root}/{ann.UserId}", expected: HttpStatusCode.Accepted)).GetProperty("erasureId").GetGuid());
        await DoneAsync(tenant.Test, (await tenant.Test.ReadAsync(HttpMethod.Delete, $"{Root}/{bob.UserId}", expected: HttpStatusCode.Accepted)).GetProperty("erasureId").GetGuid());

        (await service.Database.QueryAsync<string>($"select live || ' ' || address from receipts where tenant_id = '{tenant.Admin.Tenant}' and address is not null"))
            .ShouldBe([$"true {bob.Email.ToUpperInvariant()}"]);
    }

    [Theory]
    [InlineData("%20")]
    [InlineData("a%0Ab")]
    public async Task What_is_no_userId_is_refused_and_nothing_is_begun(string userId)
    {
        var tenant = await TenantAsync();

        using var response = await tenant.Live.SendAsync(HttpMethod.Delete, $"{Root}/{userId}");

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await response.Content.ReadAsStringAsync()).ShouldContain("/path/userId");
        (await service.Database.ScalarAsync<long>($"select count(*) from recipient_erasures where tenant_id = '{tenant.Admin.Tenant}'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_tenant_with_too_many_that_go_on_is_asked_to_wait()
    {
        var tenant = await TenantAsync();
        await service.Database.ExecuteAsync($"""
            insert into recipient_erasures (tenant_id, id, live, digest, user_id, addresses, requested_at, asked_at, sweep_began, worked_until)
            select '{tenant.Admin.Tenant}', gen_random_uuid(), true, sha256(g::text::bytea), 'u-' || g, '{"{}"}', now(), now(), now(), 'infinity' from generate_series(1, 1000) g
            """);

        using var response = await tenant.Live.SendAsync(HttpMethod.Delete, $"{Root}/anybody");

        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        response.Headers.RetryAfter.ShouldNotBeNull();
        (await response.Content.ReadAsStringAsync()).ShouldContain("too_many_erasures");
    }

    internal static (string Name, string Value) Settles { get; } = ("Notification__Retention__ErasureSettles", "00:00:02");

    internal static async Task<JsonElement> DoneAsync(ApiClient api, Guid id) =>
        await Eventually.ValueAsync(() => api.GetAsync($"{Erasures}/{id}"), read => read.GetProperty("status").GetString() == "done", Ample);

    private async Task<DirectoryTenant> TenantAsync()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        foreach (var channel in (string[])["email", "sms", "push", "in_app"])
            await tenant.Person.CreateProviderAsync(new { channel, type = channel == "in_app" ? "in_app" : "sandbox", name = channel });
        await tenant.Person.PublishTemplateAsync("order", new
        {
            key = "order",
            name = "Order",
            contents = new
            {
                email = new { en = new { subject = "For {{name}}", html = "<p>{{value}}</p>", text = "{{value}}" } },
                sms = new { en = new { text = "{{value}}" } },
                push = new { en = new { title = "Hello", body = "{{value}}" } },
                in_app = new { en = new { title = "Hello", body = "{{value}}" } },
            },
        });
        return tenant;
    }

    /// <summary>Something of each kind that is kept of a person.</summary>
    private static async Task LiveAsync(DirectoryTenant tenant, Person person)
    {
        await tenant.Person.CreateWebhookEndpointAsync(new { url = "https://hooks.invalid/in", events = new[] { "delivery.*" }, payload = "full" });
        await tenant.KeepAsync(person.UserId, new { name = person.Name, email = person.Email, phone = person.Phone, attributes = new { note = person.Value }, tags = new[] { $"{person.Word}-tag" } });
        await tenant.NoteDeviceAsync(person.UserId, $"{person.Word}-device");
        await tenant.Live.ReadAsync(HttpMethod.Put, $"{Root}/{person.UserId}/preferences", new { channels = new { whatsapp = false } });
        foreach (var topic in (string[])["news", "news%2Fsport"])
        {
            (await tenant.Live.SendAsync(HttpMethod.Put, $"/api/v1/services/topics/{topic}", new { name = "News" })).Dispose();
            await tenant.Live.ReadAsync(HttpMethod.Post, $"/api/v1/services/topics/{topic}/subscribers", new { userIds = new[] { person.UserId } });
        }

        var data = new { name = person.Name, value = person.Value };
        object Send(string channel, string? email = null, string? sendAt = null) =>
            new { template = "order", channel, recipient = new { userId = person.UserId, name = person.Name, email = email ?? person.Email, phone = person.Phone, deviceTokens = new[] { $"{person.Word}-device" } }, data, metadata = new { note = person.Value }, sendAt };
        var sent = new List<Guid>();
        foreach (var channel in (string[])["email", "sms", "push", "in_app"])
            sent.Add(await SentAsync(tenant.Live, Send(channel)));
        sent.Add(await SentAsync(tenant.Live, Send("email", $"{person.Word}+bounce@example.com")));
        sent.Add(await SentAsync(tenant.Live, Send("email", $"{person.Word}+fail@example.com")));
        // To an address alone.
        sent.Add(await SentAsync(tenant.Live, new { template = "order", channel = "email", recipient = new { email = person.Email.ToUpperInvariant() }, data }));
        var batch = await tenant.Live.ReadAsync(
            HttpMethod.Post, $"{ApiClient.Notifications}/send-batch", new { template = "order", channel = "email", notifications = new[] { new { recipient = new { userId = person.UserId, email = person.Email }, data } }, final = true },
            HttpStatusCode.Accepted, key: $"{person.Word}-key");
        await UploadAsync(tenant, $"userId,email,name,value\n{person.UserId},{person.Email},{person.Name},{person.Value}\n");
        foreach (var id in sent)
            await Eventually.TrueAsync(async () => (await tenant.Live.NotificationAsync(id)).GetProperty("status").GetString() is "delivered" or "bounced" or "failed" or "read", Ample);
        await Eventually.TrueAsync(
            async () => (await tenant.Live.GetAsync($"{ApiClient.Notifications}/batches/{batch.GetProperty("batchId").GetString()}")).GetProperty("status").GetString() == "completed", Ample);
        await SentAsync(tenant.Live, Send("email", sendAt: Later()));
    }

    private static async Task<Guid> SentAsync(ApiClient api, object body) =>
        (await api.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send", body, HttpStatusCode.Accepted)).GetProperty("id").GetGuid();

    private static async Task<string> UploadAsync(DirectoryTenant tenant, string csv, params (string Name, string Value)[] more)
    {
        using var form = new MultipartFormDataContent { { new StringContent("order"), "template" }, { new StringContent("email"), "channel" } };
        foreach (var (name, value) in more)
            form.Add(new StringContent(value), name);
        form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(csv)), "file", "file.csv");
        var job = (await tenant.Live.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/bulk/csv", form, HttpStatusCode.Accepted)).GetProperty("jobId").GetString()!;
        await Eventually.ValueAsync(() => tenant.Live.GetAsync($"{ApiClient.Notifications}/bulk/{job}"), static one => one.GetProperty("status").GetString() == "completed", Ample);
        return job;
    }

    /// <summary>By nothing but what the receipt says, as a tenant does it.</summary>
    private static bool VerifiesBy(JsonElement receipt)
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(receipt.GetProperty("publicKey").GetString()!), out _);
        var signature = Convert.FromBase64String(receipt.GetProperty("signature").GetString()!);
        var signed = receipt.GetProperty("signed").GetString()!;
        return key.VerifyData(Encoding.UTF8.GetBytes(signed), signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)
            && !key.VerifyData(Encoding.UTF8.GetBytes(signed + " "), signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)
            && signed.Contains(receipt.GetProperty("id").GetString()!, StringComparison.Ordinal);
    }

    /// <summary>The tables in which one of some words stands anywhere: as text, in JSON, and in bytes.</summary>
    private async Task<IReadOnlyList<string>> TracesAsync(string[] words)
    {
        var found = new List<string>();
        foreach (var table in await service.Database.QueryAsync<string>("select relname::text from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and not relispartition order by 1"))
        {
            var conditions = string.Join(" or ", words.Select(word => $"strpos(lower(t::text), '{word}') > 0 or strpos(t::text, '{Convert.ToHexStringLower(Encoding.UTF8.GetBytes(word))}') > 0"));
            var count = await service.Database.ScalarAsync<long>($"select count(*) from {table} t where {conditions}");
            if (count > 0)
                found.Add($"{table} {count}");
        }

        return found;
    }

    private static string Later() => TimeProvider.System.GetUtcNow().AddHours(3).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Everything of one has the word in it, and nothing else has.</summary>
    private sealed record Person(string Word)
    {
        public string UserId => $"{Word}-user";

        public string Email => $"{Word}@example.com";

        public string Name => $"{Word} Name";

        public string Value => $"{Word}-value";

        public string Phone => $"+1415555{Word[^4..]}";

        public string[] Words => [Word, Phone[1..]];
    }

    /// <summary>The service with little patience for what is under way.</summary>
    public sealed class Fixture(PostgresCluster cluster) : IAsyncLifetime
    {
        internal SignInService SignIn { get; } = new(cluster, isInProcess: true, Settles);

        public ValueTask InitializeAsync() => SignIn.InitializeAsync();

        public ValueTask DisposeAsync() => SignIn.DisposeAsync();
    }
}
