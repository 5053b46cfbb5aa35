using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Users.Imports;

/// <summary>A file of people who are to be invited.</summary>
public sealed class UserImport
{
    public required Guid Id { get; init; }

    public required TenantId TenantId { get; init; }

    /// <summary>Who asked for it, in whose name people are invited.</summary>
    public required CallerKind ByKind { get; init; }

    public required Guid ById { get; init; }

    public required string[] ByRoles { get; init; }

    public required int Rows { get; init; }

    public int Invited { get; set; }

    public int Rejected { get; set; }

    /// <summary>That failed, one after another.</summary>
    public int Tries { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it is worked next; of several the one that waited longest.</summary>
    public required DateTimeOffset NextAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }
}

/// <summary>A row of such a file. The address and the name are kept until it was worked.</summary>
public sealed class UserImportRow
{
    public required TenantId TenantId { get; init; }

    public required Guid ImportId { get; init; }

    /// <summary>Of the file, on which the row begins; the header's is 1.</summary>
    public required int Line { get; init; }

    public string? Email { get; set; }

    public string? Name { get; set; }

    public string? UserId { get; set; }

    public required string[] Roles { get; init; }

    public required string[] Groups { get; init; }

    public UserImportState State { get; set; }

    /// <summary>The user who was invited.</summary>
    public Guid? AccountId { get; set; }

    /// <summary>What is wrong, where it was rejected.</summary>
    public string? Field { get; set; }

    public string? Code { get; set; }

    public string? Message { get; set; }
}

/// <summary>What became of a row.</summary>
[SqlName("user_import")]
public enum UserImportState : short
{
    Waiting = 0,
    Invited = 1,
    Rejected = 2,
}

internal sealed class UserImportMapping : IEntityTypeConfiguration<UserImport>
{
    public void Configure(EntityTypeBuilder<UserImport> builder)
    {
        builder.ToTable("user_imports");
        builder.HasKey(import => new { import.TenantId, import.Id });
        builder.Property(import => import.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
        builder.Property(import => import.ByKind).HasConversion(kind => (short)kind, value => (CallerKind)value);
    }
}

internal sealed class UserImportRowMapping : IEntityTypeConfiguration<UserImportRow>
{
    public void Configure(EntityTypeBuilder<UserImportRow> builder)
    {
        builder.ToTable("user_import_rows");
        builder.HasKey(row => new { row.TenantId, row.ImportId, row.Line });
        builder.Property(row => row.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
        // The file is written before its rows.
        builder.HasOne<UserImport>().WithMany().HasForeignKey(row => new { row.TenantId, row.ImportId });
        builder.Property(row => row.State).HasConversion(state => (short)state, value => (UserImportState)value);
    }
}
