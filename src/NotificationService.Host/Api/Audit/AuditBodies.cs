using System.Text.Json;
using System.Text.Json.Serialization;
using NotificationService.Host.Http.Lists;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Audit;

/// <summary>One entry of the audit log.</summary>
/// <param name="At">When it was done.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Action">What, such as <c>template.published</c>.</param>
/// <param name="Target">To what, such as <c>template/welcome</c>.</param>
/// <param name="From">From where.</param>
/// <param name="Before">What was so before; null for what is new. Secrets are masked.</param>
/// <param name="After">What is so now; null for what is gone. Secrets are masked.</param>
/// <param name="Sequence">Its place in the tenant's chain, from 1.</param>
/// <param name="Hash">SHA-256 of the hash before it and of all its fields, in hexadecimal.</param>
public sealed record AuditEntryResponse(
    Guid Id, DateTimeOffset At, AuditActorResponse Actor, string Action, string Target, AuditOriginResponse From, JsonElement? Before, JsonElement? After, long Sequence, string Hash)
{
    /// <summary>Addresses stay out of logs and exceptions.</summary>
    public override string ToString() => $"audit entry {Id}";

    internal static AuditEntryResponse Of(AuditRecord entry) => new(
        entry.Id, entry.At, new AuditActorResponse(entry.ActorKind, entry.ActorId, entry.ActorName), entry.Action, entry.Target, new AuditOriginResponse(entry.Ip, entry.UserAgent),
        Json(entry.Before), Json(entry.After), entry.Sequence, Convert.ToHexStringLower(entry.Hash));

    private static JsonElement? Json(string? text) => text is null ? null : JsonElement.Parse(text);
}

/// <summary>Who did something.</summary>
/// <param name="Kind">user, service_account or system.</param>
/// <param name="Id">Null for the service itself.</param>
/// <param name="Name">As they were called then.</param>
public sealed record AuditActorResponse(string Kind, Guid? Id, string? Name);

/// <summary>Where a request came from.</summary>
/// <param name="Ip">The address; null for what the service did by itself.</param>
/// <param name="UserAgent">What the client called itself.</param>
public sealed record AuditOriginResponse(string? Ip, string? UserAgent)
{
    public override string ToString() => "a request's origin";
}

/// <summary>Whether an audit log holds.</summary>
/// <param name="Valid">Whether every entry has the hash it must have, and none is missing.</param>
/// <param name="Entries">How many were found to hold.</param>
/// <param name="FirstBroken">The first that does not; null when all do.</param>
public sealed record AuditVerdictResponse(bool Valid, long Entries, BrokenEntryResponse? FirstBroken)
{
    internal static AuditVerdictResponse Of(AuditVerdict verdict) =>
        new(verdict.IsValid, verdict.Entries, verdict.FirstBroken is { } broken ? new BrokenEntryResponse(broken.Sequence, broken.Id) : null);
}

/// <summary>An entry that does not hold.</summary>
/// <param name="Sequence">Its place; null for one that stands in no chain.</param>
/// <param name="Id">Null for one that is missing.</param>
public sealed record BrokenEntryResponse(long? Sequence, Guid? Id);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Page<AuditEntryResponse>))]
[JsonSerializable(typeof(AuditVerdictResponse))]
internal sealed partial class AuditJson : JsonSerializerContext;
