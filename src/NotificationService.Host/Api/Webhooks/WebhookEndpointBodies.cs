using System.Text.Json.Serialization;
using NotificationService.Channels;
using NotificationService.Events;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Lists;
using NotificationService.Webhooks;

namespace NotificationService.Host.Api.Webhooks;

/// <summary>What an endpoint is to be. In a PATCH everything may be left out.</summary>
public sealed record WebhookEndpointRequest
{
    private const int LongestDescription = 500;
    private const int LongestCategory = 64;
    private const int MaxOfOneFilter = 100;

    /// <summary>https, at most 2,048 characters, without user, password and fragment; ports 443, 80, 8443 and most from 1024.</summary>
    public string? Url { get; init; }

    /// <summary>Event types such as delivery.failed, families such as delivery.*, or * for all.</summary>
    public List<string?>? Events { get; init; }

    /// <summary>At most 500 characters; empty removes it.</summary>
    public string? Description { get; init; }

    /// <summary>True by default. Enabled again, an endpoint begins anew.</summary>
    public bool? Enabled { get; init; }

    /// <summary>full (default), or thin: without what was given with the notification.</summary>
    public string? Payload { get; init; }

    /// <summary>At most 20 headers to send along, by name; values are shown masked, null removes.</summary>
    public Dictionary<string, string?>? Headers { get; init; }

    /// <summary>Of a delivery's events only some.</summary>
    public WebhookFiltersBody? Filters { get; init; }

    /// <summary>Neither addresses nor secrets in logs and exceptions.</summary>
    public override string ToString() => "a webhook endpoint request";

    internal List<FieldError> Check(bool whole)
    {
        var errors = new List<FieldError>();
        if (string.IsNullOrEmpty(Url) && (whole || Url is not null))
            errors.Add(new("/url", "required", "The address that is called."));
        if (Events is null ? whole : Events.Count == 0)
            errors.Add(new("/events", "required", $"One or more of {string.Join(", ", EventTypes.Patterns)}."));
        foreach (var (index, type) in (Events ?? []).Index())
        {
            if (type is null || !EventTypes.Patterns.Contains(type))
                errors.Add(new($"/events/{index}", "event_unknown", $"An event is one of {string.Join(", ", EventTypes.Patterns)}."));
            else if (Events!.IndexOf(type) < index)
                errors.Add(new($"/events/{index}", "duplicate", "This event stands there already."));
            if (errors.Count > MaxOfOneFilter)
                break;
        }

        if (Description is { } text && (text.Length > LongestDescription || text.Any(char.IsControl) || !IsWhole(text)))
            errors.Add(new("/description", "text_invalid", $"The description takes at most {LongestDescription} characters without control characters."));
        if (Payload is not (null or "full" or "thin"))
            errors.Add(new("/payload", "choice_invalid", "The payload is full or thin."));
        Filters?.Check(errors, MaxOfOneFilter, LongestCategory);
        return errors;
    }

    internal WebhookEndpointInput ToInput(bool whole) => new()
    {
        Url = Url,
        Events = Events is null ? null : [.. Events.OfType<string>()],
        Description = Description,
        Enabled = Enabled,
        Payload = Payload switch { "full" => WebhookPayload.Full, "thin" => WebhookPayload.Thin, _ => null },
        Headers = Headers,
        Filters = Filters?.ToFilters(),
        Whole = whole,
    };

    /// <summary>Whether it has no half of a character, which the database could not keep.</summary>
    internal static bool IsWhole(string text) => text.EnumerateRunes().All(rune => rune.Value != 0xFFFD || text.Contains('\uFFFD', StringComparison.Ordinal));
}

/// <summary>Of a delivery's events only these; an empty or missing list is all.</summary>
public sealed record WebhookFiltersBody
{
    /// <summary>email, sms, push, whatsapp, in_app.</summary>
    public List<string?>? Channels { get; init; }

