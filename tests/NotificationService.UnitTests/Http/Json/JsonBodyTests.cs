using System.Text;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;

namespace NotificationService.UnitTests.Http.Json;

public sealed class JsonBodyTests
{
    [Fact]
    public void A_good_body_is_read_and_its_own_objects_stay_as_they_were_written()
    {
        const string Json = """{"template":"welcome","count":3,"channels":["email"],"recipient":{"userId":"ann"},"data":{ "a" : [1, {"b":"\u0041"}] },"labels":{"x":"y"}}""";

        var body = Read(Json);

        body.Refusal.ShouldBeNull();
        body.Value.Template.ShouldBe("welcome");
        body.Value.Recipient!.UserId.ShouldBe("ann");
        Encoding.UTF8.GetString(body.Value.Data!.Value.Utf8.Span).ShouldBe("""{ "a" : [1, {"b":"\u0041"}] }""");
        Encoding.UTF8.GetString(body.Utf8.Span).ShouldBe(Json);
    }

    [Theory]
    [InlineData("""{"data":{"emoji":"\ud83d\ude00"}}""")]
    [InlineData("""{"template":"a backslash: \\u0000"}""")]
    [InlineData("""{"data":{"a":{"x":1},"b":{"x":1},"c":[{"x":1},{"x":2}],"\u0078":1}}""")]
    [InlineData("""{"data":{}}""")]
    [InlineData("""{"data":null,"recipient":null}""")]
    [InlineData("""{}""")]
    public void Unusual_but_right_bodies_are_read(string json) => Read(json).Refusal.ShouldBeNull();

    [Theory]
    [InlineData("", 400, "body_not_object")]
    [InlineData("   ", 400, "body_not_object")]
    [InlineData("null", 400, "body_not_object")]
    [InlineData("[]", 400, "body_not_object")]
    [InlineData("\"x\"", 400, "body_not_object")]
    [InlineData("123", 400, "body_not_object")]
    [InlineData("{", 400, "json_invalid")]
    [InlineData("""{"template":"a",}""", 400, "json_invalid")]
    [InlineData("""{"template":/* no */"a"}""", 400, "json_invalid")]
    [InlineData("""{"template":"a"}{"template":"b"}""", 400, "json_invalid")]
    [InlineData("""{"ratio":NaN}""", 400, "json_invalid")]
    [InlineData("""{"template":"a","template":"b"}""", 400, "duplicate_property")]
    [InlineData("""{"data":{"a":1,"b":{"c":1,"c":2}}}""", 400, "duplicate_property")]
    [InlineData("""{"data":{"a":1,"\u0061":2}}""", 400, "duplicate_property")]
    public void A_text_that_is_no_JSON_object_is_refused(string json, int status, string code)
    {
        var problem = Read(json).Refusal!.Value;

        problem.Status.ShouldBe(status);
        problem.Code.ShouldBe(code);
    }

    [Theory]
    [InlineData("""{"count":"5"}""", "/count", "type")]
    [InlineData("""{"count":1.5}""", "/count", "type")]
    [InlineData("""{"count":9223372036854775808}""", "/count", "type")]
    [InlineData("""{"big":9223372036854775808}""", "/big", "type")]
    [InlineData("""{"ratio":1e999}""", "/ratio", "type")]
    [InlineData("""{"flag":"true"}""", "/flag", "type")]
    [InlineData("""{"channels":"email"}""", "/channels", "type")]
    [InlineData("""{"channels":["email",7]}""", "/channels/1", "type")]
    [InlineData("""{"recipient":[]}""", "/recipient", "type")]
    [InlineData("""{"recipient":{"userId":7}}""", "/recipient/userId", "type")]
    [InlineData("""{"recipient":{"userId":null}}""", "/recipient/userId", "type")]
    [InlineData("""{"data":[]}""", "/data", "type")]
    [InlineData("""{"data":"{}"}""", "/data", "type")]
    [InlineData("""{"sendAt":"tomorrow"}""", "/sendAt", "type")]
    [InlineData("""{"id":"17"}""", "/id", "type")]
    [InlineData("""{"labels":{"a":1}}""", "/labels/a", "type")]
    [InlineData("""{"Template":"a"}""", "/Template", "unknown_property")]
    [InlineData("""{"__proto__":{}}""", "/__proto__", "unknown_property")]
    [InlineData("""{"$type":"x"}""", "/$type", "unknown_property")]
    [InlineData("""{"recipient":{"userId":"a","e/mail":"b"}}""", "/recipient/e~1mail", "unknown_property")]
    [InlineData("""{"template":"a\u0000b"}""", "/template", "control_character")]
    [InlineData("""{"data":{"deep":["\u0000"]}}""", "/data/deep/0", "control_character")]
    [InlineData("""{"data":{"\u0000":1}}""", "/data", "control_character")]
    [InlineData("""{"data":{"half":"\ud800"}}""", "/data/half", "control_character")]
    [InlineData("""{"template":"\udc00\ud800"}""", "/template", "control_character")]
    public void A_value_that_does_not_fit_is_named(string json, string pointer, string code)
    {
        var problem = Read(json).Refusal!.Value;

        problem.Status.ShouldBe(422);
        problem.Code.ShouldBe("validation_failed");
        var error = problem.Errors!.ShouldHaveSingleItem();
        (error.Pointer, error.Code).ShouldBe((pointer, code));
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var problem = Read("""{"templat":"a","count":"x","recipient":{"userid":"a"}}""").Refusal!.Value;

        problem.Errors!.Select(error => error.Pointer).ShouldBe(["/templat", "/count", "/recipient/userid"]);
        problem.Errors![0].Message.ShouldContain("Did you mean 'template'?");
        problem.Errors![2].Message.ShouldContain("Did you mean 'userId'?");
    }

