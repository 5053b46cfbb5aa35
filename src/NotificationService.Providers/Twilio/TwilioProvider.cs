using System.Globalization;
using System.Net;
using NotificationService.Channels;
using NotificationService.Outbound;
using NotificationService.Providers.Http;
using NotificationService.Templates;

namespace NotificationService.Providers.Twilio;

/// <summary>Text and WhatsApp messages by Twilio's API of 2010-04-01: one message a call.</summary>
internal sealed class TwilioProvider(string type, TwilioSettings settings, ProviderHttp http, TimeProvider time) : IProvider, IDisposable
{
    private const int LongestBody = 1_600;
    private const int LongestMessageId = 200;
    private const int LongestValidity = 36_000;

    private readonly Uri address = settings.AccountUrl("/Messages.json");
    private readonly string authorization = settings.Authorization;

    public Task<ProviderResult> SendAsync(ProviderCall call, CancellationToken cancellationToken) => (type, call.Message) switch
    {
        (TwilioType.Sms, ChannelMessage.Sms sms) => SendAsync(call, sms, cancellationToken),
        (TwilioType.WhatsApp, ChannelMessage.WhatsApp whatsApp) => SendAsync(call, whatsApp, cancellationToken),
        _ => Task.FromResult<ProviderResult>(new ProviderResult.Rejected("channel_unsupported", "this Twilio provider does not send on the message's channel")),
    };

    public void Dispose() => http.Dispose();

    private Task<ProviderResult> SendAsync(ProviderCall call, ChannelMessage.Sms sms, CancellationToken cancellationToken)
    {
        if (WrongWith(sms.Text) is { } wrong)
            return Task.FromResult<ProviderResult>(wrong);
        var segments = SmsSegments.Count(sms.Text);
        if (segments > settings.MaxSegments)
        {
            return Task.FromResult<ProviderResult>(new ProviderResult.Rejected(
                "too_many_segments", $"the text takes {segments} segments, and this provider sends at most {settings.MaxSegments}"));
        }

        var body = FormBody.Of(
            ("To", sms.To), ("From", settings.From), ("MessagingServiceSid", settings.MessagingServiceSid), ("Body", sms.Text),
            ("StatusCallback", Callback(call)), ("ValidityPeriod", Validity(call)));
        return SendAsync(call, body, segments, cancellationToken);
    }

    private Task<ProviderResult> SendAsync(ProviderCall call, ChannelMessage.WhatsApp message, CancellationToken cancellationToken)
    {
        // Meta's own API takes more than Twilio does.
        if (message.Template is null && WrongWith(message.Text ?? "") is { } wrong)
            return Task.FromResult<ProviderResult>(wrong with { Cause = RejectionCause.Provider });
        if (message.Template is { Name: var name } && !name.StartsWith("HX", StringComparison.Ordinal))
        {
            return Task.FromResult<ProviderResult>(new ProviderResult.Rejected(
                "template_name_invalid", "Twilio knows a template by its ContentSid (HX…), not by its name with WhatsApp", RejectionCause.Provider));
        }

        var body = FormBody.Of(
            ("To", TwilioSettings.WhatsAppPrefix + message.To), ("From", settings.From), ("MessagingServiceSid", settings.MessagingServiceSid),
            ("Body", message.Template is null ? message.Text : null), ("ContentSid", message.Template?.Name), ("ContentVariables", Variables(message.Template)),
            ("StatusCallback", Callback(call)));
        return SendAsync(call, body, segments: null, cancellationToken);
    }

    private async Task<ProviderResult> SendAsync(ProviderCall call, FormBody body, int? segments, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = body };
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return await http.SendAsync(request, body, call.Deadline, (response, token) => ReadAsync(response, segments, token), cancellationToken);
    }

    private async ValueTask<ProviderResult> ReadAsync(HttpResponseMessage response, int? segments, CancellationToken cancellationToken)
    {
        var reply = TwilioResponse.Of(await ErrorBody.ReadAsync(response, cancellationToken));
        if (!response.IsSuccessStatusCode)
            return TwilioErrors.Of(type, settings, (int)response.StatusCode, reply, RetryAfter.Of(response, time.GetUtcNow()));
        // 201 is Twilio's word, however its body ends; any other success without an id may be a page of somebody in between.
        return response.StatusCode == HttpStatusCode.Created || !string.IsNullOrWhiteSpace(reply.Sid)
            ? new ProviderResult.Accepted(reply.Sid.Length <= LongestMessageId ? reply.Sid : reply.Sid[..LongestMessageId]) { Segments = segments }
            : UnclearSuccess.Of(response);
    }

    private static ProviderResult.Rejected? WrongWith(string text) => text.Length switch
    {
        0 => new ProviderResult.Rejected("text_missing", "the message has no text"),
        > LongestBody => new ProviderResult.Rejected("text_too_long", $"the text has {text.Length} characters, and Twilio takes at most {LongestBody}"),
        _ => null,
    };

    /// <summary>Our ids come back with every report, so that it finds its delivery even when Twilio's answer was lost.</summary>
    private string? Callback(ProviderCall call) => settings.StatusCallback is { } url
        ? string.Create(CultureInfo.InvariantCulture, $"{url.AbsoluteUri}{(url.Query.Length == 0 ? "?" : "&")}delivery={call.Delivery.Value}&attempt={call.Attempt}")
        : null;

    /// <summary>How long Twilio may keep it in its queue; left out where it may as long as Twilio ever does.</summary>
    private string? Validity(ProviderCall call)
    {
        if (call.ExpiresAt is not { } end || (end - time.GetUtcNow()).TotalSeconds is var seconds && seconds >= LongestValidity)
            return null;
        return Math.Max(1, (int)seconds).ToString(CultureInfo.InvariantCulture);
    }

    private static string? Variables(WhatsAppTemplate? template)
    {
        if (template?.BodyVariables() is not { Count: > 0 } variables)
            return null;
        var json = PooledJson.Rent();
        json.Writer.WriteStartObject();
        foreach (var (name, value) in variables)
            json.Writer.WriteString(name, value);
        json.Writer.WriteEndObject();
        json.Writer.Flush();
        var text = System.Text.Encoding.UTF8.GetString(json.Written.Span);
        json.Return();
        return text;
    }
}
