using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.BulkJobs;

/// <summary>A form's fields may be long and many; what is kept and answered of them is not.</summary>
[Collection(UploadsCollection.Name)]
public sealed class UploadFormTests(SignInService service)
{
    private const string File = "email,phone,name,orderId\nann@example.com,+14155550100,Ann,A-1\n";

    [Fact]
    public async Task Channels_that_are_named_again_and_again_are_one()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        var again = string.Join(',', Enumerable.Repeat("email", 170));

        var job = await tenant.JobAsync(File, [.. Enumerable.Repeat(("channels", again), 25), ("channels", "sms,email")]);

        (await tenant.UntilAsync(job, "completed")).GetProperty("deliveries").GetProperty("total").GetInt64().ShouldBe(2);
    }

    [Theory]
    [InlineData("channels", "fax,", 200, "unknown_channel")]
    [InlineData("channels", "a,", 30_000, "text_invalid")]
    [InlineData("channel", "fax,", 200, "unknown_channel")]
    [InlineData("channel", "a,", 30_000, "text_invalid")]
    public async Task Channels_that_are_none_are_one_error(string field, string name, int times, string code)
    {
        var tenant = await BulkTenant.CreateAsync(service);

        var errors = await RefusedAsync(tenant, File, (field, string.Concat(Enumerable.Repeat(name, times))));

        errors.Select(error => (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString())).ShouldBe([($"/{field}", code)]);
    }

    [Fact]
    public async Task A_mapping_has_no_more_entries_than_a_file_may_have_columns()
    {
        var tenant = await BulkTenant.CreateAsync(service);

        (await RefusedAsync(tenant, File, ("mapping", Mapping(1_001))))[0].GetProperty("code").GetString().ShouldBe("too_many_properties");
        var errors = await RefusedAsync(tenant, File, ("mapping", Mapping(1_000)));

        errors.Count.ShouldBe(50);
        errors.ShouldAllBe(error => error.GetProperty("code").GetString() == "csv_mapping_invalid");
    }

    private static string Mapping(int entries) => JsonSerializer.Serialize(Enumerable.Range(0, entries).ToDictionary(number => $"emai{number}", _ => "email"));

    private static async Task<List<JsonElement>> RefusedAsync(BulkTenant tenant, string file, params (string Name, string Value)[] fields)
    {
        using var response = await tenant.UploadAsync(file, fields);
        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, await response.Content.ReadAsStringAsync());
        return [.. (await SignInService.ReadAsync(response)).GetProperty("errors").EnumerateArray()];
    }
}
