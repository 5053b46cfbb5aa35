using System.Collections.Frozen;
using System.Globalization;
using NotificationService.Channels;

namespace NotificationService.Providers.Twilio;

/// <summary>
/// What Twilio's error codes mean: one table for what it answers at once and for what it reports later. Twilio splits
/// codes without notice, so that what is not here has a rule, too, and is counted.
/// </summary>
internal static class TwilioErrors
{
    internal enum Class
    {
        Permanent,

        /// <summary>Nobody can be reached there.</summary>
        Address,

        /// <summary>The recipient answered STOP, which START takes back.</summary>
        Unsubscribed,

        /// <summary>This account may not, another may.</summary>
        Provider,
        Temporary,

        /// <summary>This message, for as long as its template does not work or nothing can send to its destination.</summary>
        Waits,
        Throttled,
        Credentials,
    }

    private static readonly FrozenDictionary<int, (Class Class, string Words)> Table = new Dictionary<int, (Class, string)>
    {
        // The account
        [20003] = (Class.Credentials, "Twilio refused the account SID and auth token"),
        [20005] = (Class.Credentials, "the Twilio account is suspended or closed"),
        [20006] = (Class.Credentials, "the Twilio account may not do this"),
        [20008] = (Class.Credentials, "these are Twilio's test credentials, which send nothing"),
        [20403] = (Class.Credentials, "the Twilio account may not do this"),
        [20404] = (Class.Credentials, "there is no such Twilio account at the configured baseUrl"),
        [30002] = (Class.Credentials, "the Twilio account is suspended"),
        // The sender
        [21212] = (Class.Credentials, "the configured from is no number or name that Twilio can send from"),
        [21603] = (Class.Credentials, "Twilio misses a sender"),
        [21609] = (Class.Credentials, "Twilio refused the address for its reports: Notification__PublicUrl must be one that it can reach"),
        [21660] = (Class.Credentials, "the configured from belongs to another Twilio account"),
        [21661] = (Class.Credentials, "the configured from cannot send text messages"),
        [21701] = (Class.Credentials, "there is no such messaging service"),
        [21704] = (Class.Credentials, "the messaging service has no sender"),
        [21705] = (Class.Credentials, "there is no such messaging service"),
        [21910] = (Class.Credentials, "the configured from is of another channel than the message"),
        [30032] = (Class.Credentials, "the toll-free number is not verified"),
        [30034] = (Class.Credentials, "the number is not registered for business messages in the United States (A2P 10DLC)"),
        [63001] = (Class.Credentials, "WhatsApp refused the sender's credentials with Twilio"),
        [63002] = (Class.Credentials, "the configured from is no WhatsApp sender"),
        [63007] = (Class.Credentials, "the configured from is no WhatsApp sender of this account"),
        [63008] = (Class.Credentials, "the WhatsApp sender is not set up completely"),
        [63020] = (Class.Credentials, "Twilio's invitation to the WhatsApp business account was not accepted"),
        [63022] = (Class.Credentials, "WhatsApp does not accept the sender's name certificate"),
        [63051] = (Class.Credentials, "the WhatsApp business account is locked"),
        [63112] = (Class.Credentials, "Meta disabled the WhatsApp business account or its number"),
        // The address
        [21211] = (Class.Address, "the number is not valid"),
        [21610] = (Class.Unsubscribed, "the recipient answered STOP to this sender"),
        [21614] = (Class.Address, "the number is no mobile number"),
        [21635] = (Class.Address, "the number is a landline"),
        [30004] = (Class.Address, "the recipient's number does not take messages"),
        [30005] = (Class.Address, "the number is unknown or no longer in use"),
        [30006] = (Class.Address, "the number is a landline, or its network takes no text messages"),
        [63003] = (Class.Address, "the number is not on WhatsApp"),
        [63014] = (Class.Address, "the recipient blocked the sender"),
        [63024] = (Class.Address, "the number is not on WhatsApp"),
        [63033] = (Class.Address, "the recipient is blocked"),
        // The account for this address. Not a reason to stop: whoever may name a number could stop everything else, too.
        [21612] = (Class.Provider, "there is no way from this sender to this number"),
        [63015] = (Class.Provider, "the recipient has not joined Twilio's WhatsApp sandbox"),
        // The message
        [20001] = (Class.Permanent, "Twilio does not know a parameter"),
        [21602] = (Class.Permanent, "the message has no text"),
        [21604] = (Class.Permanent, "the message has no recipient"),
        [21617] = (Class.Permanent, "the text is longer than 1600 characters"),
        [21619] = (Class.Permanent, "the message has no text"),
        [21620] = (Class.Permanent, "the address of the media is not valid"),
        [21623] = (Class.Permanent, "the message has more than ten media"),
        [21624] = (Class.Permanent, "Twilio refused the validity period"),
        [21655] = (Class.Permanent, "there is no such content template"),
        [21656] = (Class.Permanent, "Twilio refused the content template's variables"),
        [30007] = (Class.Permanent, "the message was filtered as unwanted, for its content or its sender"),
        [30036] = (Class.Permanent, "the message's validity ended before it could be sent"),
        [63005] = (Class.Permanent, "WhatsApp did not accept the content"),
        [63006] = (Class.Permanent, "the content cannot be written as a WhatsApp message"),
        [63013] = (Class.Permanent, "the message breaks a policy of WhatsApp"),
        [63016] = (Class.Permanent, "the recipient has not written within 24 hours: WhatsApp takes approved templates only"),
        [63021] = (Class.Permanent, "WhatsApp refused the content"),
        [63028] = (Class.Permanent, "the number of variables is not the template's"),
        [63030] = (Class.Permanent, "WhatsApp does not know a parameter"),
        [63031] = (Class.Permanent, "sender and recipient are the same"),
        [63032] = (Class.Permanent, "WhatsApp does not deliver to this recipient"),
        [63049] = (Class.Permanent, "Meta chose not to deliver this marketing message"),
        // The account for this destination, which its owner can open
        [21408] = (Class.Waits, "the account may not send to this country"),
        [21608] = (Class.Waits, "a trial account sends to verified numbers only"),
        // Its sender for this destination: another number, another sender
        [21606] = (Class.Waits, "the configured from is not one of the account's, or cannot send text messages"),
        [21659] = (Class.Waits, "the configured from is no Twilio number"),
        [21703] = (Class.Waits, "the messaging service has no sender that fits"),
        // Its template
        [63027] = (Class.Waits, "there is no such approved template in this language"),
        [63040] = (Class.Waits, "WhatsApp rejected the template"),
        [63041] = (Class.Waits, "WhatsApp paused the template"),
        [63042] = (Class.Waits, "WhatsApp disabled the template"),
        // Too much
        [14107] = (Class.Throttled, "Twilio asks to slow down"),
        [20429] = (Class.Throttled, "Twilio asks to slow down"),
        [21611] = (Class.Throttled, "the sender's queue at Twilio is full"),
        [30022] = (Class.Throttled, "the registered rate of the number is used up"),
        [30023] = (Class.Throttled, "the registered number of messages of the day is used up"),
        [63018] = (Class.Throttled, "WhatsApp asks to slow down"),
        [63038] = (Class.Throttled, "the account's number of messages of the day is used up"),
        // Perhaps later
        [20500] = (Class.Temporary, "Twilio is unwell"),
        [20503] = (Class.Temporary, "Twilio is unwell"),
        [30001] = (Class.Temporary, "Twilio's queue overflowed"),
        [30003] = (Class.Temporary, "the handset cannot be reached"),
        [30008] = (Class.Temporary, "the recipient's network did not say why it failed"),
        [30410] = (Class.Temporary, "the recipient's network did not answer in time"),
        [63009] = (Class.Temporary, "WhatsApp answered with an error"),
        [63010] = (Class.Temporary, "Twilio's connection to WhatsApp is unwell"),
        [63012] = (Class.Temporary, "WhatsApp is unwell"),
    }.ToFrozenDictionary();

