using Microsoft.Extensions.Primitives;
using NotificationService.Channels;
using NotificationService.Deliveries.Receipts;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Queueing;
using NotificationService.RateLimits;
using NotificationService.Telemetry;

namespace NotificationService.Host.Api.Receipts;

/// <summary>
/// Answers a provider that reports. 1 whose address is it → 2 the body as it came → 3 a permit, the vendor's own check and reading → 4 keep → 5 answer.
/// Nothing is believed before 3; nothing is answered 2xx before 4 has been committed. Database away: 503, so that the vendor reports again.
/// </summary>
internal sealed partial class ReceiptHandler(
    ReceiptProviders providers, ProviderTypes types, ReceiptIntake intake, PublicUrl publicUrl, ReceiptMetrics metrics, TimeProvider time, ILogger<ReceiptHandler> logger) : IDisposable
{
    /// <summary>Under way at once from one network address (IPv6: one /64), whatever they are about.</summary>
    public const int MaxOfAddress = 64;

    /// <summary>Checked and kept at once, of all providers.</summary>
    public const int MaxAtOnce = 64;

    /// <summary>Of them, of one provider.</summary>
    public const int MaxOfProvider = 16;

    public const string TooManyCode = "too_many_callbacks";

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly Uri NoPublicUrl = new("http://public-url-is-not-set.invalid/");

    private readonly InFlight<Guid> ofAddress = new(MaxOfAddress);
    private readonly KeyedLimiter<Guid> limiter = new(MaxAtOnce, MaxOfProvider, Patience, time);

    public void Dispose() => limiter.Dispose();

    public async Task<IResult> RespondAsync(string path, string providerId, HttpContext context)
    {
        using var entry = ofAddress.TryEnter(RateLimiter.SubjectOf(context.Connection.RemoteIpAddress));
        return entry is null
            ? Refused("too_many", TooMany($"At most {MaxOfAddress} callbacks from one network address are under way at once."))
            : await FindAsync(path, providerId, context);
    }

    private async Task<IResult> FindAsync(string path, string providerId, HttpContext context)
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
        var (body, refusal) = await BodyReader.ReadAsync(context.Request, BodyPolicy.Callback, context.RequestAborted);
        return refusal is not null
            ? Refused(ReasonOf(refusal), refusal)
            : await limiter.RunAsync<IResult>(
                id,
                () => KeepAsync(source, configuration, id, context, body),
                () => Refused("too_many", TooMany($"At most {MaxOfProvider} callbacks of one provider are worked on at once.")),
                () => Refused("busy", Problems.Unavailable(RetryAfter)),
                context.RequestAborted);
    }

    private async Task<IResult> KeepAsync(IReceiptSource source, ProviderConfiguration configuration, Guid id, HttpContext context, ReadOnlyMemory<byte> body)
    {
        switch (source.Read(configuration, RequestOf(context.Request, body), time.GetUtcNow()))
        {
            case ReceiptReading.Receipts { Items: var items } receipts:
                IReadOnlyCollection<string> secrets = [.. configuration.Credentials.Values];
                IReadOnlyList<Receipt> clean = [.. items.Select(item => RawReceipt.Clean(item, secrets))];
                if (clean.Count > 0 && !await intake.TryKeepAsync(new IncomingReceipts(configuration.Tenant, configuration.Id, clean, AreTests: source.ReportsTests), CancellationToken.None))
                    return Refused("busy", Problems.Unavailable(RetryAfter));
                return receipts.Response is { } response ? Results.Text(response, receipts.ResponseType) : Results.Ok();
            case ReceiptReading.Challenge challenge:
                return Results.Text(challenge.Response, "text/plain");
            case ReceiptReading.Malformed malformed:
                LogRefused(logger, configuration.Type, id, malformed.Message);
                return Refused("malformed", Problems.OfStatus(400));
            case ReceiptReading.Refused refused:
                // Why stays with us: who tries signatures must not learn from the responses.
                LogRefused(logger, configuration.Type, id, refused.Message);
                return Refused("refused", Problems.OfStatus(403));
            default:
                throw new InvalidOperationException("a closed set");
        }
    }

    private static ProblemResult TooMany(string detail) => Problems.LimitReached(TooManyCode, detail, RetryAfter);

    private static string ReasonOf(ProblemResult refusal) => refusal.Value.Status switch
    {
        StatusCodes.Status413PayloadTooLarge => "too_large",
        StatusCodes.Status408RequestTimeout => "too_slow",
        StatusCodes.Status429TooManyRequests => "too_many",
        StatusCodes.Status503ServiceUnavailable => "busy",
        _ => "malformed",
    };

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

    [LoggerMessage(EventId = EventIds.Host + 10, Level = LogLevel.Information, Message = "A report to the {Type} provider {Provider} was refused: {Reason}")]
    private static partial void LogRefused(ILogger logger, string type, Guid provider, string reason);
}
