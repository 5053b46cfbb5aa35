namespace NotificationService.Recipients;

/// <summary>The closed set of a recipient's fields. <see cref="RecipientFields"/> has a row for each.</summary>
public enum RecipientField
{
    UserId,
    Name,
    Email,
    Phone,
    Whatsapp,
    DeviceTokens,
    Locale,
    Timezone,
}
