using NotificationService.BulkJobs.Csv;
using NotificationService.Channels;

namespace NotificationService.UnitTests.BulkJobs;

public sealed class HeaderMatchTests
{
    private static readonly string[] Variables = ["firstName", "order.id", "order.total", "note"];

    [Fact]
    public void Names_match_without_regard_to_case_spaces_underscores_and_hyphens()
    {
        var (map, refusals, ignored) = Match(["E-Mail", "First name", "ORDER.ID", "order.Total", "Ref", "Shoe size"], required: ["firstName", "order.id"]);

        refusals.ShouldBeEmpty();
        map.ShouldNotBeNull().Columns.ShouldBe(
        [
            new ColumnTarget.RecipientField("email"), new ColumnTarget.Variable("firstName"), new ColumnTarget.Variable("order.id"),
            new ColumnTarget.Variable("order.total"), new ColumnTarget.Reference(), new ColumnTarget.Ignored(),
        ]);
        ignored.ShouldBe(["Shoe size"]);
    }

    [Theory]
    [InlineData("user id", "userId")]
    [InlineData("User", "userId")]
    [InlineData("Full Name", "name")]
    [InlineData("e-mail", "email")]
    [InlineData("Email Address", "email")]
    [InlineData("mail", "email")]
    [InlineData("recipient.email", "email")]
    [InlineData("phone_number", "phone")]
    [InlineData("Mobile", "phone")]
    [InlineData("tel", "phone")]
    [InlineData("WhatsApp number", "whatsapp")]
    [InlineData("device token", "deviceTokens")]
    [InlineData("deviceTokens", "deviceTokens")]
    [InlineData("Language", "locale")]
    [InlineData("time zone", "timezone")]
    public void A_recipients_field_has_the_names_that_people_give_it(string header, string field)
    {
        // The other column is there for the address that every file needs.
        var other = field == "email" ? "phone" : "email";

        HeaderMatch.Of([header, other], [], [], [], null, null).Map.ShouldNotBeNull().Columns[0].ShouldBe(new ColumnTarget.RecipientField(field));
    }

    [Theory]
    [InlineData(ChannelKind.Email, "email")]
    [InlineData(ChannelKind.Sms, "phone")]
    [InlineData(ChannelKind.WhatsApp, "whatsapp")]
    [InlineData(ChannelKind.Push, "deviceTokens")]
    [InlineData(ChannelKind.InApp, "userId")]
    public void With_one_channel_to_and_recipient_are_its_address(ChannelKind channel, string field)
    {
        Match(["to"], channels: [channel]).Map!.Columns.ShouldBe([new ColumnTarget.RecipientField(field)]);
        Match(["Recipient"], channels: [channel]).Map!.Columns.ShouldBe([new ColumnTarget.RecipientField(field)]);
        Match(["to"], channels: [ChannelKind.Email, ChannelKind.Sms]).Refusals.Select(refusal => (refusal.Code, refusal.Column))
            .ShouldBe([(CsvCodes.ColumnMissing, "email"), (CsvCodes.ColumnMissing, "phone")]);
    }

    [Fact]
    public void What_is_missing_is_named_all_at_once_with_what_comes_near()
    {
        var (map, refusals, _) = Match(["emial", "firstnme", "order.id"], required: ["firstName", "order.id", "note"]);

        map.ShouldBeNull();
        refusals.Select(refusal => (refusal.Code, refusal.Line, refusal.Column, refusal.Message)).ShouldBe(
        [
            (CsvCodes.ColumnMissing, 1, "email", "The channel email needs the column 'email', which the file does not have. Did you mean 'emial'?"),
            (CsvCodes.ColumnMissing, 1, "firstName", "The template needs 'firstName', for which the file has no column. Did you mean 'firstnme'?"),
            (CsvCodes.ColumnMissing, 1, "note", "The template needs 'note', for which the file has no column."),
        ]);
    }

