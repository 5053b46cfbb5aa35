using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Notifications;

/// <summary>What is explained of notifications that were really sent, or not.</summary>
public sealed class ExplanationTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private readonly IntakeHost intake = new(database);
    private FakeHttpProvider? vendor;
    private WorkerHost? worker;
    private TenantId tenant;

    private FakeHttpProvider Vendor => vendor ?? throw new InvalidOperationException("not initialized");

    public async ValueTask InitializeAsync()
    {
        vendor = await FakeHttpProvider.StartAsync();
        tenant = await database.NewTenantAsync();
        worker = WorkerHost.Create(database.ConnectionString);
        await worker.AddSendGridAsync(tenant, vendor.BaseUrl, "main", priority: 7);
        await worker.StartAsync();
    }

    [Fact]
    public async Task A_chain_is_explained_from_its_acceptance_to_its_end()
    {
        Vendor.Otherwise = _ => FakeResponse.Status(400, """{"errors":[{"message":"no","field":"to"}]}""");
        var id = await intake.AcceptedAsync(tenant, IntakeHost.Chain(["push", "email", "in_app"], after: 900) with
        {
            Recipient = new StoredRecipient { UserId = "u-1", Email = "ann@example.com" },
        });

        var steps = await ExplainedAsync(id, DeliveryStatus.Delivered);

        steps[0].ShouldBe("- accepted: accepted");
        steps.ShouldContain("- content: the content of the request is sent as it is");
        steps.ShouldContain("- fallback: one channel after the other: the next one is tried when one fails or has not reached the recipient within 900 s");
        steps.ShouldContain("push no_address: no delivery: the recipient has no deviceTokens");
        steps.ShouldContain("in_app fallback: waits: it is tried when email fails or has not reached the recipient within 900 s");
        steps.ShouldContain("email provider: provider main (sendgrid), priority 7, weight 100: chosen");
        steps.ShouldContain(line => line.StartsWith("email rejected: attempt 1: it was refused", StringComparison.Ordinal));
        steps.ShouldContain("in_app fallback: is due: email failed");
        steps[^1].ShouldBe("in_app delivered: delivered");
    }

    [Fact]
    public async Task The_words_of_a_dry_run_are_those_of_the_explanation()
    {
        var key = await intake.PublishAsync(tenant);
        var request = new NotificationRequest
        {
            Template = key,
            Channels = ["email", "sms", "in_app"],
            Strategy = "fallback",
            Recipient = new StoredRecipient { UserId = "u-1", Email = "ann@example.com", Locale = "fr-CA" },
            Data = """{"orderId":"A-1"}"""u8.ToArray(),
        };
        var (report, _) = await intake.Service<DryRun>().RunAsync(IntakeHost.CallerOf(tenant), request, CancellationToken.None);

        var steps = await ExplainedAsync(await intake.AcceptedAsync(tenant, request), DeliveryStatus.Sent);

        var announced = report.ShouldNotBeNull().Explain.Where(step => step.Code is not ("provider" or "no_provider")).Select(Line).ToArray();
        announced.ShouldContain("email locale: the content in en is used");
        announced.ShouldContain("sms not_in_template: no delivery: the template has no content for sms");
        foreach (var line in announced)
            steps.ShouldContain(line);
    }

    [Fact]
    public async Task Retries_say_why_and_when()
    {
        Vendor.Otherwise = _ => FakeResponse.Status(503);
        var id = await intake.AcceptedAsync(tenant);
        await Eventually.TrueAsync(() => Vendor.Calls.Count > 0, TimeSpan.FromSeconds(90));

        await Eventually.TrueAsync(async () => (await LinesAsync(id))[^1].Contains("goes back into the queue", StringComparison.Ordinal), TimeSpan.FromSeconds(90));

        var steps = await LinesAsync(id);
        steps.ShouldContain(line => line.StartsWith("email deferred: attempt 1: it was not taken for now", StringComparison.Ordinal));
        steps[^1].ShouldContain("; next at 20");
    }

    [Fact]
    public async Task What_providers_reported_besides_is_shown_too()
    {
        var id = await intake.AcceptedAsync(tenant);
        await ExplainedAsync(id, DeliveryStatus.Sent);
        await database.ExecuteAsync($"insert into engagements (delivery_id, id, tenant_id, kind, at) values ('{id.Delivery(ChannelKind.Email)}', '{database.Ids.Next()}', '{tenant}', {(short)ReceiptKind.Opened}, now() + interval '1 hour')");

        (await LinesAsync(id))[^1].ShouldBe("email opened: the provider reported: opened");
    }

    [Fact]
    public async Task What_is_not_the_tenants_is_not_explained()
    {
        var id = await intake.AcceptedAsync(tenant);

        (await intake.Service<Explanations>().OfAsync(await database.NewTenantAsync(), id, CancellationToken.None)).ShouldBeNull();
    }

    public async ValueTask DisposeAsync()
    {
        if (worker is not null)
        {
            await worker.StopAsync();
            await worker.DisposeAsync();
        }

        await intake.DisposeAsync();
        await Vendor.DisposeAsync();
    }

    private async Task<IReadOnlyList<string>> ExplainedAsync(NotificationId id, DeliveryStatus until)
    {
        await Eventually.TrueAsync(
            async () => (await intake.Service<NotificationQueries>().FindAsync(tenant, id, CancellationToken.None))?.Status == until, TimeSpan.FromSeconds(60));
        return await LinesAsync(id);
    }

    private async Task<IReadOnlyList<string>> LinesAsync(NotificationId id) =>
        [.. (await intake.Service<Explanations>().OfAsync(tenant, id, CancellationToken.None)).ShouldNotBeNull().Steps.Select(step => Line(step.Step))];

    private static string Line(ExplainStep step) => $"{step.Channel?.ToName() ?? "-"} {step.Code}: {step.Message}";
}
