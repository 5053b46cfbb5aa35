using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NotificationService.Channels;
using NotificationService.Templates.Fragments;

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

    /// <summary>What is rendered, as JSON: the <c>contents</c> of the request, with layout and partials put in.</summary>
    public required string Contents { get; set; }

    /// <summary>What the variables must look like: the request's <c>variables</c>, as JSON.</summary>
    public string? Variables { get; set; }

    /// <summary>Data with which it is rendered before it is published, as JSON.</summary>
    public string? Samples { get; set; }

    /// <summary>The <c>contents</c> of the request where something was put in; null where they are <see cref="Contents"/>.</summary>
    public string? Source { get; set; }

    /// <summary>The key of the layout around it.</summary>
    public string? Layout { get; set; }

    /// <summary>What its author says about it.</summary>
    public string? Note { get; set; }

    /// <summary>Who wrote it; absent of what was written before this was kept.</summary>
    public string? AuthorKind { get; set; }

    public Guid? AuthorId { get; set; }

    /// <summary>As somebody wrote it.</summary>
    public string Written => Source ?? Contents;

    /// <summary>Whether it still changes.</summary>
    public bool IsOpen => this is { PublishedAt: null, TestedAt: null };

    public required short[] Channels { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? PublishedAt { get; set; }

    /// <summary>When a test was first sent with it: from then on it stays as it is, and a change makes a new draft.</summary>
    public DateTimeOffset? TestedAt { get; set; }
}

/// <summary>A layout or partial that a version's contents are made of, and which state of it.</summary>
public sealed class TemplateVersionFragment
{
    public required Guid TenantId { get; init; }

    public required Guid TemplateId { get; init; }

    public required int Version { get; init; }

    public required FragmentKind Kind { get; init; }

    public required string Key { get; init; }

    public required byte[] Hash { get; set; }
}

/// <summary>What a send is accepted with: the version that is published now.</summary>
public sealed record PublishedTemplate(Guid Id, string Key, int Version, string? Category, IReadOnlySet<ChannelKind> Channels);

public sealed class TemplateMapping : IEntityTypeConfiguration<Template>, IEntityTypeConfiguration<TemplateVersion>, IEntityTypeConfiguration<TemplateVersionFragment>
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
        builder.Property(version => version.Variables).HasColumnType("json");
        builder.Property(version => version.Samples).HasColumnType("json");
        builder.Property(version => version.Source).HasColumnType("json");
        builder.Ignore(version => version.Written);
        builder.Ignore(version => version.IsOpen);
    }

    public void Configure(EntityTypeBuilder<TemplateVersionFragment> builder)
    {
        builder.ToTable("template_version_fragments");
        builder.HasKey(row => new { row.TenantId, row.TemplateId, row.Version, row.Kind, row.Key });
        builder.HasOne<TemplateVersion>().WithMany().HasForeignKey(row => new { row.TenantId, row.TemplateId, row.Version });
    }
}