    [Fact]
    public void Of_hundreds_of_unknown_names_fifty_are_named_and_for_the_first_few_a_like_one_is_looked_for()
    {
        var problem = Read($$"""{{{string.Join(',', Enumerable.Range(0, 900).Select(number => $"\"templat{number}\":0"))}}}""").Refusal!.Value;

        problem.Errors!.Count.ShouldBe(50);
        problem.Errors!.Count(error => error.Message.Contains("Did you mean 'template'?", StringComparison.Ordinal)).ShouldBe(5);
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    [InlineData(64, false)]
    [InlineData(100_000, false)]
    public void A_callers_own_object_has_at_most_32_levels(int levels, bool allowed)
    {
        var json = "{\"data\":" + string.Concat(Enumerable.Repeat("{\"a\":", levels - 1)) + "{}" + new string('}', levels - 1) + "}";

        var body = Read(json);

        (body.Refusal is null).ShouldBe(allowed);
        if (!allowed)
            body.Refusal!.Value.Code.ShouldBe("json_too_deep");
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    [InlineData(10_000, false)]
    public void An_object_has_at_most_1000_properties(int count, bool allowed)
    {
        var json = "{\"data\":{" + string.Join(',', Enumerable.Range(0, count).Select(i => $"\"p{i}\":1")) + "}}";

        var body = Read(json);

        (body.Refusal is null).ShouldBe(allowed);
        if (!allowed)
            body.Refusal!.Value.Errors!.ShouldHaveSingleItem().Code.ShouldBe("too_many_properties");
    }

    [Fact]
    public void A_property_stands_twice_among_many_and_is_found()
    {
        var json = "{\"data\":{" + string.Join(',', Enumerable.Range(0, 200).Select(i => $"\"p{i % 199}\":1")) + "}}";

        Read(json).Refusal!.Value.Code.ShouldBe("duplicate_property");
    }

    [Theory]
    [InlineData(new byte[] { (byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    [InlineData(new byte[] { (byte)'{', (byte)'"', 0xC0, 0xAF, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    [InlineData(new byte[] { (byte)'{', 0, (byte)'}', 0 })]
    [InlineData(new byte[] { 0xFF, 0xFE, (byte)'{', 0, (byte)'}', 0 })]
    public void Anything_but_UTF8_is_refused(byte[] bytes) =>
        JsonBody.Parse(bytes, SampleJson.Default.Sample).Refusal!.Value.Code.ShouldBe("encoding_invalid");

    [Fact]
    public void A_syntax_error_is_reported_with_its_byte_position() =>
        Read("{\n \"template\": oops}").Refusal!.Value.Detail.ShouldBe("It stops being JSON at byte 15 (line 2).");

    [Fact]
    public void No_more_than_80_characters_of_the_input_come_back()
    {
        var problem = Read($$"""{"{{new string('x', 5000)}}":1}""").Refusal!.Value;

        problem.Errors!.ShouldHaveSingleItem().Message.ShouldNotContain(new string('x', 80));
        problem.Errors!.ShouldHaveSingleItem().Pointer.Length.ShouldBeLessThanOrEqualTo(81);
    }

    [Fact]
    public void An_endpoint_that_does_not_ask_gets_an_exception_with_the_problem()
    {
        var body = Read("[]");

        Should.Throw<ProblemException>(() => body.Value).Result.Value.Code.ShouldBe("body_not_object");
    }

    private static Body<Sample> Read(string json) => JsonBody.Parse(Encoding.UTF8.GetBytes(json), SampleJson.Default.Sample);
}
