using NotificationService.Storage;

namespace NotificationService.Recipients;

/// <summary>Looks people up in a tenant's directory for what is about to be sent to them: one round trip for all of them, and none where the directory is known to be empty.</summary>
public sealed class DirectoryLookup(Database database, EmptyDirectories empty, TimeProvider time)
{
    private static readonly Statement Find = Statement.Load("recipients_find");

    private static class Columns
    {
        public static readonly Column
            HasPeople = Find.Column("has_people"), UserId = Find.Column("user_id"), Name = Find.Column("name"), Email = Find.Column("email"), Phone = Find.Column("phone"),
            Whatsapp = Find.Column("whatsapp"), DeviceTokens = Find.Column("device_tokens"), Locale = Find.Column("locale"), Timezone = Find.Column("timezone");
    }

    /// <summary>Nobody is in it, as was found a moment ago.</summary>
    public bool IsKnownEmpty(DirectoryId directory) => empty.IsEmpty(directory);

    public async ValueTask<bool> IsEmptyAsync(DirectoryId directory, CancellationToken cancellationToken)
    {
        if (empty.IsEmpty(directory))
            return true;
        await FindAsync(directory, [], [], cancellationToken);
        return empty.IsEmpty(directory);
    }

    /// <summary>Adds those who are known.</summary>
    public async Task FindAsync(DirectoryId directory, string[] userIds, Dictionary<string, StoredRecipient> into, CancellationToken cancellationToken)
    {
        var (began, hasPeople) = (time.GetTimestamp(), false);
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(directory.Tenant, Find.With(Parameter.Of("tenant", directory.Tenant.Value), Parameter.Of("live", directory.Live), Parameter.Of("user_ids", userIds)));
        await batch.CommitAsync(
            row =>
            {
                hasPeople = row.GetBoolean(Columns.HasPeople);
                if (row.IsDBNull(Columns.UserId))
                    return;
                var userId = row.GetString(Columns.UserId);
                into[userId] = new StoredRecipient
                {
                    UserId = userId,
                    Name = row.GetStringOrNull(Columns.Name),
                    Email = row.GetStringOrNull(Columns.Email),
                    Phone = row.GetStringOrNull(Columns.Phone),
                    Whatsapp = row.GetStringOrNull(Columns.Whatsapp),
                    DeviceTokens = row.IsDBNull(Columns.DeviceTokens) ? null : row.GetFieldValue<string[]>(Columns.DeviceTokens),
                    Locale = row.GetStringOrNull(Columns.Locale),
                    Timezone = row.GetStringOrNull(Columns.Timezone),
                };
            },
            cancellationToken);
        if (!hasPeople)
            empty.Note(directory, began);
    }
}
