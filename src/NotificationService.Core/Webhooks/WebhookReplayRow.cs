using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Webhooks;

/// <summary>Somebody asked for what an endpoint missed, once more.</summary>
public sealed class WebhookReplayRow
{
    public TenantId TenantId { get; init; }

    public Guid Id { get; init; }

    public Guid EndpointId { get; init; }

    public WebhookReplayMode Mode { get; init; }

    /// <summary>The one mode whose messages it brings back: that of the service account that asked; null for both.</summary>
    public bool? Live { get; init; }

    public DateTimeOffset Since { get; init; }

    public DateTimeOffset Until { get; init; }

    /// <summary>Everything before it has been queued.</summary>
    public DateTimeOffset Reached { get; init; }

    public Guid? ReachedId { get; init; }

    public int Queued { get; init; }

    public WebhookReplayState State { get; init; }

    public DateTimeOffset WorkedAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>What is sent once more.</summary>
public enum WebhookReplayMode : short
{
    /// <summary>What failed or was dropped.</summary>
    Failed = 1,

    /// <summary>Everything that the endpoint asks for, also what happened before it did.</summary>
    All = 2,
}

[SqlName("replay")]
public enum WebhookReplayState : short
{
    Running = 1,
    Done = 2,
    Stopped = 3,
}

/// <summary>What came of asking for a replay.</summary>
public abstract record WebhookReplayOutcome
{
    private WebhookReplayOutcome()
    {
    }

    public sealed record Accepted(WebhookReplayRow Replay) : WebhookReplayOutcome;

    /// <summary>One of this endpoint has not ended yet.</summary>
    public sealed record Running : WebhookReplayOutcome;

    /// <summary>Nothing is sent to it until somebody enables it.</summary>
    public sealed record Disabled : WebhookReplayOutcome;

    public sealed record NotFound : WebhookReplayOutcome;
}

public sealed class WebhookReplayMapping : IEntityTypeConfiguration<WebhookReplayRow>
{
    public void Configure(EntityTypeBuilder<WebhookReplayRow> builder)
    {
        builder.ToTable("webhook_replays");
        builder.HasKey(row => new { row.TenantId, row.Id });
        builder.Property(row => row.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
    }
}