    [Fact]
    public void Without_channels_one_address_is_enough_and_none_is_not()
    {
        Match(["phone"], channels: []).Refusals.ShouldBeEmpty();
        Match(["note"], channels: []).Refusals.Single().Message.ShouldContain("email, phone, deviceTokens, whatsapp, userId");
        Match(["phone"], channels: [ChannelKind.WhatsApp]).Refusals.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("email", "E-mail", "twice")]
    [InlineData("email", "email", "twice")]
    [InlineData("email", "mail", "both recipient.email")]
    [InlineData("email", "recipient.email", "both recipient.email")]
    public void Two_headers_for_one_thing_are_refused_once(string first, string second, string word)
    {
        var refusal = Match([first, "note", second]).Refusals.Single();

        refusal.Code.ShouldBe(CsvCodes.ColumnDuplicate);
        refusal.Column.ShouldBe(second);
        refusal.Message.ShouldContain(word);
    }

    [Fact]
    public void A_header_twice_is_refused_even_where_nobody_uses_it() =>
        Match(["email", "Shoe size", "shoe_size"]).Refusals.Single().Message
            .ShouldBe("The header has the column 'Shoe size' twice: columns 2 and 3. Rename or delete one.");

    [Fact]
    public void A_variable_named_like_a_field_is_filled_besides()
    {
        var columns = HeaderMatch.Of(["email", "name", "reference"], ["name", "reference"], ["name"], [ChannelKind.Email], null, null).Map!.Columns;

        columns.ShouldBe(
        [
            new ColumnTarget.RecipientField("email"), new ColumnTarget.RecipientField("name") { AlsoVariable = "name" },
            new ColumnTarget.Reference { AlsoVariable = "reference" },
        ]);
    }

    [Fact]
    public void A_variable_goes_before_another_word_for_a_field_unless_the_field_has_no_column_else()
    {
        HeaderMatch.Of(["phone", "mobile"], ["mobile"], ["mobile"], [ChannelKind.Sms], null, null).Map!.Columns
            .ShouldBe([new ColumnTarget.RecipientField("phone"), new ColumnTarget.Variable("mobile")]);
        HeaderMatch.Of(["mobile"], ["mobile"], ["mobile"], [ChannelKind.Sms], null, null).Map!.Columns
            .ShouldBe([new ColumnTarget.RecipientField("phone") { AlsoVariable = "mobile" }]);
    }

    [Fact]
    public void A_variable_inside_another_cannot_be_filled_besides_it()
    {
        var refusal = HeaderMatch.Of(["email", "order", "order.id"], ["order", "order.id"], [], [ChannelKind.Email], null, null).Refusals.Single();

        (refusal.Code, refusal.Column).ShouldBe((CsvCodes.MappingInvalid, "order"));
    }

    [Fact]
    public void A_needed_object_is_there_when_a_part_of_it_is() =>
        HeaderMatch.Of(["email", "order.id"], ["order.id"], ["order"], [ChannelKind.Email], null, null).Refusals.ShouldBeEmpty();

    [Fact]
    public void The_mapping_goes_before_the_names()
    {
        var (map, refusals, ignored) = Match(["email", "Work address", "Note", "Kundennummer", "x"], mapping: new()
        {
            ["work_address"] = "email",
            ["Kundennummer"] = "data.order.id",
            ["Note"] = "ignore",
            ["x"] = "recipient.name",
        });

        refusals.ShouldBeEmpty();
        map.ShouldNotBeNull().Columns.ShouldBe(
        [
            new ColumnTarget.Ignored(), new ColumnTarget.RecipientField("email"), new ColumnTarget.Ignored(), new ColumnTarget.Variable("order.id"), new ColumnTarget.RecipientField("name"),
        ]);
        ignored.ShouldBe(["email", "Note"]);
    }