    /// <summary>Categories of notifications.</summary>
    public List<string?>? Categories { get; init; }

    /// <summary>Batches; also of the batch's own event.</summary>
    public List<Guid>? BatchIds { get; init; }

    internal void Check(List<FieldError> errors, int max, int longestCategory)
    {
        if (Channels?.Any(channel => !ChannelKinds.TryParse(channel, out _)) == true)
            errors.Add(new("/filters/channels", "unknown_channel", $"A channel is one of {ChannelKinds.Names}."));
        if (Categories?.Any(category => category is null || category.Length is 0 || category.Length > longestCategory || category.Any(char.IsControl)) == true)
            errors.Add(new("/filters/categories", "text_invalid", $"A category takes 1 to {longestCategory} characters without control characters."));
        foreach (var (name, count) in ((string, int)[])[("channels", Channels?.Count ?? 0), ("categories", Categories?.Count ?? 0), ("batchIds", BatchIds?.Count ?? 0)])
        {
            if (count > max)
                errors.Add(new($"/filters/{name}", "too_many", $"At most {max}."));
        }
    }

    internal WebhookFilters ToFilters() => new(
        Channels is null ? null : [.. Channels.Select(name => ChannelKinds.TryParse(name, out var channel) ? (short)channel : throw new InvalidOperationException("checked before")).Distinct()],
        Categories is null ? null : [.. Categories.OfType<string>().Distinct()],
        BatchIds is null ? null : [.. BatchIds.Distinct()]);
}

/// <summary>How a secret is replaced; the body may be left out.</summary>
public sealed record RotateWebhookSecretRequest
{
    internal const int DefaultHours = 24;
    internal const int MaxHours = 7 * 24;

    /// <summary>How long the old secret signs too: 0 to 168 hours, 24 by default.</summary>
    public int? KeepOldForHours { get; init; }
}

/// <summary>Which sample is sent; the body may be left out.</summary>
public sealed record TestWebhookRequest
{
    /// <summary>An event type; by default the first that the endpoint asked for.</summary>
    public string? Type { get; init; }
}

/// <summary>What is sent once more.</summary>
public sealed record ReplayWebhooksRequest
{
    /// <summary>failed: what failed or was dropped. all: everything that the endpoint asks for.</summary>
    public string? Mode { get; init; }

    /// <summary>From when on; at most 30 days ago.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Until when; now by default.</summary>
    public DateTimeOffset? Until { get; init; }

    internal List<FieldError> Check(DateTimeOffset now)
    {
        var errors = new List<FieldError>();
        if (Mode is not ("failed" or "all"))
            errors.Add(new("/mode", Mode is null ? "required" : "choice_invalid", "The mode is failed or all."));
        if (Since is not { } since)
            errors.Add(new("/since", "required", "The time from which on it is sent once more."));
        else if (since > now || since < now - WebhookCommands.LongestReplay)
            errors.Add(new("/since", "datetime_range", $"A replay begins in the past, at most {WebhookCommands.LongestReplay.TotalDays:0} days ago."));
        if (Until is { } until && (until > now || until <= Since))
            errors.Add(new("/until", "datetime_range", "A replay ends after it begins, and not in the future."));
        return errors;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WebhookEndpointRequest))]
[JsonSerializable(typeof(RotateWebhookSecretRequest))]
[JsonSerializable(typeof(TestWebhookRequest))]
[JsonSerializable(typeof(ReplayWebhooksRequest))]
[JsonSerializable(typeof(WebhookEndpointResponse))]
[JsonSerializable(typeof(Page<WebhookEndpointResponse>))]
[JsonSerializable(typeof(WebhookQueuedResponse))]
[JsonSerializable(typeof(WebhookReplayResponse))]
[JsonSerializable(typeof(WebhookMessageResponse))]
[JsonSerializable(typeof(Page<WebhookMessageResponse>))]
internal sealed partial class WebhooksJson : JsonSerializerContext;
