using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Templates;
using NotificationService.Tenants;

namespace NotificationService.Testing.Deliveries;

/// <summary>The intake in this process, as an API process has it; nobody works the queue.</summary>
public sealed class IntakeHost(TestDatabase database) : IAsyncDisposable
{
    public static readonly NotificationRequest Request = new()
    {
        Content = new InlineContent(Subject: "Hello", Text: "Hello Ann"),
        Channel = "email",
        Recipient = new StoredRecipient { UserId = "u-1", Email = "ann@example.com" },
    };

    /// <summary>A notification over several channels, one after the other, for somebody who has all addresses.</summary>
    public static NotificationRequest Chain(string[] channels, int? after = null) => new()
    {
        Content = new InlineContent(Subject: "Hello", Text: "Hello Ann", Title: "Hello", Body: "Hello Ann"),
        Channels = channels,
        Strategy = "fallback",
        FallbackAfter = after,
        Recipient = new StoredRecipient { UserId = "u-1", Email = "ann@example.com", Phone = "+14155550100", DeviceTokens = ["a-device-token"] },
    };

    private readonly WorkerHost host = WorkerHost.Create(database.ConnectionString);

    public NotificationIntake Intake => Service<NotificationIntake>();

    public T Service<T>()
        where T : notnull => host.Services.GetRequiredService<T>();

    public static Caller CallerOf(TenantId tenant, bool live = true) =>
        new(tenant, CallerKind.ServiceAccount, tenant.Value, null, live, Scopes.Of(Scopes.All), new HashSet<string>());

    public static IdempotentRequest Idempotent(string key, string body = "{}") => new(key, "/send", Encoding.UTF8.GetBytes(body), Live: true);

    public ValueTask<IntakeOutcome> AcceptAsync(TenantId tenant, NotificationRequest request, IdempotentRequest? idempotent = null) =>
        Intake.AcceptAsync(CallerOf(tenant), request, idempotent, null, CancellationToken.None);

    /// <summary>Accepts one and answers its id.</summary>
    public async Task<NotificationId> AcceptedAsync(TenantId tenant, NotificationRequest? request = null) =>
        await AcceptAsync(tenant, request ?? Request) is IntakeOutcome.Accepted accepted ? accepted.Id : throw new InvalidOperationException("it was not accepted");

    /// <summary>Publishes a template for e-mail and in-app that needs <c>orderId</c>; answers its key.</summary>
    public async Task<string> PublishAsync(TenantId tenant, string key = "order-shipped", string subject = "Order {{orderId}}")
    {
        var contents = JsonSerializer.Serialize(new
        {
            email = new { en = new { subject, text = "Your order {{orderId}}, {{recipient.name}}" } },
            in_app = new { en = new { title = "Order {{orderId}}", body = "On its way" } },
        });
        var store = Service<TemplateStore>();
        if (await store.CreateAsync(tenant, new NewTemplate(key, key, "shipping", contents), CancellationToken.None) is not TemplateChange.Done
            || await store.PublishAsync(tenant, key, null, CancellationToken.None) is not TemplateChange.Done)
            throw new InvalidOperationException("the template was not published");
        return key;
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();
}
