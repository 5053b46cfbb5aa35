using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NotificationService.Channels;

namespace NotificationService.Templates;

/// <summary>A name for a sequence of versions, one of which may be published.</summary>
public sealed class Template
{
    public required Guid TenantId { get; init; }

    public required Guid Id { get; init; }

    public required string Key { get; init; }

    public required string Name { get; set; }

    public string? Category { get; set; }

    public int? PublishedVersion { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? ArchivedAt { get; set; }
}

/// <summary>One version's contents. A draft until published or sent as a test; then it never changes again.</summary>
public sealed class TemplateVersion
{
    public required Guid TenantId { get; init; }

    public required Guid TemplateId { get; init; }

    public required int Version { get; init; }

    /// <summary>The <c>contents</c> of the request, as JSON.</summary>
    public required string Contents { get; set; }

    public required short[] Channels { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? PublishedAt { get; set; }

    /// <summary>When a test was first sent with it: from then on it stays as it is, and a change makes a new draft.</summary>
    public DateTimeOffset? TestedAt { get; set; }
}

/// <summary>What a send is accepted with: the version that is published now.</summary>
public sealed record PublishedTemplate(Guid Id, string Key, int Version, string? Category, IReadOnlySet<ChannelKind> Channels);

public sealed class TemplateMapping : IEntityTypeConfiguration<Template>, IEntityTypeConfiguration<TemplateVersion>
{
    public void Configure(EntityTypeBuilder<Template> builder)
    {
        builder.ToTable("templates");
        builder.HasKey(template => new { template.TenantId, template.Id });
    }

    public void Configure(EntityTypeBuilder<TemplateVersion> builder)
    {
        builder.ToTable("template_versions");
        builder.HasKey(version => new { version.TenantId, version.TemplateId, version.Version });
        builder.Property(version => version.Contents).HasColumnType("json");
    }
}
