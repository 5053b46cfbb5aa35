using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using NotificationService.Channels;

namespace NotificationService.Recipients;

/// <summary>
/// What somebody who answers wants: to hear no more, to hear again, or help; in English, French, Spanish, German, Italian, Portuguese, Dutch and Arabic. Pure. Only a whole message is a
/// wish: case, accents, punctuation and space around and between its words do not count, anything else in it does.
/// </summary>
public static class OptOutWords
{
    /// <summary>Characters of the longest message that is looked at.</summary>
    private const int Longest = 60;

    private static readonly string[] Stop =
    [
        "stop", "stop all", "stopall", "unsubscribe", "unsubscribe all", "cancel", "end", "quit", "revoke", "opt out", "optout",
        "arrêt", "arrêter", "arrêtez", "désabonner", "se désabonner", "désabonnement", "désinscrire", "se désinscrire", "désinscription", "résilier",
        "baja", "darse de baja", "dar de baja", "cancelar", "cancelar suscripción", "parar", "alto", "detener",
        "stopp", "abmelden", "abbestellen", "austragen", "abmeldung", "kündigen", "kuendigen", "ende",
        "annulla", "cancella", "cancellami", "disiscrivi", "disiscrivimi", "disiscrizione", "ferma", "basta",
        "pare", "sair", "cancelar inscrição", "cancelar subscrição", "descadastrar", "remover",
        "stoppen", "afmelden", "uitschrijven", "opzeggen", "einde",
        "قف", "توقف", "أوقف", "إيقاف", "إلغاء", "إلغاء الاشتراك", "كفى",
    ];

    /// <summary>Of marketing alone, as the buttons of WhatsApp's templates have it.</summary>
    private static readonly string[] StopMarketing =
    [
        "stop promotions", "stop marketing", "arrêter les promotions", "detener promociones", "werbung abbestellen", "ferma promozioni", "parar promoções", "stop promoties", "إيقاف العروض",
    ];

    private static readonly string[] Start =
    [
        "start", "unstop", "subscribe", "resubscribe", "resume", "opt in", "optin",
        "reprendre", "démarrer", "commencer", "s'abonner", "réabonner", "se réabonner", "m'abonner",
        "alta", "darse de alta", "iniciar", "empezar", "comenzar", "reanudar", "suscribir", "suscribirme", "suscribirse",
        "starten", "anmelden", "abonnieren",
        "inizia", "iscrivi", "iscrivimi", "riprendi",
        "começar", "inscrever", "inscrever-me", "retomar",
        "aanmelden", "inschrijven", "hervatten",
        "ابدأ", "بدء", "اشترك", "استئناف",
    ];

    private static readonly string[] StartMarketing = ["start promotions", "resume promotions", "start marketing", "resume marketing"];

    private static readonly string[] Help = ["help", "info", "aide", "ayuda", "hilfe", "aiuto", "ajuda", "hulp", "مساعدة"];

    private static readonly FrozenDictionary<string, OptOutWish> Wishes =
        ((IEnumerable<(string[] Words, OptOutWish Wish)>)
        [
            (Stop, new(ReceiptKind.Unsubscribed, SuppressionScopes.All)), (StopMarketing, new(ReceiptKind.Unsubscribed, SuppressionScopes.Marketing)),
            (Start, new(ReceiptKind.Resubscribed, SuppressionScopes.All)), (StartMarketing, new(ReceiptKind.Resubscribed, SuppressionScopes.Marketing)),
            (Help, new(ReceiptKind.AskedForHelp, SuppressionScopes.All)),
        ])
        .SelectMany(group => group.Words.Select(word => (Spelling: Spell(word), group.Wish)))
        .DistinctBy(known => known.Spelling)
        .ToFrozenDictionary(known => known.Spelling, known => known.Wish, StringComparer.Ordinal);

    /// <summary>Every word that is known, with what it means.</summary>
    public static IReadOnlyDictionary<string, OptOutWish> All => Wishes;

    /// <summary>Null where it says anything else.</summary>
    public static OptOutWish? Of(string? message) => message is { Length: > 0 and <= Longest } && Wishes.TryGetValue(Spell(message), out var wish) ? wish : null;

    /// <summary>Small letters and digits without accents and marks, one space between words.</summary>
    private static string Spell(string text)
    {
        var spelled = new StringBuilder(text.Length);
        var gap = false;
        foreach (var rune in text.EnumerateRunes())
        {
            switch (Rune.GetUnicodeCategory(rune))
            {
                // Accents, vowel signs, and what only says how a text is set: nobody sees that it is there.
                case UnicodeCategory.NonSpacingMark or UnicodeCategory.Format:
                    continue;
                case UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Control
                    or UnicodeCategory.DashPunctuation or UnicodeCategory.ConnectorPunctuation or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation
                    or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation:
                    gap = true;
                    continue;
                // The long stroke within Arabic words.
                case UnicodeCategory.ModifierLetter:
                    continue;
            }

            if (gap && spelled.Length > 0)
                spelled.Append(' ');
            gap = false;
            spelled.Append(Plain(Rune.ToLowerInvariant(rune)).ToString());
        }

        return spelled.ToString();
    }

    /// <summary>The letter without its accent. By a table, because a process without the data of cultures takes no letter apart.</summary>
    private static Rune Plain(Rune letter) => letter.Value switch
    {
        >= 'à' and <= 'å' => new Rune('a'),
        'ç' => new Rune('c'),
        >= 'è' and <= 'ë' => new Rune('e'),
        >= 'ì' and <= 'ï' => new Rune('i'),
        'ñ' => new Rune('n'),
        >= 'ò' and <= 'ö' => new Rune('o'),
        >= 'ù' and <= 'ü' => new Rune('u'),
        'أ' or 'إ' or 'آ' or 'ٱ' => new Rune('ا'),
        'ى' => new Rune('ي'),
        // Letters of the width of Chinese ones.
        >= 0xFF41 and <= 0xFF5A => new Rune(letter.Value - 0xFF41 + 'a'),
        >= 0xFF10 and <= 0xFF19 => new Rune(letter.Value - 0xFF10 + '0'),
        _ => letter,
    };
}

/// <summary>What somebody wants who answers.</summary>
/// <param name="Kind">Unsubscribed, resubscribed or help.</param>
/// <param name="Scope">Of what.</param>
public sealed record OptOutWish(ReceiptKind Kind, string Scope);
