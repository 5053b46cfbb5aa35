using System.Text.Json.Serialization;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;

namespace NotificationService.Host.Api.Templates;

/// <summary>A new layout or partial.</summary>
public sealed record CreateFragmentRequest
{
    /// <summary>What templates call it: lower-case letters, digits, dots, hyphens and underscores. Keys that begin with <c>shared.</c> are the platform's.</summary>
    public required string Key { get; init; }

    /// <summary>Its name for people.</summary>
    public required string Name { get; init; }

    /// <summary>By channel and locale: <c>html</c> and <c>text</c> for e-mail, <c>text</c> for the other channels.</summary>
    public required RawJson Contents { get; init; }
}

/// <summary>What is to change of a layout or partial; what is left out stays.</summary>
public sealed record UpdateFragmentRequest
{
    /// <summary>May be sent back as it was read; a key never changes.</summary>
    public string? Key { get; init; }

    public string? Name { get; init; }

    public RawJson? Contents { get; init; }
}

/// <summary>A layout or partial.</summary>
/// <param name="Includes">The partials that it names.</param>
/// <param name="Revision">Counts its changes.</param>
/// <param name="Author">Who wrote it last; absent for what is every tenant's.</param>
public sealed record FragmentResponse(
    string Key, string Name, RawJson Contents, IReadOnlyList<string> Includes, int Revision, AuthorResponse? Author, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>Which templates are to be published again.</summary>
public sealed record RepublishRequest
{
    /// <summary>Their keys, at most 50; the first 50 that are outdated, if it is left out.</summary>
    public IReadOnlyList<string>? Templates { get; init; }

    /// <summary>What the new versions' history says about it; at most 500 characters.</summary>
    public string? Note { get; init; }
}

/// <summary>A published template that is made of a layout or partial.</summary>
/// <param name="Template">Its key.</param>
/// <param name="Version">The version that is published.</param>
/// <param name="Outdated">Whether it was made of another state than the present one.</param>
public sealed record FragmentUseItem(string Template, string Name, int Version, bool Outdated);

/// <summary>What came of publishing templates again.</summary>
/// <param name="Remaining">How many are still outdated.</param>
public sealed record RepublishResponse(IReadOnlyList<RepublishedItem> Items, int Remaining);

/// <summary>What came of one template.</summary>
/// <param name="Status"><c>republished</c>; <c>unchanged</c> where the change does not touch it; <c>refused</c> with its errors; <c>conflict</c> where somebody published it meanwhile; <c>not_found</c>.</param>
/// <param name="Version">The version that is published now.</param>
public sealed record RepublishedItem(string Template, string Status, int? Version, IReadOnlyList<FieldError>? Errors);

/// <summary>Who wrote something.</summary>
/// <param name="Kind"><c>user</c>, <c>service_account</c>, or <c>system</c> for what the service brought itself.</param>
/// <param name="Id">The user's or the service account's id.</param>
/// <param name="Name">Their name, in a list of versions.</param>
public sealed record AuthorResponse(string Kind, Guid? Id, string? Name = null);

/// <summary>A layout or partial in a list.</summary>
public sealed record FragmentItem(string Key, string Name, int Revision, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CreateFragmentRequest))]
[JsonSerializable(typeof(UpdateFragmentRequest))]
[JsonSerializable(typeof(FragmentResponse))]
[JsonSerializable(typeof(Page<FragmentItem>))]
[JsonSerializable(typeof(Page<FragmentUseItem>))]
[JsonSerializable(typeof(RepublishRequest))]
[JsonSerializable(typeof(RepublishResponse))]
internal sealed partial class FragmentsJson : JsonSerializerContext;
