using System.Text.Json;
using System.Text.Json.Serialization;
using NotificationService.Channels;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;

namespace NotificationService.Host.Api.Providers;

/// <summary>What a provider is to be. In a PATCH everything may be left out.</summary>
public sealed record ProviderRequest
{
    private const int DefaultPriority = 100;
    private const int DefaultWeight = 100;
    private const int Max = 1000;
    private const int MaxPerSecond = 1_000_000;
    private const int MaxAtOnce = 5_000;

    /// <summary>email, sms, push, whatsapp or in_app.</summary>
    public string? Channel { get; init; }

    /// <summary>The vendor, such as sendgrid, smtp, twilio, twilio_whatsapp, in_app or sandbox.</summary>
    public string? Type { get; init; }

    /// <summary>Unique within the channel.</summary>
    public string? Name { get; init; }

    /// <summary>0 to 1000, 100 by default; the lowest number is tried first.</summary>
    public int? Priority { get; init; }

    /// <summary>0 to 1000, 100 by default: the share among providers of one priority.</summary>
    public int? Weight { get; init; }

    public bool? Enabled { get; init; }

    /// <summary>The most calls per second, 1 to 1,000,000, of all workers together. Null: no limit.</summary>
    public int? RateLimit { get; init; }

    /// <summary>The most calls at once from one worker, 1 to 5,000. Null: what the worker can do.</summary>
    public int? Concurrency { get; init; }

    /// <summary>Secrets by name; write-only.</summary>
    public Dictionary<string, string?>? Credentials { get; init; }

    /// <summary>What else the type needs, such as from, host, baseUrl.</summary>
    public RawJson? Settings { get; init; }

    /// <summary>Secrets stay out of logs and exceptions.</summary>
    public override string ToString() => "a provider request";

    internal List<FieldError> Check(bool whole)
    {
        var errors = new List<FieldError>();
        if (Channel is null ? whole : !ChannelKinds.TryParse(Channel, out _))
            errors.Add(new("/channel", Channel is null ? "required" : "unknown_channel", $"A channel is one of {ChannelKinds.Names}."));
        if (whole && string.IsNullOrEmpty(Type))
            errors.Add(new("/type", "required", "The type names the vendor, such as sendgrid, smtp or sandbox."));
        if (Name is null ? whole : Name.Trim().Length is 0 or > 200 || Name.Any(char.IsControl))
            errors.Add(new("/name", Name is null ? "required" : "text_invalid", "The name takes 1 to 200 characters without control characters."));
        if (Priority is < 0 or > Max)
            errors.Add(new("/priority", "number_range", $"The priority is a whole number from 0 to {Max}."));
        if (Weight is < 0 or > Max)
            errors.Add(new("/weight", "number_range", $"The weight is a whole number from 0 to {Max}."));
        if (RateLimit is < 1 or > MaxPerSecond)
            errors.Add(new("/rateLimit", "number_range", $"The rate limit is a whole number of calls per second from 1 to {MaxPerSecond}."));
        if (Concurrency is < 1 or > MaxAtOnce)
            errors.Add(new("/concurrency", "number_range", $"The concurrency is a whole number of calls at once from 1 to {MaxAtOnce}."));
        foreach (var (field, _) in (Credentials ?? []).Where(field => field.Key.Length is 0 or > 100).Take(Problems.MaxErrors))
            errors.Add(new(JsonPointer.Append("/credentials", field), "unknown_property", "There is no such credential."));
        return errors;
    }

    internal ProviderInput ToInput()
    {
        var channel = ChannelKinds.TryParse(Channel, out var known) ? known : throw new InvalidOperationException("checked before");
        return new ProviderInput(
            channel, Type!, Name!.Trim(), Priority ?? DefaultPriority, Weight ?? DefaultWeight, Enabled ?? true, RateLimit, Concurrency,
            (Credentials ?? []).Where(field => field.Value is not null).ToDictionary(field => field.Key, field => field.Value!), SettingsOrNone());
    }

    internal ProviderChange ToChange(bool whole) => new()
    {
        Channel = ChannelKinds.TryParse(Channel, out var channel) ? channel : null,
        Type = Type,
        Name = Name?.Trim(),
        Priority = Priority ?? (whole ? DefaultPriority : null),
        Weight = Weight ?? (whole ? DefaultWeight : null),
        Enabled = Enabled ?? (whole ? true : null),
        RateLimit = RateLimit,
        RemovesRateLimit = whole && RateLimit is null,
        Concurrency = Concurrency,
        RemovesConcurrency = whole && Concurrency is null,
        Settings = whole || Settings is not null ? SettingsOrNone() : null,
        Credentials = Credentials,
    };

    private JsonElement SettingsOrNone() => Settings is { Utf8.IsEmpty: false } given ? JsonElement.Parse(given.Utf8.Span) : JsonElement.Parse("{}");
}

