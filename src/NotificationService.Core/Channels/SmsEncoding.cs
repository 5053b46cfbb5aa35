namespace NotificationService.Channels;

/// <summary>How the characters of a text message are written. Stored as a smallint: never renumber.</summary>
public enum SmsEncoding : short
{
    /// <summary>The GSM alphabet of 3GPP TS 23.038, seven bits a character.</summary>
    Gsm7 = 1,

    /// <summary>Sixteen bits a character, for everything else.</summary>
    Ucs2 = 2,
}

public static class SmsEncodings
{
    public static string ToName(this SmsEncoding encoding) => encoding switch
    {
        SmsEncoding.Gsm7 => "gsm7",
        SmsEncoding.Ucs2 => "ucs2",
        _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "no such encoding"),
    };
}
