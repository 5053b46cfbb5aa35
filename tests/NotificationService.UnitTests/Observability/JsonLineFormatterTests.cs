using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NotificationService.Host.Observability;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.UnitTests.Observability;

public sealed class JsonLineFormatterTests
{
    [Fact]
    public void A_log_is_one_line_of_JSON_with_its_values_and_trace()
    {
        using var activity = new Activity("test").Start();

        var line = Write(LogLevel.Warning, new EventId(2101, "Retried"), [new("Attempt", 3), new("Channel", "email"), new("{OriginalFormat}", "x")], "Retried \"it\"\nagain", exception: null);

        line.GetProperty("time").GetString().ShouldBe("2026-01-31T09:30:00.000000Z");
        line.GetProperty("level").GetString().ShouldBe("warn");
        line.GetProperty("category").GetString().ShouldBe("Category");
        line.GetProperty("eventId").GetInt32().ShouldBe(2101);
        line.GetProperty("message").GetString().ShouldBe("Retried \"it\"\nagain");
        line.GetProperty("traceId").GetString().ShouldBe(activity.TraceId.ToString());
        line.GetProperty("values").GetProperty("Attempt").GetInt32().ShouldBe(3);
        line.GetProperty("values").GetProperty("Channel").GetString().ShouldBe("email");
        line.GetProperty("values").TryGetProperty("{OriginalFormat}", out _).ShouldBeFalse();
    }

    [Fact]
    public void Of_a_PostgreSQL_error_only_the_code_is_written()
    {
        var refused = new InvalidOperationException("outer", new PostgresException("duplicate key value ann@example.com", "ERROR", "ERROR", "23505", detail: "Key (email)=(ann@example.com)"));

        var line = Write(LogLevel.Error, default, [], "failed", refused);

        line.GetRawText().ShouldNotContain("ann@example.com");
        line.GetProperty("exceptions").EnumerateArray().Select(exception => exception.GetProperty("message").GetString()).ShouldBe(["outer", "23505"]);
    }

    [Fact]
    public void Of_any_other_error_the_message_is_written_without_addresses()
    {
        var refused = new InvalidOperationException("550 5.1.1 <ann@example.com>: Recipient address rejected; call +14155550100 or write to ü@ü.de");

        var line = Write(LogLevel.Error, default, [], "failed", refused);

        line.GetProperty("exceptions")[0].GetProperty("message").GetString()
            .ShouldBe("550 5.1.1 <a***@e***.com>: Recipient address rejected; call +1***00 or write to ü***@ü***.de");
    }

    private static JsonElement Write(LogLevel level, EventId id, List<KeyValuePair<string, object?>> values, string message, Exception? exception)
    {
        using var text = new StringWriter();
        new JsonLineFormatter(new ManualTime()).Write(
            new LogEntry<IReadOnlyList<KeyValuePair<string, object?>>>(level, "Category", id, values, exception, (_, _) => message), scopeProvider: null, text);
        text.ToString().Trim().ShouldNotContain("\n");
        return JsonDocument.Parse(text.ToString()).RootElement;
    }
}
