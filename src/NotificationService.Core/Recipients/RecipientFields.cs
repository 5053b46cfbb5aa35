using System.Collections.Frozen;
using NotificationService.Channels;
using NotificationService.Outbound;
using NotificationService.Templates;

namespace NotificationService.Recipients;

/// <summary>
/// The table of a recipient's fields, in the order in which they are listed. To add one: the property of <see cref="StoredRecipient"/>, the member of
/// <see cref="RecipientField"/>, a row here, and the property of the API's body.
/// </summary>
public static class RecipientFields
{
    private const int LongestName = 200;

    public static IReadOnlyList<RecipientFieldRow> All { get; } =
    [
        new RecipientFieldRow.Text
        {
            Field = RecipientField.UserId,
            Name = "userId",
            Headers = ["user", "recipient id", "recipient user id"],
            Rule = AddressRules.UserId,
            Get = static recipient => recipient.UserId,
            With = static (recipient, value) => recipient with { UserId = value },
            IsInTemplates = true,
            IsAddress = true,
            // It is what the user service is asked by.
            IsCompleted = false,
            // Many number their people.
            MayBeNumber = true,
        },
        new RecipientFieldRow.Text
        {
            Field = RecipientField.Name,
            Name = "name",
            Headers = ["full name", "recipient name"],
            Rule = static name => LineRule.Check(name, LongestName),
            Get = static recipient => recipient.Name,
            With = static (recipient, value) => recipient with { Name = value },
            IsInTemplates = true,
        },
        new RecipientFieldRow.Text
        {
            Field = RecipientField.Email,
            Name = "email",
            Headers = ["email address", "mail", "mail address", "recipient email"],
            Rule = AddressRules.Email,
            Get = static recipient => recipient.Email,
            With = static (recipient, value) => recipient with { Email = value },
            IsInTemplates = true,
            Spelling = MailDomain.Canonical,
            IsAddress = true,
        },
        new RecipientFieldRow.Text
        {
            Field = RecipientField.Phone,
            Name = "phone",
            Headers = ["phone number", "mobile", "mobile number", "mobile phone", "cell", "cell phone", "tel", "telephone", "telephone number", "recipient phone"],
            Rule = AddressRules.Phone,
            Get = static recipient => recipient.Phone,
            With = static (recipient, value) => recipient with { Phone = value },
            IsInTemplates = true,
            IsAddress = true,
        },
        new RecipientFieldRow.Text
        {
            Field = RecipientField.Whatsapp,
            Name = "whatsapp",
            Headers = ["whatsapp number", "whatsapp phone"],
            Rule = AddressRules.Phone,
            Get = static recipient => recipient.Whatsapp,
            With = static (recipient, value) => recipient with { Whatsapp = value },
            IsAddress = true,
            // Who gives a number and no other for WhatsApp means that number.
            NotCompletedBeside = RecipientField.Phone,
        },
        new RecipientFieldRow.Texts
        {
            Field = RecipientField.DeviceTokens,
            Name = "deviceTokens",
            Headers = ["device token", "push token", "fcm token", "registration token"],
            Rule = AddressRules.DeviceToken,
            Get = static recipient => recipient.DeviceTokens,
            With = static (recipient, values) => recipient with { DeviceTokens = values },
            IsAddress = true,
            Max = AddressRules.MaxDeviceTokens,
            TooMany = $"A recipient has at most {AddressRules.MaxDeviceTokens} device tokens.",
        },
        new RecipientFieldRow.Text
        {
            Field = RecipientField.Locale,
            Name = "locale",
            Headers = ["language", "lang"],
            Rule = static locale => LocaleName.IsValid(locale) ? null : new AddressIssue("locale_invalid", "This is not a locale; write one such as en or fr-CA."),
            Get = static recipient => recipient.Locale,
            With = static (recipient, value) => recipient with { Locale = value },
            IsInTemplates = true,
            IsAlwaysWanted = true,
        },
        new RecipientFieldRow.Text
        {
            Field = RecipientField.Timezone,
            Name = "timezone",
            Headers = ["tz"],
            Rule = static zone => TimeZones.Exists(zone) ? null : new AddressIssue("timezone_invalid", "This is not a time zone of the IANA list; write one such as America/Toronto."),
            Get = static recipient => recipient.Timezone,
            With = static (recipient, value) => recipient with { Timezone = value },
            IsInTemplates = true,
            IsAlwaysWanted = true,
        },
    ];

    private static readonly FrozenDictionary<RecipientField, RecipientFieldRow> ByField = All.ToFrozenDictionary(row => row.Field);

    private static readonly RecipientFieldRow.Text[] InTemplates = [.. All.OfType<RecipientFieldRow.Text>().Where(row => row.IsInTemplates)];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(row => row.Name)];

    /// <exception cref="ArgumentOutOfRangeException">It has no row.</exception>
    public static RecipientFieldRow Of(RecipientField field) =>
        ByField.TryGetValue(field, out var row) ? row : throw new ArgumentOutOfRangeException(nameof(field), field, "no such field of a recipient");

    public static IReadOnlyList<string> NamesOf(IReadOnlyList<RecipientField> fields) => [.. fields.Select(field => Of(field).Name)];

    /// <summary>One of some fields at least has a value.</summary>
    public static bool HasAny(StoredRecipient recipient, IReadOnlyList<RecipientField> fields)
    {
        foreach (var field in fields)
        {
            if (Of(field).HasValue(recipient))
                return true;
        }

        return false;
    }

    /// <summary>The values of the first of some fields that has any; empty where none has.</summary>
    public static IReadOnlyList<string> FirstOf(StoredRecipient recipient, IReadOnlyList<RecipientField> fields)
    {
        foreach (var field in fields)
        {
            var row = Of(field);
            if (row.HasValue(recipient))
                return row.Values(recipient);
        }

        return [];
    }

    /// <summary>A recipient as a source has it, asked field by field in their order.</summary>
    /// <param name="text">A text, or null where the source has none.</param>
    /// <param name="texts">A list of texts, or null where the source has none.</param>
    public static StoredRecipient Read(Func<RecipientFieldRow.Text, string?> text, Func<RecipientFieldRow.Texts, IReadOnlyList<string>?> texts)
    {
        var recipient = new StoredRecipient();
        foreach (var row in All)
            recipient = row.Read(recipient, text, texts);
        return recipient;
    }

    /// <summary>What the request says, and for the rest what is known. What is known comes from outside and has not been checked.</summary>
    public static StoredRecipient Complete(StoredRecipient said, StoredRecipient known)
    {
        var completed = said;
        foreach (var row in All)
        {
            if (row.IsCompleted && !row.IsGiven(said) && (row.NotCompletedBeside is not { } beside || !Of(beside).IsGiven(said)))
                completed = row.Complete(completed, known);
        }

        return completed;
    }

    /// <summary>Each field in its one spelling, so that whoever compares it later finds it.</summary>
    public static StoredRecipient Respell(StoredRecipient recipient)
    {
        foreach (var row in All)
            recipient = row.Respell(recipient);
        return recipient;
    }

    /// <summary>What a template may know of a recipient.</summary>
    public static RecipientModel ForTemplates(StoredRecipient recipient)
    {
        var fields = new (string, string?)[InTemplates.Length];
        for (var i = 0; i < fields.Length; i++)
            fields[i] = (InTemplates[i].Name, InTemplates[i].Get(recipient));
        return new RecipientModel(fields);
    }

    /// <summary>About as much memory as it takes.</summary>
    internal static int Bytes(StoredRecipient recipient) => 160 + All.Sum(row => row.Bytes(recipient));
}
