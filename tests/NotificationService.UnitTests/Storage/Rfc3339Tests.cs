using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NotificationService.Storage;

namespace NotificationService.UnitTests.Storage;

public sealed class Rfc3339Tests
{
    private static readonly JsonTypeInfo<Dated> Type = (JsonTypeInfo<Dated>)JsonSerializerOptions.Web.GetTypeInfo(typeof(Dated));

    [Theory]
    [InlineData("2026-01-31T09:30:00Z", "2026-01-31T09:30:00.000000Z")]
    [InlineData("2026-01-31T09:30:00.5Z", "2026-01-31T09:30:00.500000Z")]
    [InlineData("2026-01-31T09:30:00.123456789Z", "2026-01-31T09:30:00.123456Z")]
    [InlineData("2026-01-31T23:30:00.9999999-02:00", "2026-02-01T01:30:00.999999Z")]
    public void An_instant_is_written_in_one_form_however_it_came(string given, string written)
    {
        Rfc3339.TryParse(given, out var instant).ShouldBeTrue();

        Rfc3339.Text(instant).ShouldBe(written);
        ReadableJson.Text(new Dated(instant, null), Type).ShouldBe($$"""{"at":"{{written}}","until":null}""");
        ReadableJson.Text(new Dated(instant, instant), Type).ShouldBe($$"""{"at":"{{written}}","until":"{{written}}"}""");
    }

    [Fact]
    public void In_a_sentence_it_is_exact_to_the_second() =>
        Rfc3339.InSentence(new DateTimeOffset(2026, 1, 31, 9, 30, 0, 999, TimeSpan.FromHours(-1))).ShouldBe("2026-01-31T10:30:00Z");

    [Fact]
    public void What_is_written_is_read_again()
    {
        var instant = new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero).AddMicroseconds(1);

        Rfc3339.TryParse(Rfc3339.Text(instant), out var again).ShouldBeTrue();
        again.ShouldBe(instant);
        JsonSerializer.Deserialize(ReadableJson.Text(new Dated(instant, null), Type), ReadableJson.Of(Type)).ShouldBe(new Dated(instant, null));
    }

    [Theory]
    [InlineData("2026-01-31T09:30:00")]
    [InlineData("2026-01-31")]
    [InlineData("1999-12-31T23:59:59Z")]
    [InlineData("2200-01-01T00:00:00Z")]
    [InlineData("2026-02-30T09:30:00Z")]
    public void An_instant_without_an_offset_or_far_away_is_refused(string given) => Rfc3339.TryParse(given, out _).ShouldBeFalse();

    private sealed record Dated(DateTimeOffset At, DateTimeOffset? Until);
}