/// <summary>A provider as it is shown.</summary>
/// <param name="Credentials">By name, masked such as SG.…abcd.</param>
/// <param name="Usable">False when its deliveries wait because the credentials cannot be decrypted.</param>
/// <param name="Problem">Why it is not usable.</param>
/// <param name="Parked">Set while the vendor does not accept the account: deliveries wait until it is corrected, and one is tried every 30 seconds.</param>
public sealed record ConfiguredProviderResponse(
    Guid Id, string Channel, string Type, string Name, int Priority, int Weight, bool Enabled, int? RateLimit, int? Concurrency,
    IReadOnlyDictionary<string, string> Credentials, JsonElement Settings, bool Usable, string? Problem, SuspendedResponse? Parked, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    internal static ConfiguredProviderResponse Of(ProviderRow row, OpenedProvider opened) => new(
        row.Id, row.Channel.ToName(), row.Type, row.Name, row.Priority, row.Weight, row.Enabled, row.RateLimit, row.Concurrency,
        row.Credentials.OrderBy(credential => credential.Field, StringComparer.Ordinal).ToDictionary(credential => credential.Field, credential => credential.Hint),
        JsonElement.Parse(row.Settings), opened is OpenedProvider.Usable, (opened as OpenedProvider.Unusable)?.Reason,
        row.CurrentSuspension is { } suspended ? new SuspendedResponse(suspended.Code, suspended.Message, suspended.SuspendedAt) : null, row.CreatedAt, row.UpdatedAt);
}

/// <summary>Why a provider's deliveries wait.</summary>
/// <param name="Code">The vendor's or our own stable code, such as credentials_refused.</param>
/// <param name="Message">In plain words.</param>
/// <param name="Since">When it began.</param>
public sealed record SuspendedResponse(string Code, string Message, DateTimeOffset Since);

/// <summary>What the vendor said of a configuration.</summary>
/// <param name="Ok">Whether it works.</param>
/// <param name="Message">In plain words.</param>
public sealed record ProviderTestResponse(bool Ok, string Message);

/// <summary>Every type of provider that there is.</summary>
public sealed record ProviderTypeList(IReadOnlyList<ProviderTypeResponse> Items);

/// <summary>A vendor, and what a provider of it is configured with.</summary>
/// <param name="Type">Its name in the configuration, such as sendgrid.</param>
/// <param name="Channels">What it sends.</param>
/// <param name="Fields">In the order in which somebody would fill them in. Nothing else is taken.</param>
/// <param name="Callback">Where the vendor reports to; null where it does not.</param>
public sealed record ProviderTypeResponse(string Type, IReadOnlyList<string> Channels, IReadOnlyList<ProviderFieldResponse> Fields, ProviderCallbackResponse? Callback)
{
    internal static ProviderTypeResponse Of(IProviderType type) => new(
        type.Name, [.. type.Channels.Select(channel => channel.ToName())], [.. type.Fields().Select(ProviderFieldResponse.Of)],
        type is IReceiptSource source ? new ProviderCallbackResponse($"/webhooks/{source.ReceiptPath}/{{providerId}}", source.ReceiptPlace) : null);
}

/// <summary>One field of a provider's configuration.</summary>
/// <param name="Pointer">Where it stands, as a JSON Pointer, such as /credentials/apiKey or /settings/from/email.</param>
/// <param name="Kind">How it is written: text, file, number, boolean, choice, email, url or texts.</param>
/// <param name="Secret">Whether it is never shown again.</param>
/// <param name="Required">Whether it must be given, whatever else is.</param>
/// <param name="Default">What is taken where it is left out, as text.</param>
/// <param name="Choices">The words of a choice.</param>
/// <param name="Min">The smallest number.</param>
/// <param name="Max">The largest number; of texts the most characters; of a list the most entries.</param>
public sealed record ProviderFieldResponse(string Pointer, string Kind, bool Secret, bool Required, string? Default, IReadOnlyList<string>? Choices, int? Min, int? Max)
{
    internal static ProviderFieldResponse Of(ProviderField field) => new(
        field.Pointer, field.Kind.ToName(), field.IsSecret, field.IsRequired, field.Default, field.Choices.Count == 0 ? null : field.Choices, field.Min, field.Max);
}

/// <summary>Where a vendor reports what became of messages.</summary>
/// <param name="Path">Below the service's public address; {providerId} is the provider's id.</param>
/// <param name="Place">Where it is entered at the vendor, as its pages name it.</param>
public sealed record ProviderCallbackResponse(string Path, string? Place);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ProviderRequest))]
[JsonSerializable(typeof(ConfiguredProviderResponse))]
[JsonSerializable(typeof(ProviderTestResponse))]
[JsonSerializable(typeof(ProviderTypeList))]
[JsonSerializable(typeof(Page<ConfiguredProviderResponse>))]
internal sealed partial class ProviderJson : JsonSerializerContext;
