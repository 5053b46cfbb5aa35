using Microsoft.AspNetCore.Http.Features;
using NotificationService.Notifications;
using NotificationService.Storage;

namespace NotificationService.Host.Http;

/// <summary>
/// The outermost piece: gives every error a problem for a body, whoever made it. An exception shows the client
/// nothing but a trace id; a database that cannot be reached is a 503 with a time to come back.
/// </summary>
public sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan UserServiceRetryAfter = TimeSpan.FromSeconds(5);

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            if (RequestGuard.Refusal(context) is { } refusal)
                await refusal.ExecuteAsync(context);
            else
                await next(context);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            if (Respond(context, exception) is { } problem)
            {
                Clear(context.Response);
                await problem.ExecuteAsync(context);
            }

            return;
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // Whoever was reading the response is gone.
            return;
        }

        if (IsBareError(context.Response))
            await Problems.OfStatus(context.Response.StatusCode).ExecuteAsync(context);
    }

    /// <summary>Null when nobody is there to read the response.</summary>
    private ProblemResult? Respond(HttpContext context, Exception exception)
    {
        switch (exception)
        {
            case OperationCanceledException or IOException when context.RequestAborted.IsCancellationRequested:
                context.Response.StatusCode = 499;
                return null;
            case ProblemException refused:
                return refused.Result;
            case BadHttpRequestException bad:
                return Problems.OfStatus(bad.StatusCode);
            case RecipientsUnavailableException:
                return Problems.Unavailable(UserServiceRetryAfter);
            case var _ when Outage.IsBehind(exception):
                LogDatabaseUnavailable(logger, Method(context), Route(context), exception.GetType().Name, Outage.Reason(exception));
                return Problems.Unavailable(RetryAfter);
            default:
                LogUnhandled(logger, Method(context), Route(context), exception);
                return Problems.OfStatus(500);
        }
    }

    private static bool IsBareError(HttpResponse response) =>
        response.StatusCode >= 400 && !response.HasStarted && response.ContentType is null && response.ContentLength is null or 0
        && response.StatusCode != 499;

    /// <summary>Drops what an endpoint had begun to say; what describes the connection or the caller's standing stays.</summary>
    private static void Clear(HttpResponse response)
    {
        response.ContentLength = null;
        response.Headers.ContentEncoding = default;
        response.Headers.ETag = default;
        response.Headers.Location = default;
    }

    private static string Method(HttpContext context) => context.Features.Get<IHttpRequestFeature>()?.Method is { Length: <= 16 } method ? method : "?";

    // The pattern, not the path: a path may hold a token or an address.
    private static string Route(HttpContext context) => (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";

    [LoggerMessage(EventId = Telemetry.EventIds.Host + 1, Level = LogLevel.Error, Message = "{Method} {Route} failed unexpectedly")]
    private static partial void LogUnhandled(ILogger logger, string method, string route, Exception exception);

    [LoggerMessage(EventId = Telemetry.EventIds.Host + 2, Level = LogLevel.Warning, Message = "{Method} {Route} was answered 503: the database is not available ({Exception}, {Reason})")]
    private static partial void LogDatabaseUnavailable(ILogger logger, string method, string route, string exception, string reason);
}
