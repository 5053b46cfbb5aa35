using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;

namespace NotificationService.Host.Api.Notifications;

/// <summary>What sending would do; nothing was stored and nothing is sent.</summary>
/// <param name="Explain">The decisions in the order in which they were made.</param>
public sealed record DryRunResponse(
    bool DryRun, string Status, string? Reference, PinnedTemplate? Template, IReadOnlyList<DryRunDelivery> Deliveries, IReadOnlyList<ExplainItem> Explain)
{
    internal static DryRunResponse Of(DryRunReport report) => new(
        DryRun: true,
        NotificationStatus.Of(report.Deliveries.Select(delivery => delivery.Status)).ToName(),
        report.Prepared.Request.Reference,
        report.Prepared.Template is { } template ? new PinnedTemplate(template.Key, template.Version) : null,
        [.. report.Deliveries.Select(DryRunDelivery.Of)],
        [.. report.Explain.Select(step => new ExplainItem(step.Channel?.ToName(), step.Code, step.Message))]);
}

/// <summary>What one channel would carry.</summary>
/// <param name="Content">Only what the channel has is there.</param>
/// <param name="Reason">Only for one that would be suppressed: what stands against it.</param>
public sealed record DryRunDelivery(string Channel, string Status, string? Locale, DryRunContent? Content, FailureResponse? Failure, ReasonResponse? Reason)
{
    internal static DryRunDelivery Of(DryDelivery delivery) => new(
        delivery.Planned.Channel.ToName(),
        delivery.Status.ToName(),
        delivery.Locale,
        delivery.Content is { } content ? DryRunContent.Of(content) : null,
        delivery.Failure is { } failure ? new FailureResponse(failure.Kind.ToName(), failure.Code, failure.Message, null) : null,
        delivery.Planned.IsToBeSent ? null : ReasonResponse.Of(delivery.Planned.Reason));
}

/// <summary>A rendered message.</summary>
/// <param name="TemplateName">WhatsApp is to send this approved template; its parameters stand in <c>components</c>.</param>
public sealed record DryRunContent(
    string? Subject, string? Html, string? Text, string? Title, string? Body, string? ActionUrl, IReadOnlyDictionary<string, string>? Data,
    string? ImageUrl, string? CollapseKey, string? TemplateName, string? LanguageCode, JsonElement? Components)
{
    internal static DryRunContent Of(RenderedContent content) => new(
        content.Subject, content.Html, content.Text, content.Title, content.Body, content.ActionUrl, content.Data.Count == 0 ? null : content.Data,
        content.ImageUrl, content.CollapseKey,
        content.Approved?.Name, content.Approved?.Language, content.Approved is { } approved ? JsonElement.Parse(approved.Components) : null);
}

/// <summary>One decision.</summary>
/// <param name="Channel">Absent for what concerns them all.</param>
public sealed record ExplainItem(string? Channel, string Code, string Message);
