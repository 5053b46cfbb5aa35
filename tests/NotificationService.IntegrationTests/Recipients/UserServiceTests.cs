using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NotificationService.Batches;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Recipients;

/// <summary>Recipients who are named by their id, completed from a user service that listens on a port of its own.</summary>
public sealed class UserServiceTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const string Ann = """{"userId":"ann","name":"Ann","email":"ann@example.com","phone":"+14155550100","deviceTokens":["ann-device"],"locale":"fr-CA","timezone":"America/Toronto"}""";

    private readonly ConcurrentQueue<string> asked = new();
    private readonly ConcurrentDictionary<string, (int Status, string Body)> people = new();
    private WebApplication? users;
    private WorkerHost? host;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        users = builder.Build();
        users.MapGet("/users/{id}", async (string id, HttpContext context) =>
        {
            asked.Enqueue($"{context.Request.Headers["X-Tenant-Id"]} {id}");
            var (status, body) = people.GetValueOrDefault(id, (404, ""));
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(body);
        });
        await users.StartAsync();
        host = WorkerHost.Create(database.ConnectionString, ("Notification:UserService:BaseUrl", users.Urls.First()), ("Notification:UserService:Timeout", "00:00:10"));
        people["ann"] = (200, Ann);
    }

    public async ValueTask DisposeAsync()
    {
        await host!.DisposeAsync();
        await users!.DisposeAsync();
    }

    [Fact]
    public async Task What_the_request_leaves_out_is_filled_in_and_what_it_says_wins()
    {
        var tenant = await database.NewTenantAsync();

        var accepted = await AcceptAsync(tenant, NewRequest(new StoredRecipient { UserId = "ann", Email = "other@example.com" }, "email", "sms", "push", "in_app"));

        accepted.ShouldBeOfType<IntakeOutcome.Accepted>();
        var stored = await RecipientAsync(tenant);
        stored.ShouldBe(
            """{"userId":"ann","name":"Ann","email":"other@example.com","phone":"+14155550100","deviceTokens":["ann-device"],"locale":"fr-CA","timezone":"America/Toronto","suppliedBy":{"name":"user_service","phone":"user_service","deviceTokens":"user_service","locale":"user_service","timezone":"user_service"}}""");
        asked.ShouldBe([$"{tenant} ann"]);
    }

    [Fact]
    public async Task Who_is_complete_for_the_channels_that_are_named_is_not_asked_about()
    {
        var tenant = await database.NewTenantAsync();

        await AcceptAsync(tenant, NewRequest(new StoredRecipient { UserId = "ann", Email = "a@example.com", Locale = "en", Timezone = "Europe/Berlin" }, "email", "in_app"));
        await AcceptAsync(tenant, NewRequest(new StoredRecipient { Email = "a@example.com" }, "email"));

        asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Somebody_unknown_is_taken_as_the_request_has_it()
    {
        var tenant = await database.NewTenantAsync();

        (await AcceptAsync(tenant, NewRequest(new StoredRecipient { UserId = "nobody" }, "in_app"))).ShouldBeOfType<IntakeOutcome.Accepted>();
        var refused = (await AcceptAsync(tenant, NewRequest(new StoredRecipient { UserId = "nobody" }, "email"))).ShouldBeOfType<IntakeOutcome.Invalid>();
        refused.Issues.ShouldHaveSingleItem().Code.ShouldBe("no_address");
    }

    [Fact]
    public async Task An_address_that_is_none_counts_as_none()
    {
        var tenant = await database.NewTenantAsync();
        people["odd"] = (200, """{"email":"not an address","phone":"12","whatsapp":"+14155550100","locale":"no locale","timezone":"Nowhere/Else","name":"a\u0000b","deviceTokens":["","ok"]}""");

        (await AcceptAsync(tenant, NewRequest(new StoredRecipient { UserId = "odd" }, "whatsapp", "in_app"))).ShouldBeOfType<IntakeOutcome.Accepted>();

        (await RecipientAsync(tenant)).ShouldBe("""{"userId":"odd","whatsapp":"+14155550100","deviceTokens":["ok"],"suppliedBy":{"whatsapp":"user_service","deviceTokens":"user_service"}}""");
    }

    [Fact]
    public async Task While_the_service_fails_a_request_that_needs_it_is_put_off_and_one_that_does_not_goes_out()
    {
        var tenant = await database.NewTenantAsync();
        people["broken"] = (500, "");

        var needs = (await AcceptAsync(tenant, NewRequest(new StoredRecipient { UserId = "broken" }, "email"))).ShouldBeOfType<IntakeOutcome.Invalid>();
        needs.Issues.ShouldHaveSingleItem().Code.ShouldBe(RecipientCompletion.UnavailableCode);
        (await AcceptAsync(tenant, NewRequest(new StoredRecipient { UserId = "broken", Email = "a@example.com" }, "email"))).ShouldBeOfType<IntakeOutcome.Accepted>();

        people["broken"] = (200, Ann.Replace("\"userId\":\"ann\",", "", StringComparison.Ordinal));
        (await AcceptAsync(tenant, NewRequest(new StoredRecipient { UserId = "broken" }, "email"))).ShouldBeOfType<IntakeOutcome.Accepted>();
    }

    [Fact]
    public async Task What_was_answered_under_a_key_is_answered_again_when_the_service_is_gone()
    {
        var tenant = await database.NewTenantAsync();
        var request = NewRequest(new StoredRecipient { UserId = "ann" }, "email");
        await AcceptAsync(tenant, request, IntakeHost.Idempotent("k"));
        await users!.StopAsync();
        await using var other = WorkerHost.Create(database.ConnectionString, ("Notification:UserService:BaseUrl", "http://127.0.0.1:1"));

        var again = await other.Services.GetRequiredService<NotificationIntake>().AcceptAsync(IntakeHost.CallerOf(tenant), request, IntakeHost.Idempotent("k"), null, CancellationToken.None);

        again.ShouldBeOfType<IntakeOutcome.Replayed>();
    }

    [Fact]
    public async Task A_batch_asks_for_each_person_once_and_names_those_who_could_not_be_asked_about()
    {
        var tenant = await database.NewTenantAsync();
        people["broken"] = (500, "");
        var items = Enumerable.Range(0, 200).Select(i => Item(i == 7 ? "broken" : $"p{i % 20}")).ToList();
        for (var i = 0; i < 20; i++)
            people[$"p{i}"] = (200, $$"""{"email":"p{{i}}@example.com"}""");

        var opened = await host!.Services.GetRequiredService<BatchIntake>().OpenAsync(
            IntakeHost.CallerOf(tenant), null, default, new BatchChunk(BatchChunk.Opening, new byte[32], items), isComplete: true, null, null, CancellationToken.None);

        var response = opened!.Value.First.Response;
        response.Accepted.ShouldBe(199);
        response.Rejected.ShouldHaveSingleItem().Errors.ShouldHaveSingleItem().Code.ShouldBe(RecipientCompletion.UnavailableCode);
        asked.Count.ShouldBe(21);
    }

    [Fact]
    public async Task A_batch_is_put_off_whole_while_nobody_answers()
    {
        var tenant = await database.NewTenantAsync();
        await using var other = WorkerHost.Create(database.ConnectionString, ("Notification:UserService:BaseUrl", "http://127.0.0.1:1"));

        await Should.ThrowAsync<RecipientsUnavailableException>(() => other.Services.GetRequiredService<BatchIntake>().OpenAsync(
            IntakeHost.CallerOf(tenant), null, default, new BatchChunk(BatchChunk.Opening, new byte[32], [Item("ann"), Item("bob")]), isComplete: true, null, null, CancellationToken.None));

        (await database.ScalarAsync<long>($"select count(*) from batches where tenant_id = '{tenant}'")).ShouldBe(0);
    }

    private static BatchItem Item(string userId) => new(NewRequest(new StoredRecipient { UserId = userId }, "email"), null, Encoding.UTF8.GetBytes("{}"), "", []);

    private static NotificationRequest NewRequest(StoredRecipient recipient, params string[] channels) => new()
    {
        Content = new InlineContent(Subject: "Hello", Text: "Hello", Title: "Hello", Body: "Hello"),
        Channels = channels,
        Recipient = recipient,
    };

    private ValueTask<IntakeOutcome> AcceptAsync(TenantId tenant, NotificationRequest request, IdempotentRequest? idempotent = null) =>
        host!.Services.GetRequiredService<NotificationIntake>().AcceptAsync(IntakeHost.CallerOf(tenant), request, idempotent, null, CancellationToken.None);

    private Task<string> RecipientAsync(TenantId tenant) => database.ScalarAsync<string>($"select replace(recipient::text, '\\u002B', '+') from notifications where tenant_id = '{tenant}'");
}
