using System.Buffers;
using System.Text;
using System.Text.Json;
using NotificationService.Batches;
using NotificationService.BulkJobs;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Events;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Events;

/// <summary>
/// What receivers' programs are written against, byte for byte: a file for each type, with the data of an event that has everything, in full and thin, and
/// of one that lacks all that it may lack. Whoever changes a file changes the contract.
/// </summary>
public sealed class GoldenEventsTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "NotificationService.UnitTests", "Events", "Golden");
    private static readonly Guid Subject = new("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a71");
    private static readonly DateTimeOffset Moment = new DateTimeOffset(2026, 11, 21, 9, 0, 0, TimeSpan.Zero).AddMicroseconds(120);

    public static TheoryData<string> Types => [.. EventTypes.ForEndpoints];

    [Theory]
    [MemberData(nameof(Types))]
    public void An_event_of_each_type_is_written_as_its_file_says(string type)
    {
        var file = Path.Combine(Folder, type + ".json");
        string[] written = [.. new[] { Whole(type), Bare(type) }.SelectMany(published => (string[])[Write(published, full: true), Write(published, full: false)]).Distinct()];

        var text = $"[\n{string.Join(",\n", written)}\n]\n";
        File.Exists(file).ShouldBeTrue($"{type} has no file; it would be:\n{text}");
        File.ReadAllText(file).ShouldBe(text);
    }

    [Fact]
    public void There_is_no_file_of_a_type_that_is_not_published() =>
        Directory.GetFiles(Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(EventTypes.ForEndpoints.Select(type => type + ".json").Order(StringComparer.Ordinal));

    [Fact]
    public void Every_status_that_is_published_has_a_type() =>
        DeliveryStatuses.All.Where(status => status >= EventTypes.FirstPublished).Select(EventTypes.Of).ShouldBeSubsetOf(EventTypes.ForEndpoints);

    [Fact]
    public void What_an_earlier_build_stored_is_published_as_it_stands() =>
        Write(Notice("batch.completed", new StoredData("""{"batchId" : "x", "status" : "completed"}""")), full: true).ShouldBe("""{"batchId" : "x", "status" : "completed"}""");

    [Fact]
    public void A_sample_says_that_it_is_one() => Write(Notice("batch.completed", new SampleFacts()), full: true).ShouldBe("""{"sample":true}""");

    [Theory]
    [InlineData(0, 0, "0")]
    [InlineData(0, 3, "0.000000")]
    [InlineData(1, 3, "0.333333")]
    [InlineData(2, 3, "0.666667")]
    [InlineData(3, 3, "1.000000")]
    [InlineData(4, 3, "1.000000")]
    public void How_far_a_job_is_has_six_digits(int done, int total, string progress) =>
        Write(Notice("bulk_job.progress", Job() with { RowsDone = done, RowsTotal = total }), full: true).ShouldContain($"\"progress\":{progress},");

    /// <summary>With everything that an event of the type may have. As the database has noted it, where it notes facts.</summary>
    private static PublicEvent Whole(string type) => type switch
    {
        EventTypes.BatchCompleted => Noted(type, """{"reference" : "november-sale", "state" : 3, "live" : false, "created_at" : "2026-11-21T08:00:00.5+00:00", "counts" : { "0" : 1, "40" : 2, "50" : 3, "60" : 4, "70" : 5, "71" : 6, "72" : 7, "73" : 8, "74" : 9 }}"""),
        EventTypes.BulkJobProgress => Noted(type, """{"name" : "november sale", "state" : 3, "reason" : null, "rows_total" : 3, "rows_done" : 2, "rows_queued" : 1, "rows_bad" : 1, "rows_repeated" : 0, "rate_per_second" : 12.5, "eta_seconds" : 1}"""),
        EventTypes.BulkJobCompleted => Noted(type, """{"name" : "november sale", "state" : 6, "reason" : "bad_rows", "rows_total" : 3, "rows_done" : 3, "rows_queued" : 0, "rows_bad" : 1, "rows_repeated" : 2, "rate_per_second" : 0, "eta_seconds" : 0}"""),
        EventTypes.EndpointFailing => Noted(type, """{"host" : "hooks.example.com", "reason" : null, "failing_since" : "2026-11-21T08:00:00+00:00", "failures" : 12, "last_failure" : "http_status"}"""),
        EventTypes.EndpointDisabled => Noted(type, """{"host" : "[2001:db8::1]", "reason" : "failing", "failing_since" : "2026-11-16T08:00:00.123456+00:00", "failures" : 4711, "last_failure" : "timeout"}"""),
        EventTypes.ProviderSuspended => Noted(type, """{"name" : "Zoë's SendGrid", "type" : "sendgrid", "channel" : 1, "code" : "credentials_refused", "message" : "the key <SG.…> is not known"}"""),
        EventTypes.QuotaNear => Noted(type, """{"channel" : 2, "prefix" : "+44", "quota" : 1000, "used" : 800, "day" : "2026-11-21", "ends_at" : "2026-11-21T23:00:00+00:00"}"""),
        EventTypes.QuotaReached => Noted(type, """{"channel" : 1, "prefix" : null, "quota" : 1000, "used" : 1000, "day" : "2026-11-21", "ends_at" : "2026-11-22T00:00:00+00:00"}"""),
        _ => Delivery(type) with
        {
            Reference = "order-1009",
            UserId = "u-123",
            Category = "shipping",
            Batch = Subject,
            Template = "order-shipped",
            TemplateVersion = 3,
            Provider = "main",
            Attempts = 2,
            Segments = 2,
            Encoding = SmsEncoding.Ucs2,
            Live = false,
            Metadata = """{ "cart": 7 }""",
            Detail = """{"kind":"exhausted","code":"http_503","message":"it's away","nextAttemptAt":"2026-11-21T09:00:00.000000Z","devices":{"reached":1,"total":2,"outcomes":[{"device":"2b4c1f0a9d3e","outcome":"accepted","attempts":1},{"device":"90ad77c1e254","outcome":"given_up","attempts":7,"code":"UNAVAILABLE"}]}}""",
        },
    };

    /// <summary>With nothing that an event of the type may lack.</summary>
    private static PublicEvent Bare(string type) => type switch
    {
        EventTypes.BatchCompleted => Noted(type, """{"reference" : null, "state" : 2, "live" : true, "created_at" : "2026-11-21T08:00:00+00:00", "counts" : null}"""),
        EventTypes.BulkJobProgress or EventTypes.BulkJobCompleted => Notice(type, Job()),
        EventTypes.EndpointFailing or EventTypes.EndpointDisabled => Noted(type, """{"host" : null, "reason" : null, "failing_since" : null, "failures" : 0, "last_failure" : null}"""),
        EventTypes.ProviderSuspended or EventTypes.QuotaNear or EventTypes.QuotaReached => Whole(type),
        _ => Delivery(type),
    };

    private static BulkJobFacts Job() => new(null, BulkJobState.Done, null, 0, 0, 0, 0, 0, null, null);

    private static DeliveryEvent Delivery(string type)
    {
        var status = DeliveryStatuses.All.Single(status => status >= EventTypes.FirstPublished && EventTypes.Of(status) == type);
        return new DeliveryEvent("evt_1", new TenantId(Guid.Empty), type, NotificationId.From(Subject).Delivery(ChannelKind.Push), 2, Moment, status);
    }

    private static NoticeEvent Noted(string type, string facts) => Notice(type, NoticeFacts.Read(type, facts));

    private static NoticeEvent Notice(string type, NoticeFacts facts) => new("evt_1", new TenantId(Guid.Empty), type, Subject, Moment, facts);

    private static string Write(PublicEvent published, bool full)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, ReadableJson.Writer))
            EventJson.WriteData(json, published, full);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
