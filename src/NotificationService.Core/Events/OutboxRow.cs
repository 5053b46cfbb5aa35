using NotificationService.Tenants;

namespace NotificationService.Events;

/// <summary>What is to be published, by its place: a row of a delivery's timeline, or with sequence 0 a row of <c>events</c>.</summary>
internal readonly record struct OutboxRow(short Shard, long Position, TenantId Tenant, Guid Subject, short Sequence, Guid? Target);
