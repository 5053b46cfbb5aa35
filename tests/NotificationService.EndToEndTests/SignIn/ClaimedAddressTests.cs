using System.Net;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>Registering proves no address: others may have registered tenants under one's own.</summary>
[Collection(SignInCollection.Name)]
public sealed class ClaimedAddressTests(SignInService service)
{
    private const string Own = "her own password 1!";

    [Fact]
    public async Task Four_tenants_that_others_registered_under_her_address_do_not_keep_her_out()
    {
        var email = NewAddress();
        for (var i = 0; i < 4; i++)
            await RegisterAsync(email, SignInService.Password);
        var hers = await RegisterAsync(email, Own);

        (await LoginAsync(email, Own)).ShouldBe((HttpStatusCode.OK, hers.Tenant.ToString()));
        (await LoginAsync(email, "nobody's password")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Who_registers_under_her_address_later_and_signs_in_there_never_comes_before_her()
    {
        var email = NewAddress();
        var hers = await RegisterAsync(email, Own);
        await RegisterOthersAsync(email, 6);

        // She has nothing but the tokens of her registration until now.
        (await LoginAsync(email, Own)).ShouldBe((HttpStatusCode.OK, hers.Tenant.ToString()));
        await RegisterOthersAsync(email, 1);
        (await LoginAsync(email, Own)).ShouldBe((HttpStatusCode.OK, hers.Tenant.ToString()));
    }

    [Fact]
    public async Task Any_number_who_were_there_before_her_and_signed_in_cannot_keep_her_out_of_the_tenant_that_she_names()
    {
        var email = NewAddress();
        await RegisterOthersAsync(email, 6);
        var hers = await RegisterAsync(email, Own);

        for (var i = 0; i < 2; i++)
        {
            (await LoginAsync(email, Own, hers.Key)).ShouldBe((HttpStatusCode.OK, hers.Tenant.ToString()));
            // Nobody knows which of seven is hers, and five are tried.
            (await LoginAsync(email, Own)).Status.ShouldBe(HttpStatusCode.Unauthorized);
            await RegisterOthersAsync(email, 1);
        }
    }

    [Fact]
    public async Task An_account_that_was_made_for_her_and_never_used_comes_after_those_that_were()
    {
        var email = NewAddress();
        List<(Guid Tenant, string Key)> made = [];
        for (var i = 0; i < 5; i++)
            made.Add(await RegisterAsync(email, SignInService.Password));
        var hers = await RegisterAsync(email, Own);
        foreach (var (tenant, _) in made)
            await service.Database.ExecuteAsync($"update users set signed_in_at = null where tenant_id = '{tenant}'");

        (await LoginAsync(email, Own)).ShouldBe((HttpStatusCode.OK, hers.Tenant.ToString()));
    }

    [Fact]
    public async Task A_password_that_fits_in_several_tenants_needs_the_tenants_key()
    {
        var email = NewAddress();
        var (one, two) = (await RegisterAsync(email, Own), await RegisterAsync(email, Own));

        (await LoginAsync(email, Own)).ShouldBe((HttpStatusCode.Conflict, "tenant_required"));
        (await LoginAsync(email, Own, one.Key)).ShouldBe((HttpStatusCode.OK, one.Tenant.ToString()));
        (await LoginAsync(email, Own, two.Key)).ShouldBe((HttpStatusCode.OK, two.Tenant.ToString()));
    }

    [Fact]
    public async Task A_hundred_thousand_tenants_under_one_address_are_not_all_looked_at()
    {
        var email = NewAddress();
        var hers = await RegisterAsync(email, Own);
        await service.Database.ExecuteAsync($"""
            with made as (
                insert into tenants (tenant_id, key, name) select gen_random_uuid(), 'claimed-' || gen_random_uuid(), 'x' from generate_series(1, 100000) returning tenant_id)
            insert into users (id, tenant_id, user_id, email, normalized_email, name, roles, security_stamp, created_at)
            select gen_random_uuid(), tenant_id, 'x', '{email}', '{email.ToUpperInvariant()}', 'x', '{"{}"}', '', now() from made
            """);

        foreach (var call in (string[])[$"('{email.ToUpperInvariant()}', null)", $"('{email.ToUpperInvariant()}', '{hers.Key}')"])
        {
            // Once before, or the catalogue that a new session reads is counted with it.
            var plan = await service.Database.QueryAsync<string>(
                $"do 'begin perform notification_meta.tenants_of_email{call.Replace("'", "''", StringComparison.Ordinal)}; end'; explain (analyze, buffers, timing off, costs off) select notification_meta.tenants_of_email{call}");
            var pages = plan.Where(line => line.Contains("Buffers:", StringComparison.Ordinal)).Select(line => System.Text.RegularExpressions.Regex.Matches(line, "(?:hit|read)=(\\d+)").Sum(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture))).First();
            pages.ShouldBeLessThan(300, string.Join('\n', plan));
        }

        (await LoginAsync(email, Own)).ShouldBe((HttpStatusCode.OK, hers.Tenant.ToString()));
    }

    private static string NewAddress() => $"{Guid.NewGuid():n}@example.com";

    private async Task<(Guid Tenant, string Key)> RegisterAsync(string email, string password)
    {
        var key = $"t-{Guid.NewGuid():n}";
        using var response = await service.PostAsync("/api/v1/auth/register-tenant", new { tenantName = key, tenantKey = key, starter = false, admin = new { email, password, name = "Ann" } });
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return ((await SignInService.ReadAsync(response)).GetProperty("user").GetProperty("tenantId").GetGuid(), key);
    }

    /// <summary>Others who register under her address, and sign in there: they know those passwords.</summary>
    private async Task RegisterOthersAsync(string email, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var others = await RegisterAsync(email, SignInService.Password);
            (await LoginAsync(email, SignInService.Password, others.Key)).ShouldBe((HttpStatusCode.OK, others.Tenant.ToString()));
        }
    }

    /// <summary>The tenant that answered, or why none did.</summary>
    private async Task<(HttpStatusCode Status, string What)> LoginAsync(string email, string password, string? tenant = null)
    {
        using var response = await service.PostAsync("/api/v1/auth/login", tenant is null ? new { email, password } : (object)new { email, password, tenant });
        var body = await SignInService.ReadAsync(response);
        return (response.StatusCode, response.IsSuccessStatusCode ? body.GetProperty("user").GetProperty("tenantId").GetString()! : body.GetProperty("code").GetString()!);
    }
}
