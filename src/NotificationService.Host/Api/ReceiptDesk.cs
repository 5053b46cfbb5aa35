using System.Buffers;
using Microsoft.Extensions.Primitives;
using NotificationService.Channels;
using NotificationService.Deliveries.Receipts;
using NotificationService.Telemetry;

namespace NotificationService.Host.Api;

/// <summary>
/// Answers a provider that reports. 1 whose address is it → 2 the body as it came → 3 the vendor's own check and reading → 4 keep → 5 answer.
/// Nothing is believed before 3; nothing is answered 2xx before 4 has been committed. Database away: 503, so that the vendor reports again.
/// </summary>
internal sealed partial class ReceiptDesk(
    ReceiptProviders providers, ProviderTypes types, ReceiptIntake intake, PublicUrl publicUrl, ReceiptMetrics metrics, TimeProvider time, ILogger<ReceiptDesk> logger)
{
    /// <summary>WhatsApp sends up to 3 MB at once, SendGrid less than one.</summary>
    public const int LargestBody = 4 * 1024 * 1024;

    /// <summary>A stranger's Content-Length costs us no more memory than this before the bytes come.</summary>
    private const int MostTakenOnTrust = 64 * 1024;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);
    private static readonly Uri NoPublicUrl = new("http://public-url-is-not-set.invalid/");

    public async Task<IResult> AnswerAsync(string path, string providerId, HttpContext context)
    {
        if (!Guid.TryParseExact(providerId, "D", out var id))
            return Refused("unknown", Problems.NotFound());
        var found = await providers.FindAsync(id, context.RequestAborted);
        if (found is FoundProvider.Busy)
            return Refused("busy", Problems.Unavailable(RetryAfter));
        if (found is not FoundProvider.Known { Provider: var opened })
            return Refused("unknown", Problems.NotFound());
        if (opened is not OpenedProvider.Usable { Configuration: var configuration })
            return Refused("unusable", Problems.Unavailable(RetryAfter)); // its credentials cannot be opened at the moment
        if (!types.TryFind(configuration.Type, out var type))
            return Refused("unknown", Problems.NotFound());
        // Whoever reports for a vendor that reports nothing, as fcm, cannot have signed it.
        if (type is not IReceiptSource && type.Name == path)
            return Refused("refused", Problems.OfStatus(403));
        if (type is not IReceiptSource source || source.ReceiptPath != path)
            return Refused("unknown", Problems.NotFound());
        if (context.Request.Headers.ContentEncoding is { Count: > 0 } encoding && encoding != "identity")
            return Refused("malformed", Problems.OfStatus(415));
        if (await ReadAsync(context.Request, context.RequestAborted) is not { } body)
            return Refused("too_large", Problems.OfStatus(413));

        switch (source.Read(configuration, RequestOf(context.Request, body), time.GetUtcNow()))
        {
            case ReceiptReading.Receipts { Items: var items } receipts:
                if (items.Count > 0 && !await intake.TryKeepAsync(new IncomingReceipts(configuration.Tenant, configuration.Id, items), CancellationToken.None))
                    return Refused("busy", Problems.Unavailable(RetryAfter));
                return receipts.Answer is { } answer ? Results.Text(answer, receipts.AnswerType) : Results.Ok();
            case ReceiptReading.Challenge challenge:
                return Results.Text(challenge.Answer, "text/plain");
            case ReceiptReading.Malformed malformed:
                LogRefused(logger, configuration.Type, id, malformed.Message);
                return Refused("malformed", Problems.OfStatus(400));
            case ReceiptReading.Refused refused:
                // Why stays with us: who tries signatures must not learn from the answers.
                LogRefused(logger, configuration.Type, id, refused.Message);
                return Refused("refused", Problems.OfStatus(403));
            default:
                throw new InvalidOperationException("a closed set");
        }
    }

    private ProblemResult Refused(string reason, ProblemResult problem)
    {
        metrics.Refused(reason);
        return problem;
    }

    private ReceiptRequest RequestOf(HttpRequest request, ReadOnlyMemory<byte> body) => new(
        request.Method,
        UrlOf(request),
        First(request.Query, StringComparer.Ordinal),
        First(request.Headers, StringComparer.OrdinalIgnoreCase),
        request.ContentType,
        body);

    private Uri UrlOf(HttpRequest request) =>
        Uri.TryCreate((publicUrl.Value ?? NoPublicUrl).OriginalString.TrimEnd('/') + request.Path.ToUriComponent() + request.QueryString.Value, UriKind.Absolute, out var url)
            ? url
            : NoPublicUrl;

    private static Dictionary<string, string> First(IEnumerable<KeyValuePair<string, StringValues>> values, StringComparer comparer)
    {
        var first = new Dictionary<string, string>(comparer);
        foreach (var (name, all) in values)
            first.TryAdd(name, all.Count > 0 ? all[0] ?? "" : "");
        return first;
    }

    /// <summary>Null when it is larger than any vendor's.</summary>
    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > LargestBody)
            return null;
        var buffer = new ArrayBufferWriter<byte>((int)Math.Min(request.ContentLength ?? 0, MostTakenOnTrust) + 1);
        while (await request.Body.ReadAsync(buffer.GetMemory(1), cancellationToken) is > 0 and var read)
        {
            buffer.Advance(read);
            if (buffer.WrittenCount > LargestBody)
                return null;
        }

        return buffer.WrittenMemory;
    }

    [LoggerMessage(EventId = EventIds.Host + 10, Level = LogLevel.Information, Message = "A report to the {Type} provider {Provider} was refused: {Reason}")]
    private static partial void LogRefused(ILogger logger, string type, Guid provider, string reason);
}
