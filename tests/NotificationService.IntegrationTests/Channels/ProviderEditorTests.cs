using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Channels;

public sealed class ProviderEditorTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string PublicKey = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";

    private const string Secret = "SG.canary-0123456789-secret";

    private readonly ChannelsNode node = new(database, TimeProvider.System);

    [Fact]
    public async Task What_is_stored_shows_nothing_of_a_secret_but_its_ends()
    {
        var tenant = await database.NewTenantAsync();
        var row = await node.CreateAsync(tenant, ChannelsNode.SendGrid(apiKey: Secret));

        row.Credentials.ShouldHaveSingleItem().Hint.ShouldBe("SG.…cret");
        var stored = (await database.QueryAsync<string>($"select p::text || c::text from providers p join provider_credentials c on c.provider_id = p.id where p.tenant_id = '{tenant}'")).ShouldHaveSingleItem();
        stored.ShouldNotContain("canary");
        stored.ShouldNotContain(Convert.ToHexStringLower("canary"u8)); // bytea is shown in hex
        Usable(await StoredAsync(row)).Credentials["apiKey"].ShouldBe(Secret);
    }

    [Fact]
    public async Task A_sealed_secret_opens_nowhere_else()
    {
        var (tenant, stranger) = (await database.NewTenantAsync(), await database.NewTenantAsync());
        var (mine, second, theirs) = (await node.CreateAsync(tenant, ChannelsNode.SendGrid("One")), await node.CreateAsync(tenant, ChannelsNode.SendGrid("Two")), await node.CreateAsync(stranger, ChannelsNode.SendGrid()));
        foreach (var other in new[] { second, theirs })
        {
            await database.ExecuteAsync($"update provider_credentials set sealed = (select sealed from provider_credentials where provider_id = '{mine.Id}') where provider_id = '{other.Id}'");
            node.Store.Open(await StoredAsync(other)).ShouldBeOfType<OpenedProvider.Unusable>();
        }
    }

    [Fact]
    public async Task Of_the_credentials_what_is_not_named_or_still_masked_stays_and_null_removes()
    {
        var tenant = await database.NewTenantAsync();
        var input = ChannelsNode.SendGrid(apiKey: Secret);
        var row = await node.CreateAsync(tenant, input with { Credentials = new Dictionary<string, string>(input.Credentials) { ["webhookPublicKey"] = PublicKey } });

        await node.UpdateAsync(row, new ProviderChange { Weight = 5 });
        Usable(await StoredAsync(row)).Credentials.ShouldBe(new Dictionary<string, string> { ["apiKey"] = Secret, ["webhookPublicKey"] = PublicKey }, ignoreOrder: true);
        await node.UpdateAsync(row, Credentials(("apiKey", "SG.…cret"), ("webhookPublicKey", null)));
        Usable(await StoredAsync(row)).Credentials.ShouldBe(new Dictionary<string, string> { ["apiKey"] = Secret });
        await node.UpdateAsync(row, Credentials(("apiKey", "SG.new")));
        Usable(await StoredAsync(row)).Credentials.ShouldBe(new Dictionary<string, string> { ["apiKey"] = "SG.new" });
        (await UpdateAsync(row, Credentials(("apiKey", null)))).ShouldBeOfType<ProviderSaved.Invalid>().Errors.ShouldHaveSingleItem().Pointer.ShouldBe("/credentials/apiKey");
    }

    [Theory]
    [InlineData(""","baseUrl":"http://127.0.0.1:9/" """)]
    [InlineData(""","baseUrl":"https://api.sendgrid.com/eu" """)]
    public async Task Stored_credentials_are_never_sent_where_they_were_not_given_for(string address)
    {
        var tenant = await database.NewTenantAsync();
        var row = await node.CreateAsync(tenant, ChannelsNode.SendGrid(apiKey: Secret));
        var elsewhere = new ProviderChange { Settings = ChannelsNode.SendGrid(settings: address).Settings };

        var error = (await UpdateAsync(row, elsewhere)).ShouldBeOfType<ProviderSaved.Invalid>().Errors.ShouldHaveSingleItem();
        (error.Pointer, error.Code).ShouldBe(("/credentials/apiKey", "required"));
        (await UpdateAsync(row, elsewhere with { Credentials = Credentials(("apiKey", "SG.…cret")).Credentials })).ShouldBeOfType<ProviderSaved.Invalid>();

        await node.UpdateAsync(row, elsewhere with { Credentials = Credentials(("apiKey", "SG.given-again")).Credentials });
        Usable(await StoredAsync(row)).Credentials["apiKey"].ShouldBe("SG.given-again");
    }

    [Fact]
    public async Task Of_two_changes_at_once_one_is_refused()
    {
        var tenant = await database.NewTenantAsync();
        var row = await node.CreateAsync(tenant, ChannelsNode.SendGrid());

        var saved = await Task.WhenAll(Enumerable.Range(1, 8).Select(weight => UpdateAsync(row, new ProviderChange { Weight = weight })));

        saved.ShouldAllBe(one => one is ProviderSaved.Saved || one is ProviderSaved.ChangedMeanwhile);
        (await StoredAsync(row)).Revision.ShouldBe(1 + saved.Count(one => one is ProviderSaved.Saved));
    }

    [Fact]
    public async Task A_name_is_a_channels_only_once()
    {
        var tenant = await database.NewTenantAsync();
        await node.CreateAsync(tenant, ChannelsNode.SendGrid());

        (await node.Editor.CreateAsync(ChannelsNode.Admin(tenant), ChannelsNode.SendGrid(), CancellationToken.None)).ShouldBeOfType<ProviderSaved.NameTaken>();
        await node.CreateAsync(await database.NewTenantAsync(), ChannelsNode.SendGrid());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("""{"from":"orders@example.com","baseUrl":5}""")]
    [InlineData("""{"from":"orders@example.com","baseUrl":{"a":1}}""")]
    [InlineData("""{"from":[1]}""")]
    public async Task Settings_of_any_shape_are_an_error_and_no_exception(string settings)
    {
        var saved = await node.Editor.CreateAsync(ChannelsNode.Admin(await database.NewTenantAsync()), ChannelsNode.SendGrid() with { Settings = JsonElement.Parse(settings) }, CancellationToken.None);

        saved.ShouldBeOfType<ProviderSaved.Invalid>().Errors.ShouldAllBe(error => error.Pointer.StartsWith("/settings"));
    }

    [Fact]
    public async Task A_private_address_is_refused_when_it_is_saved()
    {
        var guarded = new ChannelsNode(database, TimeProvider.System, allowPrivate: false);

        (await guarded.Editor.CreateAsync(
            ChannelsNode.Admin(await database.NewTenantAsync()), ChannelsNode.SendGrid(settings: ""","baseUrl":"https://10.0.0.1/" """), CancellationToken.None))
            .ShouldBeOfType<ProviderSaved.Invalid>().Errors.ShouldHaveSingleItem().Code.ShouldBe("url_address_forbidden");
    }

    [Fact]
    public async Task Every_change_is_in_the_audit_log_without_secrets_or_addresses()
    {
        const string whole = """{"channel":"email","type":"sendgrid","name":"SendGrid","priority":10,"weight":100,"enabled":true,"credentials.apiKey":"***","settings.from":"***@example.com"}""";
        var tenant = await database.NewTenantAsync();
        var row = await node.CreateAsync(tenant, ChannelsNode.SendGrid(apiKey: Secret));
        await node.UpdateAsync(row, Credentials(("apiKey", Secret + "2")));
        await node.Editor.DeleteAsync(ChannelsNode.Admin(tenant), row.Id, CancellationToken.None);

        (await database.QueryAsync<string>($"select action || ' ' || target || ' ' || coalesce(before::text, '-') || ' ' || coalesce(after::text, '-') from audit_log where tenant_id = '{tenant}' order by id")).ShouldBe(
        [
            $"provider.created provider/{row.Id} - {whole}",
            $$"""provider.updated provider/{{row.Id}} {"credentials.apiKey":"***"} {"credentials.apiKey":"***"}""",
            $"provider.deleted provider/{row.Id} {whole} -",
        ]);
    }

    private Task<ProviderSaved> UpdateAsync(ProviderRow row, ProviderChange change) => node.Editor.UpdateAsync(ChannelsNode.Admin(row.TenantId), row.Id, change, CancellationToken.None);

    private async Task<ProviderRow> StoredAsync(ProviderRow row) =>
        await node.Store.FindAsync(row.TenantId, row.Id, CancellationToken.None) ?? throw new InvalidOperationException("it is gone");

    private ProviderConfiguration Usable(ProviderRow row) => node.Store.Open(row).ShouldBeOfType<OpenedProvider.Usable>().Configuration;

    private static ProviderChange Credentials(params (string Field, string? Value)[] fields) => new() { Credentials = fields.ToDictionary(field => field.Field, field => field.Value) };
}
