using System.Text.Json;
using System.Text.Json.Serialization;
using NotificationService.Channels;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Recipients;

namespace NotificationService.Host.Api.Recipients;

/// <summary>What is known of a person. What is left out is not known, and is gone if it was.</summary>
public record RecipientRequest
{
    public string? Name { get; init; }

    public string? Email { get; init; }

    /// <summary>E.164, such as +14155550100.</summary>
    public string? Phone { get; init; }

    /// <summary>E.164; <c>phone</c> if it is left out.</summary>
    public string? Whatsapp { get; init; }

    /// <summary>Such as fr-CA.</summary>
    public string? Locale { get; init; }

    /// <summary>Of the IANA list, such as America/Toronto.</summary>
    public string? Timezone { get; init; }

    /// <summary>Whatever else is known, at most 8 KiB; given back as it came.</summary>
    public RawJson? Attributes { get; init; }

    /// <summary>At most 50, by which people are found again.</summary>
    public IReadOnlyList<string?>? Tags { get; init; }

    /// <summary>Addresses stay out of logs and exceptions.</summary>
    public override string ToString() => "a recipient";

    internal (DirectoryEntry? Entry, List<FieldError> Errors) Check(string userId)
    {
        var errors = new List<FieldError>();
        var person = new StoredRecipient { UserId = userId, Name = Name, Email = Email, Phone = Phone, Whatsapp = Whatsapp, Locale = Locale, Timezone = Timezone };
        foreach (var row in RecipientFields.All.OfType<RecipientFieldRow.Text>())
        {
            if (row.Field != RecipientField.UserId && row.Get(person) is { } value && row.Rule(value) is { } issue)
                errors.Add(new FieldError($"/{row.Name}", issue.Code, issue.Message));
        }

        if (Attributes is { Utf8.Length: > DirectoryEntry.MaxAttributeBytes })
            errors.Add(new FieldError("/attributes", "too_large", $"Attributes have at most {DirectoryEntry.MaxAttributeBytes} bytes as JSON."));
        if (Tags is { Count: > DirectoryEntry.MaxTags })
            errors.Add(new FieldError("/tags", "too_many", $"A recipient has at most {DirectoryEntry.MaxTags} tags."));
        for (var i = 0; i < Math.Min(Tags?.Count ?? 0, DirectoryEntry.MaxTags); i++)
        {
            if (DirectoryEntry.CheckTag(Tags![i]) is { } issue)
                errors.Add(new FieldError($"/tags/{i}", issue.Code, issue.Message));
        }

        return errors.Count > 0
            ? (null, errors)
            : (new DirectoryEntry(RecipientFields.Respell(person), Attributes?.Utf8 ?? default, [.. (Tags ?? []).OfType<string>().Distinct(StringComparer.Ordinal)]), errors);
    }
}

/// <summary>One of many people.</summary>
public sealed record BulkRecipientRequest : RecipientRequest
{
    /// <summary>The caller's own id of the person, at most 128 characters.</summary>
    public required string UserId { get; init; }

    public override string ToString() => base.ToString();
}

/// <summary>Many people.</summary>
public sealed record BulkRecipientsRequest
{
    /// <summary>1 to 10,000, each person once.</summary>
    public IReadOnlyList<BulkRecipientRequest>? Recipients { get; init; }
}

/// <summary>What became of many people.</summary>
/// <param name="Accepted">How many are kept.</param>
/// <param name="Rejected">Those that are not, by their place, from 0; the pointers lead into the item.</param>
public sealed record BulkRecipientsResponse(int Accepted, IReadOnlyList<RejectedRecipient> Rejected);

/// <summary>One that is not kept, and why.</summary>
public sealed record RejectedRecipient(int Index, IReadOnlyList<FieldError> Errors);

/// <summary>A person of the directory.</summary>
/// <param name="Addresses">How channels reach the person, each with what is known of it.</param>
/// <param name="Devices">What pushes go to, the one seen last first.</param>
public sealed record RecipientResponse(
    string UserId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Email,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Phone,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Whatsapp,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Locale,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Timezone,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RawJson? Attributes,
    IReadOnlyList<string> Tags,
    IReadOnlyList<RecipientAddressResponse> Addresses,
    IReadOnlyList<RecipientDeviceResponse> Devices,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public override string ToString() => "a recipient";

    internal static RecipientResponse Of(DirectoryRow row)
    {
        var person = row.Entry.Person;
        return new(
            person.UserId!, person.Name, person.Email, person.Phone, person.Whatsapp, person.Locale, person.Timezone,
            row.Entry.Attributes.IsEmpty ? null : new RawJson(row.Entry.Attributes), row.Entry.Tags,
            [.. row.Addresses.Select(address => new RecipientAddressResponse(address.Channel.ToName(), address.Address, address.Verified, address.Suppressed))],
            [.. row.Devices.Select(RecipientDeviceResponse.Of)], row.CreatedAt, row.UpdatedAt);
    }
}

/// <summary>An address of a person.</summary>
/// <param name="Channel">email, sms or whatsapp.</param>
/// <param name="Verified">Whether the person has a log-in here and has confirmed this address by it.</param>
/// <param name="Suppressed">Whether it stands on the list of suppressed addresses: nothing is sent to it.</param>
public sealed record RecipientAddressResponse(string Channel, string Address, bool Verified, bool Suppressed)
{
    public override string ToString() => $"an address for {Channel}";
}

/// <summary>A device to be pushed to.</summary>
public sealed record DeviceRequest
{
    /// <summary>fcm.</summary>
    public string? Kind { get; init; }

    /// <summary>The registration token.</summary>
    public string? Token { get; init; }

    /// <summary>Tokens stay out of logs and exceptions.</summary>
    public override string ToString() => "a device";

    internal List<FieldError> Check()
    {
        var errors = new List<FieldError>();
        if (Kind != "fcm")
            errors.Add(new("/kind", Kind is null ? "required" : "choice_invalid", "'kind' is fcm."));
        if (Token is null)
            errors.Add(new("/token", "required", "The registration token of the device."));
        else if (AddressRules.DeviceToken(Token) is { } issue)
            errors.Add(new("/token", issue.Code, issue.Message));
        return errors;
    }
}

/// <summary>A device of a person.</summary>
/// <param name="LastSeenAt">When it was noted last.</param>
/// <param name="GoneAt">When its provider said that the app was removed; nothing is sent to it since. Absent while it is there.</param>
public sealed record RecipientDeviceResponse(Guid Id, string Kind, DateTimeOffset LastSeenAt, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? GoneAt)
{
    internal static RecipientDeviceResponse Of(DirectoryDevice device) => new(
        device.Id, device.Kind == DeviceKind.Fcm ? "fcm" : throw new InvalidOperationException("a closed set"), device.LastSeenAt, device.GoneAt);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(RecipientRequest))]
[JsonSerializable(typeof(BulkRecipientRequest))]
[JsonSerializable(typeof(BulkRecipientsRequest))]
[JsonSerializable(typeof(BulkRecipientsResponse))]
[JsonSerializable(typeof(RecipientResponse))]
[JsonSerializable(typeof(Page<RecipientResponse>))]
[JsonSerializable(typeof(DeviceRequest))]
[JsonSerializable(typeof(RecipientDeviceResponse))]
internal sealed partial class RecipientsJson : JsonSerializerContext;
