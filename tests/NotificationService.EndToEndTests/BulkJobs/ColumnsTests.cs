using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.BulkJobs;

/// <summary>What a header would be taken for is said before a file is uploaded, by the rules of the upload.</summary>
[Collection(UploadsCollection.Name)]
public sealed class ColumnsTests(SignInService service)
{
    [Fact]
    public async Task Columns_are_what_an_upload_would_take_them_for()
    {
        var tenant = await BulkTenant.CreateAsync(service);

        var seen = await LookAsync(tenant, new { template = "order-shipped", channels = new[] { "email" }, columns = new[] { " E-Mail ", "Full name", "ORDER_ID", "Shelf" } });

        Targets(seen).ShouldBe([("E-Mail", "recipient.email"), ("Full name", "recipient.name"), ("ORDER_ID", "data.orderId"), ("Shelf", null)]);
        seen.GetProperty("problems").GetArrayLength().ShouldBe(1, seen.GetRawText());
        seen.GetProperty("problems")[0].GetProperty("column").GetString().ShouldBe("name");
        string[] fields = ["userId", "name", "email", "phone", "whatsapp", "deviceTokens", "locale", "timezone"];
        seen.GetProperty("targets").EnumerateArray().Select(target => target.GetString()).ShouldBe([.. fields.Select(field => $"recipient.{field}"), "reference", "data.orderId", "data.name"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_mapping_goes_before_what_names_say_and_what_lacks_is_named()
    {
        var tenant = await BulkTenant.CreateAsync(service);

        var seen = await LookAsync(tenant, new { template = "order-shipped", columns = new[] { "Courriel", "Nr" }, mapping = new Dictionary<string, string> { ["Courriel"] = "recipient.email", ["Nr"] = "data.orderId" } });

        Targets(seen).ShouldBe([("Courriel", "recipient.email"), ("Nr", "data.orderId")]);
        seen.GetProperty("problems").EnumerateArray().Select(problem => problem.GetProperty("code").GetString()).ShouldAllBe(code => code == "csv_column_missing");
        seen.GetProperty("problems").EnumerateArray().Select(problem => problem.GetProperty("column").GetString()).ShouldBe(["phone", "name"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("""{"columns":["email"]}""", "/template", "required")]
    [InlineData("""{"template":"none","columns":["email"]}""", "/template", "template_unknown")]
    [InlineData("""{"template":"order-shipped"}""", "/columns", "required")]
    [InlineData("""{"template":"order-shipped","columns":[]}""", "/columns", "required")]
    [InlineData("""{"template":"order-shipped","columns":["email"," "]}""", "/columns/1", "csv_header_missing")]
    [InlineData("""{"template":"order-shipped","columns":["email",null]}""", "/columns/1", "csv_header_missing")]
    [InlineData("""{"template":"order-shipped","columns":["email"],"channels":["fax"]}""", "/channels/0", "unknown_channel")]
    [InlineData("""{"template":"order-shipped","columns":["email"],"mapping":{"email":null}}""", "/mapping/email", "type")]
    public async Task What_is_wrong_is_named(string body, string pointer, string code)
    {
        var tenant = await BulkTenant.CreateAsync(service);

        using var response = await AskAsync(tenant, new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, await response.Content.ReadAsStringAsync());
        (await SignInService.ReadAsync(response)).GetProperty("errors").EnumerateArray().Select(error => (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()))
            .ShouldContain((pointer, code));
    }

    [Fact]
    public async Task A_header_has_no_more_columns_than_a_file()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        var columns = Enumerable.Range(0, 1_001).Select(number => $"c{number}").ToArray();

        using var response = await AskAsync(tenant, JsonContent.Create(new { template = "order-shipped", columns }));

        (await SignInService.ReadAsync(response)).GetProperty("errors")[0].GetProperty("code").GetString().ShouldBe("too_many");
        (await LookAsync(tenant, new { template = "order-shipped", columns = columns[1..] })).GetProperty("columns").GetArrayLength().ShouldBe(1_000);
    }

    private static List<(string?, string?)> Targets(JsonElement seen) =>
        [.. seen.GetProperty("columns").EnumerateArray().Select(column => (column.GetProperty("column").GetString(), column.TryGetProperty("target", out var target) ? target.GetString() : null))];

    private static async Task<JsonElement> LookAsync(BulkTenant tenant, object body)
    {
        using var response = await AskAsync(tenant, JsonContent.Create(body));
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await SignInService.ReadAsync(response);
    }

    private static Task<HttpResponseMessage> AskAsync(BulkTenant tenant, HttpContent body) => tenant.PostAsync("bulk/columns", body);
}
