using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace NotificationService.Tenants;

/// <summary>From where and with what a person has signed in, as a hash.</summary>
public sealed class SignInPlace
{
    public required TenantId TenantId { get; init; }

    public required Guid AccountId { get; init; }

    public required byte[] Place { get; init; }

    public required DateTimeOffset SeenAt { get; set; }
}

internal sealed class SignInPlaceMapping : IEntityTypeConfiguration<SignInPlace>
{
    public void Configure(EntityTypeBuilder<SignInPlace> builder)
    {
        builder.ToTable("sign_in_places");
        builder.HasKey(place => new { place.TenantId, place.AccountId, place.Place });
        builder.Property(place => place.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
    }
}