    /// <summary>A template is paused for three hours the first time and for six the second: seven tries outlast both. A sender is bought sooner.</summary>
    private static readonly TimeSpan UntilCorrected = TimeSpan.FromHours(1);

    /// <summary>The limits of a day, which no wait of seconds outlasts.</summary>
    private static readonly FrozenSet<int> DailyLimits = FrozenSet.Create(30_023, 63_038);

    private const int NoSuchNumber = 21_211;

    /// <summary>What an error answer means for a message. The words of a broken sign-in are left out: they may repeat it.</summary>
    public static ProviderResult Of(string type, TwilioSettings settings, int status, TwilioResponse reply, TimeSpan? retryAfter)
    {
        if (status >= 500)
            return new ProviderResult.Deferred($"http_{status}", $"Twilio answered {status}", retryAfter);
        var (kind, ours) = ClassOf(type, settings, status, reply.Code);
        var code = reply.Code == 0 ? $"http_{status}" : $"twilio_{reply.Code}";
        var theirs = VendorText.Clean(reply.Message, settings.Secrets);
        var words = theirs.Length == 0 ? ours : $"{ours}: {theirs}";
        return kind switch
        {
            Class.Permanent => new ProviderResult.Rejected(code, words),
            Class.Address => new ProviderResult.Rejected(code, words, RejectionCause.Address),
            Class.Unsubscribed => new ProviderResult.Rejected(code, words, RejectionCause.Unsubscribed),
            Class.Provider => new ProviderResult.Rejected(code, words, RejectionCause.Provider),
            Class.Waits => new ProviderResult.Deferred(code, words, retryAfter ?? UntilCorrected, DeferralCause.Message),
            Class.Throttled => new ProviderResult.Deferred(code, words, retryAfter ?? (DailyLimits.Contains(reply.Code) ? UntilCorrected : null), DeferralCause.Throttled),
            Class.Credentials => new ProviderResult.Deferred(status == 401 ? "credentials_refused" : $"credentials_{code}", status == 401 ? ours : words, Cause: DeferralCause.Credentials),
            _ => new ProviderResult.Deferred(code, words, retryAfter),
        };
    }

