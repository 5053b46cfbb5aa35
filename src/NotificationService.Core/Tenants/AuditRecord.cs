namespace NotificationService.Tenants;

/// <summary>An entry of the audit log as it is read.</summary>
/// <param name="Id">The entry's.</param>
/// <param name="At">When it was done.</param>
/// <param name="ActorKind"><c>user</c>, <c>service_account</c> or <c>system</c>.</param>
/// <param name="ActorId">Null for the service itself.</param>
/// <param name="ActorName">As they were called then.</param>
/// <param name="Action">What was done.</param>
/// <param name="Target">To what.</param>
/// <param name="Ip">From which address.</param>
/// <param name="UserAgent">With which program, as it calls itself.</param>
/// <param name="Before">A JSON object.</param>
/// <param name="After">A JSON object.</param>
/// <param name="Sequence">Its place in the tenant's chain, from 1.</param>
/// <param name="Hash">Of the hash before it and of everything above.</param>
public sealed record AuditRecord(
    Guid Id, DateTimeOffset At, string ActorKind, Guid? ActorId, string? ActorName, string Action, string Target, string? Ip, string? UserAgent, string? Before, string? After, long Sequence, byte[] Hash)
{
    /// <summary>Addresses stay out of logs and exceptions.</summary>
    public override string ToString() => $"audit entry {Id}";
}

/// <summary>Which entries are wanted; what is null does not matter.</summary>
public sealed record AuditFilter(Guid? Actor, string? Action, string? Target, DateTimeOffset? Since, DateTimeOffset? Until)
{
    /// <summary>Whether the index answers all that is asked.</summary>
    internal bool IsExact => (Actor is null ? 0 : 1) + (Action is null ? 0 : 1) + (Target is null ? 0 : 1) <= 1;
}
