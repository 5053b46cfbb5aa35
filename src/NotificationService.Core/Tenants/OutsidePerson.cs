using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace NotificationService.Tenants;

/// <summary>A user whom an outside issuer signs in; never changed. One person of the issuer is one user, and the other way round.</summary>
public sealed class OutsidePerson
{
    public required TenantId TenantId { get; init; }

    /// <summary>As the issuer spells its own name.</summary>
    public required string Issuer { get; init; }

    /// <summary>The person, as the issuer knows it for ever.</summary>
    public required string Subject { get; init; }

    /// <summary>The user's row.</summary>
    public required Guid AccountId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class OutsidePersonMapping : IEntityTypeConfiguration<OutsidePerson>
{
    public void Configure(EntityTypeBuilder<OutsidePerson> builder)
    {
        builder.ToTable("outside_people");
        builder.HasKey(person => new { person.TenantId, person.Issuer, person.Subject });
        builder.Property(person => person.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
        builder.HasOne<User>().WithMany().HasForeignKey(person => new { person.TenantId, person.AccountId });
    }
}
