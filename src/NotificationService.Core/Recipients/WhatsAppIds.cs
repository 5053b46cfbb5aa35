namespace NotificationService.Recipients;

/// <summary>
/// The numbers that somebody's id at WhatsApp may mean. Pure. In three countries WhatsApp names people by another spelling of their number than the one they are written to: Brazil's
/// mobile numbers have had a 9 since, Mexico's a 1 and Argentina's a 9 after the country's code, which ids have or lack.
/// </summary>
public static class WhatsAppIds
{
    /// <summary>As it is first, then the other spelling where there is one; as numbers with a plus.</summary>
    /// <param name="id">Digits.</param>
    public static IReadOnlyList<string> NumbersOf(string id) => Other(id) is { } other ? [$"+{id}", $"+{other}"] : [$"+{id}"];

    private static string? Other(string id) => id switch
    {
        ['5', '5', _, _, '9', ..] when id.Length == 13 => $"{id[..4]}{id[5..]}",
        ['5', '5', _, _, >= '6' and <= '9', ..] when id.Length == 12 => $"{id[..4]}9{id[4..]}",
        ['5', '2', '1', ..] when id.Length == 13 => $"52{id[3..]}",
        ['5', '2', ..] when id.Length == 12 => $"521{id[2..]}",
        ['5', '4', '9', ..] when id.Length == 13 => $"54{id[3..]}",
        ['5', '4', ..] when id.Length == 12 => $"549{id[2..]}",
        _ => null,
    };
}
