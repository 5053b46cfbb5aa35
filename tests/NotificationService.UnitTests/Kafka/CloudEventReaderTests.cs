using System.Text;
using Confluent.Kafka;
using NotificationService.EventRules;
using NotificationService.Kafka.CloudEvents;

namespace NotificationService.UnitTests.Kafka;

public sealed class CloudEventReaderTests
{
    private const string Structured = "application/cloudevents+json";

    [Theory]
    [InlineData(Structured)]
    [InlineData("Application/CloudEvents+JSON; charset=UTF-8")]
    public void The_structured_mode_has_everything_in_the_value(string contentType)
    {
        var read = Event(("Content-Type", contentType), """{"specversion":"1.0","id":"1","source":"/s","type":"t","subject":"x","num":3,"flag":true,"datacontenttype":"application/json","data":{"a":[1, 2]}}""");

        (read.Id, read.Source, read.Type).ShouldBe(("1", "/s", "t"));
        (read.Attributes["subject"], read.Attributes["num"]).ShouldBe(("x", "3"));
        Encoding.UTF8.GetString(read.Data.Span).ShouldBe("""{"a":[1, 2]}""");
    }

    [Fact]
    public void The_binary_mode_has_attributes_in_headers_and_the_data_as_they_are()
    {
        var read = Event(
            [("ce_specversion", "1.0"), ("ce_id", "1"), ("ce_source", "/s"), ("ce_type", "t"), ("ce_traceparent", "00-x"), ("other", "left alone"), ("content-type", "application/vnd.x+json")], """{"a":1}""");

        (read.Id, read.TraceParent).ShouldBe(("1", "00-x"));
        read.Attributes.Keys.ShouldNotContain("other");
        Encoding.UTF8.GetString(read.Data.Span).ShouldBe("""{"a":1}""");
    }

    [Fact]
    public void An_event_may_have_no_data() =>
        Event(("content-type", Structured), """{"specversion":"1.0","id":"1","source":"/s","type":"t","data":null}""").Data.IsEmpty.ShouldBeTrue();

    [Theory]
    [InlineData(Structured, """{"specversion":"0.3","id":"1","source":"/s","type":"t"}""", "specversion_unsupported")]
    [InlineData(Structured, """{"specversion":"1.0","source":"/s","type":"t"}""", "attribute_missing")]
    [InlineData(Structured, """{"specversion":"1.0","id":"","source":"/s","type":"t"}""", "attribute_missing")]
    [InlineData(Structured, """{"specversion":"1.0","id":"1","source":"/s","type":"t","x":{}}""", "attribute_invalid")]
    [InlineData(Structured, """{"specversion":"1.0","id":"1\u0000","source":"/s","type":"t"}""", "attribute_invalid")]
    [InlineData(Structured, """{"specversion":"1.0","id":"\ud800","source":"/s","type":"t"}""", "json_invalid")]
    [InlineData(Structured, """{"specversion":"1.0","id":"1","id":"2","source":"/s","type":"t"}""", "json_invalid")]
    [InlineData(Structured, """{"specversion":"1.0","id":"1","source":"/s","type":"t","data_base64":"AAAA"}""", "content_type_unsupported")]
    [InlineData(Structured, """{"specversion":"1.0","id":"1","source":"/s","type":"t","datacontenttype":"text/xml","data":"<a/>"}""", "content_type_unsupported")]
    [InlineData(Structured, "[]", "json_invalid")]
    [InlineData(Structured, "", "json_invalid")]
    [InlineData("application/cloudevents-batch+json", "[]", "content_type_unsupported")]
    [InlineData("application/json", "{}", "not_a_cloudevent")]
    public void What_is_no_event_says_why(string contentType, string value, string code) =>
        CloudEventReader.Read(Headers([("content-type", contentType)]), Encoding.UTF8.GetBytes(value)).ShouldBeOfType<EventReading.Unreadable>().Code.ShouldBe(code);

    [Fact]
    public void Data_that_are_no_JSON_are_not_taken_in_the_binary_mode() =>
        CloudEventReader.Read(Headers([("ce_specversion", "1.0"), ("ce_id", "1"), ("ce_source", "/s"), ("ce_type", "t"), ("content-type", "application/avro")]), [1, 2])
            .ShouldBeOfType<EventReading.Unreadable>().Code.ShouldBe("content_type_unsupported");

    [Fact]
    public void A_record_without_anything_is_no_event() =>
        CloudEventReader.Read(null, null).ShouldBeOfType<EventReading.Unreadable>().Code.ShouldBe("not_a_cloudevent");

    private static IncomingEvent Event((string, string) header, string value) => Event([header], value);

    private static IncomingEvent Event((string, string)[] headers, string value) =>
        CloudEventReader.Read(Headers(headers), Encoding.UTF8.GetBytes(value)).ShouldBeOfType<EventReading.Read>().Event;

    private static Headers Headers((string Name, string Value)[] pairs)
    {
        var headers = new Headers();
        foreach (var (name, value) in pairs)
            headers.Add(name, Encoding.UTF8.GetBytes(value));
        return headers;
    }
}
