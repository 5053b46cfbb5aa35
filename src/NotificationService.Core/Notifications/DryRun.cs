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
    /// <summary>What it would say, in the fields that its channel has; null when it could not be rendered.</summary>
    public RenderedSample? Sample => Content is { } content ? new(Planned.Channel, content.Subject, content.Text, content.Html, content.Title, content.Body) : null;

    public DeliveryStatus Status => Failure is null ? Planned.Status : DeliveryStatus.Failed;

    /// <summary>Parts that it would be billed as; 0 for what is no text message.</summary>
    public int Segments => ChannelTable.Of(Planned.Channel).IsBilledBySegment && Content?.Text is { } text ? SmsSegments.Count(text) : 0;
}

public sealed record DryRunReport(PreparedNotification Prepared, IReadOnlyList<DryDelivery> Deliveries, IReadOnlyList<ExplainStep> Explain)
{
    /// <summary>Why one of them could not be sent, or null.</summary>
    public (string Code, string Message)? Refusal => Deliveries.FirstOrDefault(delivery => delivery.Failure is not null)?.Failure is { } failure ? (failure.Code, failure.Message) : null;
}

/// <summary>What a delivery would say.</summary>
public sealed record RenderedSample(ChannelKind Channel, string? Subject, string? Text, string? Html, string? Title, string? Body);

/// <summary>Makes the decisions that sending makes and renders what would go out; stores and sends nothing.</summary>
public sealed class DryRun(NotificationPreparer preparer, ProviderDirectory providers, TenantSettingsCache tenants)
{
    /// <summary>The report, or null and everything that is wrong.</summary>
    public Task<(DryRunReport? Report, IReadOnlyList<RequestIssue> Issues)> RunAsync(Caller caller, NotificationRequest request, CancellationToken cancellationToken) =>
        RunAsync(caller, request, found: null, cancellationToken);

    /// <param name="caller">Who asks.</param>
    /// <param name="request">As it came.</param>
    /// <param name="found">What is known of recipients; null: ask.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<(DryRunReport? Report, IReadOnlyList<RequestIssue> Issues)> RunAsync(
        Caller caller, NotificationRequest request, FoundRecipients? found, CancellationToken cancellationToken)
    {
        var (prepared, issues) = await preparer.CheckAsync(caller, request, preparer.NextId(), found, cancellationToken);
        if (prepared is null)
            return (null, issues);
        var explain = new List<ExplainStep>();
        var validated = prepared.Request;
        explain.AddRange(ExplainWords.Whole(
            prepared.Template is { } template ? new PinnedTemplate(template.Key, template.Version) : null,
            validated.Priority, validated.SendAt, validated.ExpiresAt, validated.Fallback, caller.Live));
        explain.AddRange(ExplainWords.Supplied(validated.Recipient));
        foreach (var skipped in prepared.Skipped)
            explain.Add(ExplainWords.Skipped(skipped));
        var deliveries = new List<DryDelivery>(prepared.Deliveries.Count);
        var brand = prepared.Compiled is { NamesBrand: true } ? BrandModel.Of((await tenants.GetAsync(caller.Tenant, cancellationToken)).Brand) : null;
        foreach (var planned in prepared.Deliveries)
        {
            var delivery = Render(prepared, planned, brand);
            deliveries.Add(delivery);
            if (planned.Reason is { } reason)
                explain.Add(planned.IsToBeSent ? ExplainWords.Passed(planned.Channel, reason) : ExplainWords.Suppressed(planned.Channel, reason));
            if (planned is { Quiet: { } quiet })
                explain.Add(ExplainWords.Quiet(planned.Channel, quiet, planned.DueAt));
            if (Waits(prepared, planned) is { } waits)
                explain.Add(waits);
            Explain(delivery, explain);
            if (delivery.Failure is null && planned.IsToBeSent)
                explain.Add(await ProviderAsync(caller, planned.Channel, cancellationToken));
        }

        return (new DryRunReport(prepared, deliveries, explain), []);
    }

    /// <summary>What a delivery that is not the first of its chain waits for; null for any other.</summary>
    private static ExplainStep? Waits(PreparedNotification prepared, PlannedDelivery planned) => !planned.IsBehind || prepared.Request.Fallback is not { } rule
        ? null
        : ExplainWords.Waits(planned.Channel, prepared.Deliveries.Last(delivery => delivery.IsToBeSent && delivery.Place < planned.Place).Channel, rule);

    private static DryDelivery Render(PreparedNotification prepared, PlannedDelivery planned, BrandModel? brand)
    {
        if (planned.Failure is not null)
            return new DryDelivery(planned, null, null, planned.Failure);
        if (prepared.Compiled is not { } template)
            return new DryDelivery(planned, InlineParts.Of(planned.Channel, prepared.Request.Content!), null, null);
        var to = prepared.Request.Recipient;
        var outcome = template.Render(
            planned.Channel, to.Locale, prepared.Request.Data.Span, to.ForTemplates() with { Brand = brand }, prepared.Request.SendAt ?? prepared.Now);
        return outcome switch
        {
            RenderOutcome.Rendered rendered => new DryDelivery(planned, rendered.Content, rendered.Locale, null),
            // It does not come to rendering it.
            RenderOutcome.Failed when !planned.IsToBeSent => new DryDelivery(planned, null, null, null),
            RenderOutcome.Failed failed => new DryDelivery(planned, null, null, new Failure(FailureKind.TemplateError, failed.Code, failed.Message)),
            _ => throw new InvalidOperationException("a closed set"),
        };
    }

    private static void Explain(DryDelivery delivery, List<ExplainStep> explain)
    {
        var channel = delivery.Planned.Channel;
        if (delivery.Failure is { } failure)
            explain.Add(new ExplainStep(channel, failure.Code, $"would fail: {failure.Message}"));
        else if (delivery.Locale is { } locale)
            explain.Add(ExplainWords.Locale(channel, locale));
    }

    private async Task<ExplainStep> ProviderAsync(Caller caller, ChannelKind channel, CancellationToken cancellationToken)
    {
        var order = await providers.ForAsync(caller.Tenant, channel, caller.Live, cancellationToken);
        return order.Count == 0
            ? new ExplainStep(channel, "no_provider", "no provider is configured and enabled: it would wait for one")
            : new ExplainStep(channel, "provider", $"the first provider in order is {order[0].Name} ({order[0].Type})");
    }
}
