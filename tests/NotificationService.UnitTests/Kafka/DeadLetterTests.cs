using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using NotificationService.Kafka.Intake;
using NotificationService.Notifications;

namespace NotificationService.UnitTests.Kafka;

public sealed class DeadLetterTests
{
    [Fact]
    public void What_is_said_of_a_record_is_bounded_whatever_is_wrong_with_it()
    {
        var issues = Enumerable.Range(0, 1_000).Select(i => new RequestIssue("/" + new string('é', 100_000), "unknown_property", new string('\u0001', 100_000))).ToList();

        var message = Of(DeadLetterExtent.Whole, [new Refusal("validation_failed", new string('x', 1_000_000), issues), Refusal.Of("not_storable", "again")]);

        var said = message.Headers.Where(header => header.Key.StartsWith("dlq-", StringComparison.Ordinal)).ToList();
        said.Sum(header => header.GetValueBytes().Length).ShouldBeLessThan(32 * 1024);
        JsonElement.Parse(Text(message, "dlq-errors")!).GetArrayLength().ShouldBeGreaterThan(1);
        (message.Key, message.Value).ShouldBe((Record.Key, Record.Value));
    }

    [Fact]
    public void A_record_that_is_too_large_even_without_its_value_leaves_what_says_where_it_stands()
    {
        var without = Of(DeadLetterExtent.WithoutValue, [Refusal.Of("json_invalid", "No.")]);
        (without.Value, Text(without, "x-mine"), Text(without, "dlq-value-bytes")).ShouldBe((null, "theirs", "5"));
        without.Key.ShouldBe(Record.Key);

        var min = Of(DeadLetterExtent.ReasonOnly, [Refusal.Of("json_invalid", "No.")]);

        (min.Key, min.Value).ShouldBe((null, null));
        min.Headers.ShouldAllBe(header => header.Key.StartsWith("dlq-", StringComparison.Ordinal));
        (Text(min, "dlq-topic"), Text(min, "dlq-partition"), Text(min, "dlq-offset"), Text(min, "dlq-record-bytes")).ShouldBe(("orders", "3", "99", Record.Bytes.ToString()));
    }

    private static InputRecord Record { get; } = new("orders", 3, 99, "key"u8.ToArray(), "value"u8.ToArray(), new Headers { { "x-mine", "theirs"u8.ToArray() } }, Timestamp.Default);

    private static Message<byte[]?, byte[]?> Of(DeadLetterExtent extent, IReadOnlyList<Refusal> refusals) => DeadLetterMessage.Of(Record, refusals, isPartial: false, extent, DateTimeOffset.UnixEpoch);

    private static string? Text(Message<byte[]?, byte[]?> message, string name) => message.Headers.TryGetLastBytes(name, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;
}
