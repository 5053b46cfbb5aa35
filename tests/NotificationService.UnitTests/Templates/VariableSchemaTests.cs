using System.Text;
using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Templates;
using NotificationService.Templates.Schemas;

namespace NotificationService.UnitTests.Templates;

/// <summary>A schema for a template's variables: what it takes, what it finds, and what looking costs.</summary>
public sealed class VariableSchemaTests
{
    private const string Contents = """{"sms":{"en":{"text":"Hi"}}}""";

    private const string Order =
        """
        {"type":"object","required":["orderId","items"],"additionalProperties":false,"properties":{
          "orderId":{"type":"string","minLength":3,"maxLength":10},
          "status":{"enum":["new","sent",3,null]},
          "total":{"type":"number","minimum":0,"maximum":1000.5},
          "count":{"type":"integer"},
          "gift":{"type":["boolean","null"]},
          "kind":{"const":"order"},
          "at":{"type":"string","format":"date-time"},"day":{"format":"date"},"mail":{"format":"email"},"link":{"format":"uri"},
          "more":{"type":"object","additionalProperties":{"type":"string"}},
          "items":{"type":"array","minItems":1,"maxItems":3,"items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"a/b":{"type":"string"}}}}}}
        """;

    [Theory]
    [InlineData("""{"orderId":"A-1","items":[{"name":"x"}]}""")]
    [InlineData("""{"orderId":"A-1","items":[{"name":"x","other":1}],"status":3.0,"total":1000.5,"count":2.0,"gift":null,"kind":"order","at":"2026-11-21T09:00:00+01:00","day":"2026-11-21","mail":"a@example.com","link":"https://example.com/x","more":{"x":"y"}}""")]
    [InlineData("""{"orderId":"😀😀😀","items":[{"name":""}],"at":"2026-11-21t09:00:00.123z"}""")]
    public void Data_that_fit_are_taken(string data) => Issues(Order, data).ShouldBeEmpty();

    [Theory]
    [InlineData("""{"items":[{"name":"x"}]}""", "/orderId variable_missing")]
    [InlineData("""{"orderId":"A-1"}""", "/items variable_missing")]
    [InlineData("""{"orderId":7,"items":[{"name":"x"}]}""", "/orderId variable_invalid")]
    [InlineData("""{"orderId":"A","items":[{"name":"x"}]}""", "/orderId variable_invalid")]
    [InlineData("""{"orderId":"A-123456789","items":[{"name":"x"}]}""", "/orderId variable_invalid")]
    [InlineData("""{"orderId":"A-1","items":[]}""", "/items variable_invalid")]
    [InlineData("""{"orderId":"A-1","items":{}}""", "/items variable_invalid")]
    [InlineData("""{"orderId":"A-1","items":[{"name":"a"},{"name":"a"},{"name":"a"},{"name":"a"}]}""", "/items variable_invalid")]
    [InlineData("""{"orderId":"A-1","items":[{"name":"x"},{}]}""", "/items/1/name variable_missing")]
    [InlineData("""{"orderId":"A-1","items":[{"name":"x"},{"name":"x","a/b":1}]}""", "/items/1/a~1b variable_invalid")]
    [InlineData("""{"orderId":"A-1","items":[{"name":"x"}],"extra":1}""", "/extra variable_invalid")]
    [InlineData("""{"orderId":"A-1","items":[{"name":"x"}],"status":"lost"}""", "/status variable_invalid")]
    [InlineData("""{"orderId":"A-1","items":[{"name":"x"}],"total":-0.01}""", "/total variable_invalid")]
    [InlineData("""{"orderId":"A-1","items":[{"name":"x"}],"total":1e300}""", "/total variable_invalid")]
    [InlineData("""{"orderId":"A-1","items":[{"name":"x"}],"count":2.5}""", "/count variable_invalid")]
    [InlineData("""{"orderId":"A-1","items":[{"name":"x"}],"count":"2"}""", "/count variable_invalid")]
    [InlineData("""{"orderId":"A-1","items":[{"name":"x"}],"gift":"yes"}""", "/gift variable_invalid")]
    [InlineData("""{"orderId":"A-1","items":[{"name":"x"}],"kind":"other"}""", "/kind variable_invalid")]
    [InlineData("""{"orderId":"A-1","items":[{"name":"x"}],"at":"yesterday"}""", "/at variable_invalid")]
    [InlineData("""{"orderId":"A-1","items":[{"name":"x"}],"day":"2026-02-30"}""", "/day variable_invalid")]
    [InlineData("""{"orderId":"A-1","items":[{"name":"x"}],"mail":"nobody"}""", "/mail variable_invalid")]
    [InlineData("""{"orderId":"A-1","items":[{"name":"x"}],"link":"/relative"}""", "/link variable_invalid")]
    [InlineData("""{"orderId":"A-1","items":[{"name":"x"}],"more":{"x":1}}""", "/more/x variable_invalid")]
    public void What_does_not_fit_is_named_by_its_place(string data, string expected) =>
        Issues(Order, data).Select(issue => $"{issue.Pointer} {issue.Code}").ShouldBe([expected]);

    [Theory]
    [InlineData("""{"count":"2","total":"19.90","gift":"true","orderId":"A-1","items":[{"name":"x"}]}""", 0)]
    [InlineData("""{"count":"two","total":"19.90","gift":"no","orderId":"A-1","items":[{"name":"x"}]}""", 2)]
    [InlineData("""{"total":"-1","orderId":"A-1","items":[{"name":"x"}]}""", 1)]
    public void A_file_of_texts_has_numbers_in_its_texts(string data, int issues) => Issues(Order, data, textsOnly: true).Count.ShouldBe(issues);

