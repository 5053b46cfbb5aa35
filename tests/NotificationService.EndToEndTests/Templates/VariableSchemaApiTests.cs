using System.Net;
using System.Text.Json;

namespace NotificationService.EndToEndTests.Templates;

/// <summary>A template that pins its variables, on every way in.</summary>
public sealed class VariableSchemaApiTests(TemplateEditor editor) : IClassFixture<TemplateEditor>
{
    private const string Root = TemplateEditor.Root;
    private const string Schema = """{"schema":{"type":"object","required":["qty"],"properties":{"qty":{"type":"integer","minimum":1}}}}""";

    [Fact]
    public async Task A_schema_is_kept_with_its_version_and_asked_of_every_send()
    {
        var key = await PinnedAsync();
        var send = """{"template":"KEY","channel":"sms","recipient":{"phone":"+14155550100"},"data":{"qty":DATA}}""".Replace("KEY", key, StringComparison.Ordinal);
        const string Notifications = "/api/v1/services/notifications";

        (await editor.CallAsync(HttpMethod.Post, $"{Notifications}/send", send.Replace("DATA", "2", StringComparison.Ordinal))).Status.ShouldBe(HttpStatusCode.Accepted);
        await RefusedAsync($"{Notifications}/send", send.Replace("DATA", "0", StringComparison.Ordinal), "/data/qty");
        await RefusedAsync($"{Notifications}/send?dryRun=true", send.Replace("DATA", "\"2\"", StringComparison.Ordinal), "/data/qty");
        await RefusedAsync($"{Root}/{key}/test-send", """{"recipient":{"phone":"+14155550100"},"data":{"qty":2.5}}""", "/data/qty");
        var (_, batch) = await editor.CallAsync(HttpMethod.Post, $"{Notifications}/send-batch",
            $$$"""{"template":"{{{key}}}","channel":"sms","notifications":[{"recipient":{"phone":"+14155550100"},"data":{"qty":2}},{"recipient":{"phone":"+14155550101"},"data":{"qty":0}}]}""");
        batch.GetProperty("rejected").GetArrayLength().ShouldBe(1, batch.GetRawText());
        batch.GetRawText().ShouldContain("variable_invalid");
        var preview = await editor.DoneAsync(HttpMethod.Post, $"{Root}/{key}/preview", """{"data":{"qty":0}}""");
        preview.GetProperty("dataErrors")[0].GetProperty("pointer").GetString().ShouldBe("/data/qty");

        async Task RefusedAsync(string path, string body, string pointer)
        {
            var (status, response) = await editor.CallAsync(HttpMethod.Post, path, body);
            status.ShouldBe(HttpStatusCode.UnprocessableEntity, response.GetRawText());
            response.GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe(pointer);
            response.GetProperty("errors")[0].GetProperty("code").GetString().ShouldBe("variable_invalid");
        }
    }

    [Fact]
    public async Task A_changed_schema_is_a_new_version_and_none_takes_it_away()
    {
        var key = await PinnedAsync();

        var kept = await editor.DoneAsync(HttpMethod.Put, $"{Root}/{key}", """{"contents":{"sms":{"en":{"text":"Now {{qty}}"}}}}""");
        kept.GetProperty("version").GetInt32().ShouldBe(2);
        kept.GetProperty("variables").GetProperty("schema").GetProperty("required")[0].GetString().ShouldBe("qty");
        kept.GetProperty("variables").GetProperty("sms")[0].GetString().ShouldBe("qty");

        var cleared = await editor.DoneAsync(HttpMethod.Put, $"{Root}/{key}", """{"variables":{}}""");
        cleared.GetProperty("version").GetInt32().ShouldBe(2);
        cleared.GetProperty("variables").TryGetProperty("schema", out _).ShouldBeFalse();
        cleared.GetProperty("contents").GetProperty("sms").GetProperty("en").GetProperty("text").GetString().ShouldBe("Now {{qty}}");
        (await editor.DoneAsync(HttpMethod.Get, $"{Root}/{key}/versions/1")).GetProperty("variables").GetProperty("schema").ValueKind.ShouldBe(JsonValueKind.Object);
    }

    [Fact]
    public async Task A_schema_with_a_word_that_is_not_checked_is_not_saved()
    {
        var (status, response) = await editor.CallAsync(HttpMethod.Post, Root,
            $$$$$$"""{"key":"{{{{{{editor.NewKey()}}}}}}","name":"n","contents":{"sms":{"en":{"text":"x"}}},"variables":{"schema":{"properties":{"a":{"$ref":"#/x"}}}}}""");

        status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        response.GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe("/variables/schema/properties/a/$ref");
    }

    private async Task<string> PinnedAsync()
    {
        var key = editor.NewKey();
        await editor.DoneAsync(HttpMethod.Post, Root,
            $$$$"""{"key":"{{{{key}}}}","name":"n","contents":{"sms":{"en":{"text":"You get {{qty}}"}}},"variables":{{{{Schema}}}} }""", HttpStatusCode.Created);
        await editor.DoneAsync(HttpMethod.Post, $"{Root}/{key}/publish");
        return key;
    }
}
