using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NotificationService.Tenants;

namespace NotificationService.Users;

/// <summary>How many invitations a tenant has sent on the last day on which it sent one.</summary>
public sealed class InvitationCount
{
    public required TenantId TenantId { get; init; }

    public required DateOnly Day { get; set; }

    public required int Sent { get; set; }
}

internal sealed class InvitationCountMapping : IEntityTypeConfiguration<InvitationCount>
{
    public void Configure(EntityTypeBuilder<InvitationCount> builder)
    {
        builder.ToTable("invitation_counts");
        builder.HasKey(count => count.TenantId);
        builder.Property(count => count.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
    }
}