    [Theory]
    [InlineData("""{"schema":{"type":"objekt"}}""", "/variables/schema/type")]
    [InlineData("""{"schema":{"type":[]}}""", "/variables/schema/type")]
    [InlineData("""{"schema":{"$ref":"#"}}""", "/variables/schema/$ref")]
    [InlineData("""{"schema":{"allOf":[]}}""", "/variables/schema/allOf")]
    [InlineData("""{"schema":{"pattern":"(a+)+$"}}""", "/variables/schema/pattern")]
    [InlineData("""{"schema":{"properties":{"a/b":{"not":{}}}}}""", "/variables/schema/properties/a~1b/not")]
    [InlineData("""{"schema":{"properties":[]}}""", "/variables/schema/properties")]
    [InlineData("""{"schema":{"properties":{"a":true}}}""", "/variables/schema/properties/a")]
    [InlineData("""{"schema":{"items":{"uniqueItems":true}}}""", "/variables/schema/items/uniqueItems")]
    [InlineData("""{"schema":{"enum":[]}}""", "/variables/schema/enum")]
    [InlineData("""{"schema":{"enum":[1],"const":1}}""", "/variables/schema/const")]
    [InlineData("""{"schema":{"minLength":-1}}""", "/variables/schema/minLength")]
    [InlineData("""{"schema":{"maximum":"3"}}""", "/variables/schema/maximum")]
    [InlineData("""{"schema":{"maximum":1e300}}""", "/variables/schema/maximum")]
    [InlineData("""{"schema":{"required":[1]}}""", "/variables/schema/required")]
    [InlineData("""{"schema":{"format":"regex"}}""", "/variables/schema/format")]
    [InlineData("""{"schema":[]}""", "/variables/schema")]
    [InlineData("""{"shema":{}}""", "/variables/shema")]
    public void A_word_that_nobody_checks_is_refused_with_its_place(string variables, string pointer) =>
        TemplateContentsCheck.Read(Contents, variables).Issues.ShouldHaveSingleItem().Pointer.ShouldBe(pointer);

    [Fact]
    public void Words_for_people_ask_nothing() =>
        Issues("""{"$schema":"https://json-schema.org/draft/2020-12/schema","title":"An order","description":"d","examples":[{}],"default":{}}""", "{}").ShouldBeEmpty();

    [Fact]
    public void A_schema_that_is_too_large_or_too_deep_is_refused()
    {
        Refused($$$"""{"schema":{"title":"{{{new string('x', 40_000)}}}"}}""").ShouldBe(TemplateCodes.TooComplex);
        Refused("{\"schema\":" + Nested(20) + "}").ShouldBe(TemplateCodes.TooComplex);
        Refused("{\"schema\":{\"properties\":{" + string.Join(',', Enumerable.Range(0, 600).Select(i => $"\"p{i}\":{{}}")) + "}}}").ShouldBe(TemplateCodes.TooComplex);
        TemplateContentsCheck.Read(Contents, "{\"schema\":" + Nested(15) + "}").Issues.ShouldBeEmpty();

        static string Nested(int levels) => levels == 0 ? "{}" : "{\"items\":" + Nested(levels - 1) + "}";
    }

    /// <summary>A list of ninety thousand items, each compared with two hundred long texts.</summary>
    [Fact]
    public void Data_that_take_too_long_to_look_through_are_refused_as_too_dear()
    {
        var values = string.Join(',', Enumerable.Range(0, 200).Select(i => $"\"{new string('x', 140)}{i:D3}\""));
        var template = Template("{\"properties\":{\"l\":{\"items\":{\"enum\":[" + values + "]}}}}");
        var data = JsonSerializer.SerializeToUtf8Bytes(new { l = Enumerable.Repeat(new string('x', 140) + "199", 90_000) });

        var check = template.CheckVariables([ChannelKind.Sms], null, data);

        (check is VariableCheck.Stopped { Code: TemplateCodes.RenderLimit } or VariableCheck.Done { Issues.Count: 0 }).ShouldBeTrue();
    }

    [Fact]
    public void Fifty_are_named_however_many_there_are_and_a_name_may_be_long()
    {
        Issues("""{"properties":{"l":{"items":{"type":"string"}}}}""", JsonSerializer.Serialize(new { l = Enumerable.Range(0, 5_000) })).Count.ShouldBe(50);
        Issues("""{"additionalProperties":false}""", $$"""{"{{new string('n', 100_000)}}":1}""").ShouldHaveSingleItem().Pointer.Length.ShouldBeLessThan(600);
    }

    [Fact]
    public void A_schema_counts_among_what_a_version_weighs() =>
        Template(Order).Weight.ShouldBeGreaterThan(TemplateContentsCheck.Read(Contents, null).Template.ShouldNotBeNull().Weight + 2_000);

    private static string Refused(string variables) => TemplateContentsCheck.Read(Contents, variables).Issues[0].Code;

    private static CompiledTemplate Template(string schema)
    {
        var (template, issues) = TemplateContentsCheck.Read(Contents, "{\"schema\":" + schema + "}");
        return template ?? throw new InvalidOperationException(issues[0].ToString());
    }

    private static IReadOnlyList<DataIssue> Issues(string schema, string data, bool textsOnly = false) =>
        Template(schema).CheckVariables([ChannelKind.Sms], null, Encoding.UTF8.GetBytes(data), textsOnly).ShouldBeOfType<VariableCheck.Done>().Issues;
}
