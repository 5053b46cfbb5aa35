using System.Text;
using System.Text.Json;
using NotificationService.Tenants;

namespace NotificationService.UnitTests.Tenants;

public sealed class AuditFieldsTests
{
    [Fact]
    public void Of_a_change_only_what_differs_is_kept() => AuditFields.Json(
        new AuditFields().Text("name", "A").Number("priority", 1).Flag("enabled", true).Text("gone", null),
        new AuditFields().Text("name", "A").Number("priority", 2).Flag("enabled", true).Text("gone", "here"))
        .ShouldBe(("""{"priority":1,"gone":null}""", """{"priority":2,"gone":"here"}"""));

    [Fact]
    public void What_is_new_has_no_before_and_what_is_gone_no_after()
    {
        AuditFields.Json(null, new AuditFields().Text("name", "A")).ShouldBe((null, """{"name":"A"}"""));
        AuditFields.Json(new AuditFields().Text("name", "A"), null).ShouldBe(("""{"name":"A"}""", null));
        AuditFields.Json(null, null).ShouldBe((null, null));
    }

    [Theory]
    [InlineData("""{"apiKey":"K","nested":{"authToken":"K","list":["a"],"deep":{"password":"K"}},"authorization":{"x":"K"}}""")]
    [InlineData("""{"baseUrl":"https://user:K@example.com/K?x=K"}""")]
    [InlineData("""{"secrets":["K"],"clientSecret":"K","API_KEY":"K"}""")]
    public void No_secret_is_written_however_it_is_called(string settings)
    {
        var secret = "s3cr3t-value";
        var (_, after) = AuditFields.Json(null, new AuditFields().Members("settings", settings.Replace("\"K\"", $"\"{secret}\"", StringComparison.Ordinal).Replace("K@", secret + "@", StringComparison.Ordinal)
            .Replace("/K?x=K", $"/{secret}?x={secret}", StringComparison.Ordinal)).Secret("credential", secret));

        after.ShouldNotBeNull().ShouldNotContain(secret);
    }

    [Fact]
    public void A_secret_that_was_replaced_counts_as_changed_and_an_address_shows_its_host() => AuditFields.Json(
        new AuditFields().Secret("apiKey", "1").Secret("other", "1").Url("url", "https://a.example/one"), new AuditFields().Secret("apiKey", "2").Secret("other", "1").Url("url", "https://a.example/two"))
        .ShouldBe(("""{"apiKey":"***","url":"https://a.example/…"}""", """{"apiKey":"***","url":"https://a.example/…"}"""));

    [Fact]
    public void It_is_bounded_whatever_it_is_given()
    {
        var fields = new AuditFields();
        for (var i = 0; i < 1_000; i++)
            fields.Text($"field {i} " + new string('n', 500), new string('"', 5_000));
        var (_, after) = AuditFields.Json(null, fields);

        Encoding.UTF8.GetByteCount(after.ShouldNotBeNull()).ShouldBeLessThan(32_768);
        JsonElement.Parse(after).GetProperty("…").GetInt32().ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Halves_of_characters_and_NUL_are_left_out()
    {
        var (_, after) = AuditFields.Json(null, new AuditFields().Text("na\0me", "a\0b\ud800c"));

        after.ShouldBe("{\"name\":\"ab\uFFFDc\"}");
    }
}
