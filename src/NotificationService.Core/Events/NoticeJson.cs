using System.Text.Json;
using NotificationService.Batches;
using NotificationService.BulkJobs;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Storage;

namespace NotificationService.Events;

/// <summary>Writes what an event that is no delivery's says. Property names and order are public, as those of <see cref="EventJson"/>.</summary>
internal static class NoticeJson
{
    /// <summary>With six digits, as it always was.</summary>
    private const decimal SixDigits = 0.000000m;

    public static void Write(Utf8JsonWriter json, NoticeEvent published)
    {
        if (published.Facts is StoredData stored)
        {
            json.WriteRawValue(stored.Json);
            return;
        }

        json.WriteStartObject();
        switch (published.Facts)
        {
            case BatchFacts batch:
                WriteBatch(json, published, batch);
                break;
            case BulkJobFacts job:
                WriteBulkJob(json, published, job);
                break;
            case EndpointFacts endpoint:
                WriteEndpoint(json, published, endpoint);
                break;
            case SuspensionFacts provider:
                WriteSuspension(json, published, provider);
                break;
            case QuotaFacts quota:
                WriteQuota(json, quota);
                break;
            case SampleFacts:
                json.WriteBoolean("sample", true);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(published), published.Facts, "no event");
        }

        json.WriteEndObject();
    }

    private static void WriteBatch(Utf8JsonWriter json, NoticeEvent published, BatchFacts batch)
    {
        json.WriteString("batchId", published.Subject);
        json.WriteString("reference", batch.Reference);
        json.WriteString("status", batch.State == BatchState.Cancelled ? "cancelled" : "completed");
        json.WriteString("mode", batch.Live ? "live" : "test");
        json.WriteTime("createdAt", batch.CreatedAt);
        json.WriteTime("endedAt", published.OccurredAt);
        json.WriteStartObject("deliveries");
        json.WriteNumber("total", batch.Counts?.Values.Sum() ?? 0);
        json.WriteNumber("pending", batch.Counts?.GetValueOrDefault((short)BatchTally.Pending) ?? 0);
        foreach (var status in DeliveryStatuses.All.Where(status => status >= EventTypes.FirstPublished))
            json.WriteNumber(status.ToName(), batch.Counts?.GetValueOrDefault((short)status) ?? 0);
        json.WriteEndObject();
    }

    private static void WriteBulkJob(Utf8JsonWriter json, NoticeEvent published, BulkJobFacts job)
    {
        json.WriteString("jobId", published.Subject);
        json.WriteString("name", job.Name);
        json.WriteString("status", job.State.ToName());
        json.WriteString("reason", job.Reason);
        json.WriteStartObject("rows");
        json.WriteNumber("total", job.RowsTotal);
        json.WriteNumber("done", job.RowsDone);
        json.WriteNumber("queued", job.RowsQueued);
        json.WriteNumber("bad", job.RowsBad);
        json.WriteNumber("repeated", job.RowsRepeated);
        json.WriteEndObject();
        if (job.RowsTotal == 0)
            json.WriteNumber("progress", 0);
        else
            json.WriteNumber("progress", decimal.Round(Math.Min(1, (decimal)job.RowsDone / job.RowsTotal), 6, MidpointRounding.AwayFromZero) + SixDigits);
        WriteNumber(json, "ratePerSecond", job.RatePerSecond);
        WriteNumber(json, "etaSeconds", job.EtaSeconds);
    }

    private static void WriteEndpoint(Utf8JsonWriter json, NoticeEvent published, EndpointFacts endpoint)
    {
        json.WriteString("endpointId", published.Subject);
        json.WriteString("host", endpoint.Host);
        json.WriteString("reason", endpoint.Reason);
        if (endpoint.FailingSince is { } since)
            json.WriteTime("failingSince", since);
        else
            json.WriteNull("failingSince");
        json.WriteNumber("failures", endpoint.Failures);
        json.WriteString("lastFailure", endpoint.LastFailure);
    }

    private static void WriteSuspension(Utf8JsonWriter json, NoticeEvent published, SuspensionFacts provider)
    {
        json.WriteString("providerId", published.Subject);
        json.WriteString("name", provider.Name);
        json.WriteString("type", provider.Type);
        json.WriteString("channel", provider.Channel.ToName());
        json.WriteString("code", provider.Code);
        json.WriteString("message", provider.Message);
    }

    private static void WriteQuota(Utf8JsonWriter json, QuotaFacts quota)
    {
        json.WriteString("channel", quota.Channel.ToName());
        json.WriteString("prefix", quota.Prefix);
        json.WriteNumber("quota", quota.Quota);
        json.WriteNumber("used", quota.Used);
        json.WriteString("day", Rfc3339.Date(quota.Day));
        json.WriteTime("resetsAt", quota.EndsAt);
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}
