using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Lookups;
using NotificationService.Storage;
using NotificationService.Templates;

namespace NotificationService.Host.Api.Lookups;

/// <summary>A value to be added to a choice list.</summary>
public sealed record LookupRequest
{
    /// <summary>The list: small letters, digits and underscores.</summary>
    public string? Type { get; init; }

    /// <summary>What is sent and stored: letters, digits and <c>. _ : / + -</c>.</summary>
    public string? Code { get; init; }

    /// <summary>What people read, by locale.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Its place among the tenant's own values.</summary>
    public int? Order { get; init; }

    /// <summary>Whether it is offered; true when left out.</summary>
    public bool? Active { get; init; }
}

/// <summary>What is to be changed of a value; what is left out stays.</summary>
public sealed record LookupPatch
{
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public int? Order { get; init; }

    public bool? Active { get; init; }
}

/// <summary>A value of a choice list.</summary>
/// <param name="Id">Of a tenant's own; null for one of the service's.</param>
/// <param name="Label">In the locale that was asked for.</param>
/// <param name="System">Whether it is one of the service's own, which nobody changes.</param>
public sealed record LookupResponse(Guid? Id, string Type, string Code, string Label, IReadOnlyDictionary<string, string> Labels, int Order, bool Active, bool System)
{
    internal static LookupResponse Of(Lookup value, string? locale) => new(value.Id, value.Type, value.Code, value.LabelIn(locale), value.Labels, value.Order, value.Active, value.IsSystem);
}

/// <summary>The values of choice lists.</summary>
public sealed record LookupList(IReadOnlyList<LookupResponse> Items);

/// <summary>A choice list.</summary>
/// <param name="Count">How many values it has.</param>
/// <param name="System">Whether it is one of the service's.</param>
public sealed record LookupTypeResponse(string Type, int Count, bool System);

/// <summary>The choice lists there are.</summary>
public sealed record LookupTypeList(IReadOnlyList<LookupTypeResponse> Items);

/// <summary>What a value must be.</summary>
internal static partial class LookupRules
{
    public const int LongestType = 64;

    private const int LongestLabel = 200;
    private const int MaxLabels = 50;
    private const int MaxOrder = 1_000_000;

    public static List<FieldError> Check(LookupRequest request)
    {
        var errors = new List<FieldError>();
        if (request.Type is null || !Type().IsMatch(request.Type))
            errors.Add(new("/type", request.Type is null ? "required" : "text_invalid", "A list is named by 1 to 64 small letters, digits and underscores, a letter first."));
        if (request.Code is null || !Code().IsMatch(request.Code))
            errors.Add(new("/code", request.Code is null ? "required" : "text_invalid", "A code is 1 to 100 letters, digits and . _ : / + -"));
        errors.AddRange(Check(request.Labels, request.Order, isNew: true));
        return errors;
    }

    public static List<FieldError> Check(IReadOnlyDictionary<string, string>? labels, int? order, bool isNew)
    {
        var errors = new List<FieldError>();
        if (labels is null ? isNew : labels.Count is 0 or > MaxLabels)
            errors.Add(new("/labels", labels is null ? "required" : "count_range", $"What people read, for 1 to {MaxLabels} locales."));
        foreach (var (locale, label) in labels?.Take(MaxLabels) ?? [])
        {
            var pointer = JsonPointer.Append("/labels", locale);
            if (!LocaleName.IsValid(locale))
                errors.Add(new(pointer, "locale_invalid", "This is not a locale; write one such as en or fr-CA."));
            else if (label is null || label.Length is 0 or > LongestLabel || StorableText.Of(label, LongestLabel) != label)
                errors.Add(new(pointer, "text_invalid", $"A label has 1 to {LongestLabel} characters, none of them a control character."));
        }

        if (order is < 0 or > MaxOrder)
            errors.Add(new("/order", "number_range", $"'order' is a whole number from 0 to {MaxOrder}."));
        return errors;
    }

    [GeneratedRegex(@"^[a-z][a-z0-9_]{0,63}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex Type();

    [GeneratedRegex(@"^[A-Za-z0-9._:/+-]{1,100}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex Code();
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(LookupRequest))]
[JsonSerializable(typeof(LookupPatch))]
[JsonSerializable(typeof(LookupResponse))]
[JsonSerializable(typeof(LookupList))]
[JsonSerializable(typeof(LookupTypeList))]
internal sealed partial class LookupsJson : JsonSerializerContext;
