using System.Net;
using System.Text;
using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Outbound;
using NotificationService.Providers.Http;

namespace NotificationService.Providers.SendGrid;

/// <summary>E-mail by SendGrid's v3 API.</summary>
internal sealed class SendGridProvider : IProvider, IDisposable
{
    private const int LongestMessageId = 200;
    private const int LargestMessage = 30_000_000;

    private readonly ProviderHttp http;
    private readonly TimeProvider time;
    private readonly string apiKey;
    private readonly string authorization;
    private readonly Uri address;
    private readonly byte[] from;
    private readonly byte[]? replyTo;
    private readonly SendGridSettings settings;
    private readonly Func<HttpResponseMessage, CancellationToken, ValueTask<ProviderResult>> read;

    public SendGridProvider(SendGridSettings settings, ProviderHttp http, TimeProvider time)
    {
        this.http = http;
        this.time = time;
        this.settings = settings;
        apiKey = settings.ApiKey;
        authorization = $"Bearer {settings.ApiKey}";
        address = new Uri(settings.BaseUrl, "v3/mail/send");
        from = Bytes(settings.From);
        replyTo = settings.ReplyTo is null ? null : Bytes(settings.ReplyTo);
        read = ReadAsync;
    }

    public Task<ProviderResult> SendAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        if (call.Message is not ChannelMessage.Email email)
            return Task.FromResult<ProviderResult>(new ProviderResult.Rejected("channel_unsupported", "SendGrid sends e-mail only"));
        if (email.Subject.Length == 0)
            return Task.FromResult<ProviderResult>(new ProviderResult.Rejected("subject_missing", "SendGrid sends no message without a subject"));
        if (string.IsNullOrEmpty(email.Text) && string.IsNullOrEmpty(email.Html))
            return Task.FromResult<ProviderResult>(new ProviderResult.Rejected("content_missing", "the message has neither text nor HTML"));
        var to = MailDomain.Canonical(email.To.Address);
        if (!Ascii.IsValid(to))
            return Task.FromResult<ProviderResult>(new ProviderResult.Rejected("smtputf8_unsupported", "SendGrid takes no mailboxes beyond ASCII", RejectionCause.Provider));
        var json = PooledJson.Rent();
        Write(json.Writer, call, email with { To = email.To with { Address = to } });
        json.Writer.Flush();
        if (json.Written.Length > LargestMessage)
        {
            json.Return();
            return Task.FromResult<ProviderResult>(new ProviderResult.Rejected("message_too_large", "the message is larger than the 30 MB that SendGrid takes"));
        }

        return SendAsync(new JsonBody(json), call.Deadline, cancellationToken);
    }

    public void Dispose() => http.Dispose();

    private async Task<ProviderResult> SendAsync(JsonBody body, TimeSpan deadline, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = body };
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return await http.SendAsync(request, body, deadline, read, cancellationToken);
    }

    private ValueTask<ProviderResult> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
            return ReadErrorAsync(response, cancellationToken);
        // 202 is SendGrid's only yes; any other success may be a page of somebody in between.
        return ValueTask.FromResult<ProviderResult>(response.StatusCode == HttpStatusCode.Accepted ? new ProviderResult.Accepted(MessageId(response)) : UnclearSuccess.Of(response));
    }

    private async ValueTask<ProviderResult> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await ErrorBody.ReadAsync(response, cancellationToken);
        // The limit's header comes with every response, and says something about waiting only when the limit was hit.
        var reset = response.StatusCode == HttpStatusCode.TooManyRequests ? "X-RateLimit-Reset" : null;
        var retryAfter = RetryAfter.Of(response, time.GetUtcNow(), reset);
        return SendGridErrors.Of((int)response.StatusCode, SendGridError.Of(body, apiKey), retryAfter);
    }

    private static string MessageId(HttpResponseMessage response)
    {
        if (!response.Headers.NonValidated.TryGetValues("X-Message-Id", out var values))
            return "";
        foreach (var value in values)
            return value.Length <= LongestMessageId ? value : value[..LongestMessageId];
        return "";
    }

    /// <summary>text/plain stands before text/html, as SendGrid demands, and beside HTML alone as well. Our ids come back in its events.</summary>
    private void Write(Utf8JsonWriter writer, ProviderCall call, ChannelMessage.Email email)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("personalizations"u8);
        writer.WriteStartObject();
        writer.WriteStartArray("to"u8);
        Write(writer, email.To);
        writer.WriteEndArray();
        writer.WriteStartObject("custom_args"u8);
        writer.WriteString("notification_id"u8, call.Delivery.Notification.Value);
        writer.WriteString("delivery_id"u8, call.Delivery.Value);
        Span<byte> attempt = stackalloc byte[11];
        System.Buffers.Text.Utf8Formatter.TryFormat(call.Attempt, attempt, out var digits);
        writer.WriteString("attempt"u8, attempt[..digits]);
        writer.WriteEndObject();
        WriteHeaders(writer, call);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WritePropertyName("from"u8);
        writer.WriteRawValue(from, skipInputValidation: true);
        if (replyTo is not null)
        {
            writer.WritePropertyName("reply_to"u8);
            writer.WriteRawValue(replyTo, skipInputValidation: true);
        }

        writer.WriteString("subject"u8, HeaderText.OneLine(email.Subject));
        writer.WriteStartArray("content"u8);
        Write(writer, "text/plain"u8, HtmlText.Beside(email.Html, email.Text));
        Write(writer, "text/html"u8, email.Html);
        writer.WriteEndArray();
        WriteCategories(writer, call.Category);
        writer.WriteEndObject();
    }

    private void WriteHeaders(Utf8JsonWriter writer, ProviderCall call)
    {
        if (settings.Unsubscribe is null && call.UnsubscribeUrl is null)
            return;
        writer.WriteStartObject("headers"u8);
        foreach (var (name, value) in ListUnsubscribe.Of(settings.Unsubscribe, call))
            writer.WriteString(name, value);
        writer.WriteEndObject();
    }

    /// <summary>The message's own, then the provider's: each once, and at most ten.</summary>
    private void WriteCategories(Utf8JsonWriter writer, string? category)
    {
        if (category is not { Length: > 0 and <= SendGridSettings.LongestCategory } && settings.Categories.Count == 0)
            return;
        writer.WriteStartArray("categories"u8);
        if (category is { Length: > 0 and <= SendGridSettings.LongestCategory })
            writer.WriteStringValue(category);
        foreach (var other in settings.Categories)
        {
            if (other != category)
                writer.WriteStringValue(other);
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> type, string? content)
    {
        if (string.IsNullOrEmpty(content))
            return; // SendGrid refuses an empty part
        writer.WriteStartObject();
        writer.WriteString("type"u8, type);
        writer.WriteString("value"u8, content);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, EmailAddress mailbox)
    {
        writer.WriteStartObject();
        writer.WriteString("email"u8, mailbox.Address);
        if (mailbox.Name is not null)
            writer.WriteString("name"u8, HeaderText.OneLine(mailbox.Name));
        writer.WriteEndObject();
    }

    private static byte[] Bytes(EmailAddress mailbox)
    {
        var json = PooledJson.Rent();
        Write(json.Writer, mailbox);
        json.Writer.Flush();
        var bytes = json.Written.ToArray();
        json.Return();
        return bytes;
    }
}
