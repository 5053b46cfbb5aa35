using System.Reflection;
using System.Text.Json;
using NotificationService.Deliveries;
using NotificationService.Host.Commands;
using NotificationService.Recipients;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Recipients;

/// <summary>A field of a recipient is one row: whoever adds one learns here what else it needs.</summary>
public sealed class RecipientFieldsTests
{
    private static readonly Type Body = typeof(CommandLine).Assembly.GetTypes().Single(type => type.Name == "RecipientBody");

    private static readonly StoredRecipient Known = new()
    {
        UserId = "somebody-else",
        Name = "Ann",
        Email = "ann@example.com",
        Phone = "+14155550100",
        Whatsapp = "+14155550101",
        DeviceTokens = ["a-device-token", "not a token"],
        Locale = "fr-CA",
        Timezone = "Mars/Phobos",
    };

    [Fact]
    public void Every_member_has_a_row_in_its_place() => RecipientFields.All.Select(row => row.Field).ShouldBe(Enum.GetValues<RecipientField>());

    [Fact]
    public void Every_property_of_a_recipient_has_a_row_under_its_name() => RecipientFields.Names.ShouldBe(NamesOf(typeof(StoredRecipient)).Where(name => name != "suppliedBy"), ignoreOrder: true);

    [Fact]
    public void Every_row_is_a_property_of_the_body_that_the_API_takes() => NamesOf(Body).ShouldBe(RecipientFields.Names, ignoreOrder: true);

    [Fact]
    public void A_row_fills_its_own_property_and_no_other()
    {
        foreach (var row in RecipientFields.All)
        {
            var recipient = RecipientFields.Read(text => text.Field == row.Field ? "x" : null, texts => texts.Field == row.Field ? ["x"] : null);

            Json(recipient).ShouldBe(Object(row));
            row.Values(recipient).ShouldBe(["x"]);
            RecipientFields.All.Where(other => other.IsGiven(recipient)).ShouldBe([row]);
        }
    }

    [Fact]
    public void The_API_hands_every_field_on()
    {
        var all = Object([.. RecipientFields.All]);
        var body = JsonSerializer.Deserialize(all, Body, JsonSerializerOptions.Web);

        var recipient = Body.GetMethod("ToRecipient", BindingFlags.Instance | BindingFlags.NonPublic).ShouldNotBeNull().Invoke(body, null);

        Json(recipient.ShouldBeOfType<StoredRecipient>()).ShouldBe(all);
    }

    [Fact]
    public void What_a_request_leaves_out_is_completed_by_what_is_known_and_good()
    {
        var completed = RecipientFields.Complete(new StoredRecipient { UserId = "u-1", Email = "other@example.com" }, Known);

        completed.UserId.ShouldBe("u-1", "nobody becomes somebody else");
        completed.Email.ShouldBe("other@example.com", "what the request says wins");
        (completed.Name, completed.Phone, completed.Whatsapp, completed.Locale).ShouldBe(("Ann", "+14155550100", "+14155550101", "fr-CA"));
        completed.DeviceTokens.ShouldBe(["a-device-token"]);
        completed.Timezone.ShouldBeNull("there is no such zone");
    }

    [Fact]
    public void Who_gives_a_number_and_no_other_for_WhatsApp_means_that_number() =>
        RecipientFields.Complete(new StoredRecipient { Phone = "+14155550199" }, Known).Whatsapp.ShouldBeNull();

    [Fact]
    public void An_empty_list_is_something_said() =>
        RecipientFields.Complete(new StoredRecipient { DeviceTokens = [] }, Known).DeviceTokens.ShouldBeEmpty();

    [Fact]
    public void A_field_without_a_row_is_a_fault() => Should.Throw<ArgumentOutOfRangeException>(() => RecipientFields.Of((RecipientField)99));

    [Fact]
    public void The_document_of_CSV_files_names_every_header()
    {
        var rows = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "bulk-csv.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal)).ToList();

        RecipientFields.All.Where(field => !rows.Exists(row => row.Contains($"`{field.Name}`", StringComparison.Ordinal) && field.Headers.All(header => row.Contains(header, StringComparison.Ordinal))))
            .Select(field => field.Name).ShouldBeEmpty();
    }

    [Fact]
    public void The_document_of_templates_names_every_field_that_they_may_say()
    {
        var row = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "templates.md")).Single(line => line.StartsWith("| `{{recipient.name}}` |", StringComparison.Ordinal));

        foreach (var field in RecipientFields.All)
            row.Split('|')[2].Contains($"`{field.Name}`", StringComparison.Ordinal).ShouldBe(field is RecipientFieldRow.Text { IsInTemplates: true }, field.Name);
        Known.ForTemplates().Fields.ShouldBe(
            [("userId", "somebody-else"), ("name", "Ann"), ("email", "ann@example.com"), ("phone", "+14155550100"), ("locale", "fr-CA"), ("timezone", "Mars/Phobos")]);
    }

    [Fact]
    public void The_document_of_the_user_service_names_every_field_that_it_may_complete()
    {
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "user-service.md"));

        RecipientFields.All.Where(field => field.IsCompleted && !document.Contains($"\"{field.Name}\":", StringComparison.Ordinal)).Select(field => field.Name).ShouldBeEmpty();
    }

    private static IEnumerable<string> NamesOf(Type type) => type.GetProperties().Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name));

    private static string Object(params RecipientFieldRow[] rows) =>
        "{" + string.Join(',', rows.Select(row => row is RecipientFieldRow.Texts ? $"\"{row.Name}\":[\"x\"]" : $"\"{row.Name}\":\"x\"")) + "}";

    private static string Json(StoredRecipient recipient) => JsonSerializer.Serialize(recipient, StoredJson.Default.StoredRecipient);
}