    [Theory]
    [InlineData("mial", "email", "mial", "Did you mean 'mail'?")]
    [InlineData("mail", "emial", "mail", "Did you mean 'email'?")]
    [InlineData("mail", "dta.firstName", "mail", "Did you mean 'data.firstName'?")]
    [InlineData("mail", "data.", "mail", "neither")]
    [InlineData("mail", "data.a..b", "mail", "neither")]
    [InlineData("mail", "data.a.", "mail", "neither")]
    [InlineData("mail", "data. a", "mail", "neither")]
    [InlineData("mail", "data.a\0b", "mail", "neither")]
    [InlineData("mail", "data.1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17", "mail", "neither")]
    [InlineData("", "email", "", "does not have")]
    public void A_mapping_from_or_to_nothing_is_refused(string column, string target, string named, string hint)
    {
        var refusal = Match(["mail", "note"], mapping: new() { [column] = target }).Refusals[0];

        (refusal.Code, refusal.Column).ShouldBe((CsvCodes.MappingInvalid, named));
        refusal.Message.ShouldContain(hint);
    }

    [Fact]
    public void A_mapping_may_fill_data_that_the_template_does_not_use()
    {
        var (map, refusals, _) = Match(["email", "Kundennummer", "a", "b", "c"], mapping: new()
        {
            ["Kundennummer"] = "data.customer.Number",
            ["a"] = "DATA.first_name",
            ["b"] = "data.Straße 1",
            ["c"] = "data.order.id",
        });

        refusals.ShouldBeEmpty();
        map.ShouldNotBeNull().Columns.Skip(1).ShouldBe(
        [
            new ColumnTarget.Variable("customer.Number"), new ColumnTarget.Variable("firstName"), new ColumnTarget.Variable("Straße 1"), new ColumnTarget.Variable("order.id"),
        ]);
        Match(["email", "a", "b"], mapping: new() { ["a"] = "data.x", ["b"] = "data.x" }).Refusals.Single().Code.ShouldBe(CsvCodes.ColumnDuplicate);
        Match(["email", "a", "b"], mapping: new() { ["a"] = "data.x", ["b"] = "data.x.y" }).Refusals.Single().Code.ShouldBe(CsvCodes.MappingInvalid);
    }

    [Fact]
    public void Of_a_mapping_of_thousands_of_unknown_columns_fifty_are_named_and_for_the_first_few_a_like_one_is_looked_for()
    {
        string[] headers = ["email", .. Enumerable.Range(0, 999).Select(column => $"column{column}")];

        var refusals = Match(headers, mapping: Enumerable.Range(0, 6_000).ToDictionary(column => $"colum{column}", _ => "email")).Refusals;

        refusals.Count.ShouldBe(50);
        refusals.Count(refusal => refusal.Message.Contains("Did you mean", StringComparison.Ordinal)).ShouldBe(5);
    }

    [Fact]
    public void Two_columns_mapped_to_one_field_are_refused() =>
        Match(["a", "b"], mapping: new() { ["a"] = "email", ["b"] = "email" }).Refusals.Single().Code.ShouldBe(CsvCodes.ColumnDuplicate);

    [Fact]
    public void The_idempotency_column_is_any_header_and_is_not_listed_as_ignored()
    {
        var (map, _, ignored) = Match(["email", "Row key", "other"], idempotency: "row_key");

        map.ShouldNotBeNull().IdempotencyColumn.ShouldBe(1);
        ignored.ShouldBe(["other"]);
        Match(["email", "Row key"], idempotency: "rowkeys").Refusals.Single().Message
            .ShouldBe("idempotencyColumn is 'rowkeys', which the file does not have. Did you mean 'Row key'?");
    }

    [Fact]
    public void A_header_of_64_KiB_is_cut_in_what_is_said_of_it() =>
        Match([new string('x', 65_536), new string('x', 65_536)]).Refusals[0].Message.Length.ShouldBeLessThan(200);

    private static (ColumnMap? Map, IReadOnlyList<CsvRefusal> Refusals, IReadOnlyList<string> Ignored) Match(
        string[] headers, string[]? required = null, ChannelKind[]? channels = null, Dictionary<string, string>? mapping = null, string? idempotency = null) =>
        HeaderMatch.Of(headers, Variables, required ?? [], channels ?? [ChannelKind.Email], mapping, idempotency);
}