    /// <summary>What a code means that comes in a report on a message that Twilio had taken. Unknown ones may pass, which a retry by hand can try.</summary>
    public static (Class Class, string Words) Reported(string type, TwilioSettings settings, int code)
    {
        if (Known(type, settings, code) is { } entry)
            return entry;
        if (code != 0)
            ProviderMetrics.UnknownCode(type);
        return (Class.Temporary, code == 0 ? "Twilio gave no reason" : string.Create(CultureInfo.InvariantCulture, $"Twilio reports error {code}"));
    }

    /// <summary>A messaging service without a WhatsApp sender finds every WhatsApp address invalid, and would have all of them suppressed.</summary>
    private static (Class Class, string Words)? Known(string type, TwilioSettings settings, int code)
    {
        if (code == NoSuchNumber && type == TwilioType.WhatsApp && settings.MessagingServiceSid is not null)
            return (Class.Provider, "the messaging service has no WhatsApp sender, or the number is not valid");
        return Table.TryGetValue(code, out var entry) ? entry : null;
    }

    private static (Class Class, string Words) ClassOf(string type, TwilioSettings settings, int status, int code)
    {
        if (Known(type, settings, code) is { } entry)
            return entry;
        switch (status)
        {
            case 401 or 403:
                return (Class.Credentials, "Twilio refused the account SID and auth token");
            case 404:
                return (Class.Credentials, "there is no such Twilio account at the configured baseUrl");
            case 429:
                return (Class.Throttled, "Twilio asks to slow down");
        }

        ProviderMetrics.UnknownCode(type);
        // Twilio keeps 21xxx for what is wrong with a request; whatever it splits off there is refused again, too.
        return (status == 400 && code is >= 21_000 and < 22_000 ? Class.Permanent : Class.Temporary, $"Twilio answered {status}");
    }
}
