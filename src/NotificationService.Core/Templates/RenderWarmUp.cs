using System.Text.Json;
using NotificationService.Storage;

namespace NotificationService.Templates;

/// <summary>Renders a template of its own, as often as the compiler must have seen it.</summary>
internal sealed class RenderWarmUp : IWarmUp
{
    /// <summary>A method is compiled anew after thirty calls.</summary>
    private const int Times = 100;

    private const string Contents =
        """{"email":{"en":{"subject":"Order {{order.id}}","html":"<p>Hello {{recipient.name}}, {{#if order.items}}{{#each order.items}}<b>{{this}}</b> {{/each}}{{/if}}</p>"}}}""";

    private static readonly RecipientModel Recipient = new([("name", "Warm-up"), ("email", "warm-up@example.com")]);

    public Task RunAsync(CancellationToken cancellationToken)
    {
        var (template, _) = TemplateContentsCheck.Read(JsonElement.Parse(Contents), "/contents");
        for (var i = 0; template is not null && i < Times && !cancellationToken.IsCancellationRequested; i++)
        {
            template.CheckVariables(template.Channels, "en", Data);
            template.Render(template.Channels[0], "en", Data, Recipient, DateTimeOffset.UnixEpoch);
        }

        return Task.CompletedTask;
    }

    private static ReadOnlySpan<byte> Data => """{"order":{"id":"A-1","items":["one","two"]}}"""u8;
}
