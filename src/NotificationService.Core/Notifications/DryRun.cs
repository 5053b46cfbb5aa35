using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Templates;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>One decision and why, in the order in which they were made.</summary>
/// <param name="Channel">Null for what concerns them all.</param>
public sealed record ExplainStep(ChannelKind? Channel, string Code, string Message);

/// <summary>What a delivery would say, or why it could not.</summary>
public sealed record DryDelivery(PlannedDelivery Planned, RenderedContent? Content, string? Locale, Failure? Failure)
{
    public DeliveryStatus Status => Failure is null ? Planned.Status : DeliveryStatus.Failed;
}

public sealed record DryRunReport(PreparedNotification Prepared, IReadOnlyList<DryDelivery> Deliveries, IReadOnlyList<ExplainStep> Explain);

/// <summary>Makes the decisions that sending makes and renders what would go out; stores and sends nothing.</summary>
public sealed class DryRun(NotificationPreparer preparer, ProviderDirectory providers)
{
    private static readonly IReadOnlyDictionary<string, string> NoData = new Dictionary<string, string>();

    /// <summary>The report, or null and everything that is wrong.</summary>
    public async Task<(DryRunReport? Report, IReadOnlyList<DraftIssue> Issues)> RunAsync(Caller caller, NotificationDraft draft, CancellationToken cancellationToken)
    {
        var (prepared, issues) = await preparer.PrepareAsync(caller.Tenant, draft, cancellationToken);
        if (prepared is null)
            return (null, issues);
        var explain = new List<ExplainStep>();
        ExplainWhole(prepared, caller, explain);
        foreach (var skipped in prepared.Skipped)
            explain.Add(new ExplainStep(skipped.Channel, skipped.Code, $"no delivery: {skipped.Message}"));
        var deliveries = new List<DryDelivery>(prepared.Deliveries.Count);
        foreach (var planned in prepared.Deliveries)
        {
            var delivery = Render(prepared, planned);
            deliveries.Add(delivery);
            if (FallbackWords.Waits(prepared, planned) is { } waits)
                explain.Add(waits);
            Explain(delivery, explain);
            if (delivery.Failure is null)
                explain.Add(await ProviderAsync(caller, planned.Channel, cancellationToken));
        }

        return (new DryRunReport(prepared, deliveries, explain), []);
    }

    private static void ExplainWhole(PreparedNotification prepared, Caller caller, List<ExplainStep> explain)
    {
        explain.Add(prepared.Template is { } template
            ? new ExplainStep(null, "template", $"template {template.Key}, version {template.Version}, is rendered")
            : new ExplainStep(null, "content", "the content of the request is sent as it is"));
        explain.Add(new ExplainStep(null, "priority", $"priority {prepared.Request.Priority.ToName()}"));
        if (prepared.Request.SendAt is { } sendAt)
            explain.Add(new ExplainStep(null, "send_at", $"waits until {sendAt.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}"));
        if (prepared.Request.ExpiresAt is { } expiresAt)
            explain.Add(new ExplainStep(null, "expires_at", $"is not sent after {expiresAt.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}"));
        if (prepared.Request.Fallback is { } rule)
            explain.Add(FallbackWords.Whole(rule));
        if (!caller.Live)
            explain.Add(new ExplainStep(null, "test_account", "a test account sends: only the sandbox is reached"));
    }

    private static DryDelivery Render(PreparedNotification prepared, PlannedDelivery planned)
    {
        if (planned.Failure is not null)
            return new DryDelivery(planned, null, null, planned.Failure);
        if (prepared.Compiled is not { } template)
            return new DryDelivery(planned, Inline(planned.Channel, prepared.Request.Content!), null, null);
        var to = prepared.Request.Recipient;
        var outcome = template.Render(
            planned.Channel, to.Locale, prepared.Request.Data.Span, new RecipientModel(to.UserId, to.Name, to.Email, to.Phone, to.Locale, to.Timezone));
        return outcome switch
        {
            RenderOutcome.Rendered rendered => new DryDelivery(planned, rendered.Content, rendered.Locale, null),
            RenderOutcome.Failed failed => new DryDelivery(planned, null, null, new Failure(FailureKind.TemplateError, failed.Code, failed.Message)),
            _ => throw new InvalidOperationException("a closed set"),
        };
    }

    private static RenderedContent Inline(ChannelKind channel, InlineContent content) => channel switch
    {
        ChannelKind.Email => new(content.Subject, content.Html, content.Text, null, null, null, NoData),
        ChannelKind.Push => new(null, null, null, content.Title, content.Body ?? content.Text, null, NoData),
        ChannelKind.InApp => new(null, null, null, content.Title ?? content.Subject, content.Body ?? content.Text, content.ActionUrl, NoData),
        _ => new(null, null, content.Text ?? content.Body, null, null, null, NoData),
    };

    private static void Explain(DryDelivery delivery, List<ExplainStep> explain)
    {
        var channel = delivery.Planned.Channel;
        if (delivery.Failure is { } failure)
            explain.Add(new ExplainStep(channel, failure.Code, $"would fail: {failure.Message}"));
        else if (delivery.Locale is { } locale)
            explain.Add(new ExplainStep(channel, "locale", $"the content in {locale} is used"));
    }

    private async Task<ExplainStep> ProviderAsync(Caller caller, ChannelKind channel, CancellationToken cancellationToken)
    {
        var order = await providers.ForAsync(caller.Tenant, channel, caller.Live, cancellationToken);
        return order.Count == 0
            ? new ExplainStep(channel, "no_provider", "no provider is configured and enabled: it would wait for one")
            : new ExplainStep(channel, "provider", $"the first provider in order is {order[0].Name} ({order[0].Type})");
    }
}
