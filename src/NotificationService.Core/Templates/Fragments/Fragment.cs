using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace NotificationService.Templates.Fragments;

/// <summary>A layout or partial as it is stored, a tenant's own or everybody's.</summary>
public abstract class StoredFragment
{
    public required FragmentKind Kind { get; init; }

    public required string Key { get; init; }

    public required string Name { get; set; }

    /// <summary>The <c>contents</c> of the request, as JSON.</summary>
    public required string Contents { get; set; }

    /// <summary>The keys of the partials that its texts name.</summary>
    public required string[] Includes { get; set; }

    /// <summary>Characters of the contents, so that they need not be read to be counted.</summary>
    public required int Size { get; set; }

    /// <summary>SHA-256 of the contents: versions remember what they were made of.</summary>
    public required byte[] Hash { get; set; }

    /// <summary>Counts the changes, and finds out who changes it at the same moment.</summary>
    public required int Revision { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>A tenant's own layout or partial.</summary>
public sealed class Fragment : StoredFragment
{
    public required Guid TenantId { get; init; }

    /// <summary>Who wrote it last.</summary>
    public required string AuthorKind { get; set; }

    public Guid? AuthorId { get; set; }
}

/// <summary>A layout or partial of every tenant's.</summary>
public sealed class SharedFragment : StoredFragment;

internal sealed class FragmentMapping : IEntityTypeConfiguration<Fragment>, IEntityTypeConfiguration<SharedFragment>
{
    public void Configure(EntityTypeBuilder<Fragment> builder)
    {
        builder.ToTable("template_fragments");
        builder.HasKey(fragment => new { fragment.TenantId, fragment.Kind, fragment.Key });
        builder.Property(fragment => fragment.Contents).HasColumnType("json");
        builder.Property(fragment => fragment.Revision).IsConcurrencyToken();
    }

    public void Configure(EntityTypeBuilder<SharedFragment> builder)
    {
        builder.ToTable("shared_template_fragments");
        builder.HasKey(fragment => new { fragment.Kind, fragment.Key });
        builder.Property(fragment => fragment.Contents).HasColumnType("json");
        builder.Property(fragment => fragment.Revision).IsConcurrencyToken();
    }
}
