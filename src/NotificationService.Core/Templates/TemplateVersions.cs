using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Templates.Fragments;

namespace NotificationService.Templates;

/// <summary>Rows of versions as they are made and written: what is rendered beside what somebody wrote, and what it is made of.</summary>
internal static class TemplateVersions
{
    public static TemplateVersion New(
        Template template, int version, VersionSource wrote, string? note, AssembledTemplate assembled, Author author, DateTimeOffset now)
    {
        var made = new TemplateVersion
        {
            TenantId = template.TenantId,
            TemplateId = template.Id,
            Version = version,
            Contents = assembled.Contents,
            Channels = assembled.Channels,
            Note = note,
            AuthorKind = author.Kind,
            AuthorId = author.Id,
            CreatedAt = now,
        };
        Write(made, wrote, assembled);
        return made;
    }

    /// <summary>The same under another number.</summary>
    public static TemplateVersion Copy(TemplateVersion version, int number) => new()
    {
        TenantId = version.TenantId,
        TemplateId = version.TemplateId,
        Version = number,
        Contents = version.Contents,
        Source = version.Source,
        Layout = version.Layout,
        Variables = version.Variables,
        Samples = version.Samples,
        Channels = version.Channels,
        Note = version.Note,
        AuthorKind = version.AuthorKind,
        AuthorId = version.AuthorId,
        CreatedAt = version.CreatedAt,
    };

    public static void Write(TemplateVersion version, VersionSource wrote, AssembledTemplate assembled)
    {
        version.Contents = assembled.Contents;
        version.Channels = assembled.Channels;
        version.Source = assembled.Contents == wrote.Contents ? null : wrote.Contents;
        (version.Layout, version.Variables, version.Samples) = (wrote.Layout, wrote.Variables, wrote.Samples);
    }

    /// <summary>Keeps what the version is made of, in place of what it was made of before.</summary>
    public static async Task KeepUsedAsync(NotificationDbContext db, TemplateVersion version, IReadOnlyList<LoadedFragment> used, CancellationToken cancellationToken)
    {
        await db.Set<TemplateVersionFragment>().Where(row => row.TemplateId == version.TemplateId && row.Version == version.Version).ExecuteDeleteAsync(cancellationToken);
        foreach (var fragment in used)
        {
            db.Add(new TemplateVersionFragment
            {
                TenantId = version.TenantId,
                TemplateId = version.TemplateId,
                Version = version.Version,
                Kind = fragment.Kind,
                Key = fragment.Key,
                Hash = fragment.Hash,
            });
        }
    }
}
