using System.Globalization;
using NotificationService.BulkJobs.Csv;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Audit;

/// <summary>The audit log as a CSV file, written as it is read. Safe to open in a spreadsheet.</summary>
internal sealed class AuditCsv(IAsyncEnumerable<AuditRecord> entries) : IResult
{
    private const string ContentType = "text/csv";

    private static readonly string[] Columns =
        ["id", "at", "actorKind", "actorId", "actorName", "action", "target", "ip", "userAgent", "before", "after", "sequence", "hash"];

    /// <summary>Whether the caller asks for it by name; whoever takes anything is given JSON.</summary>
    public static bool IsWanted(HttpRequest request) =>
        request.Headers.Accept.Any(value => value?.Split(',').Any(type => type.Split(';')[0].Trim().Equals(ContentType, StringComparison.OrdinalIgnoreCase)) == true);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, cancellationToken) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = $"{ContentType}; charset=utf-8";
        response.Headers.ContentDisposition = "attachment; filename=\"audit-log.csv\"";
        response.Headers.CacheControl = "no-store";
        await using var csv = new CsvOutput(response.Body, ',');
        await csv.WriteAsync(Columns, cancellationToken);
        await foreach (var entry in entries.WithCancellation(cancellationToken))
        {
            await csv.WriteAsync(
                [
                    entry.Id.ToString(), Rfc3339.Text(entry.At), entry.ActorKind, entry.ActorId?.ToString(), entry.ActorName, entry.Action, entry.Target, entry.Ip, entry.UserAgent,
                    entry.Before, entry.After, entry.Sequence.ToString(CultureInfo.InvariantCulture), Convert.ToHexStringLower(entry.Hash),
                ],
                cancellationToken);
        }
    }
}
