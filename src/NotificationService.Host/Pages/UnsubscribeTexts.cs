using Microsoft.AspNetCore.Http.Headers;

namespace NotificationService.Host.Pages;

/// <summary>The words of the pages for whoever reads at an address, in one language.</summary>
internal sealed record UnsubscribeTexts
{
    public const string LanguageParameter = "lang";

    public required string Language { get; init; }

    /// <summary>The other language, as it calls itself.</summary>
    public required string OtherName { get; init; }

    /// <summary>Of a category and a hidden address.</summary>
    public required Func<string, string, string> Stop { get; init; }

    /// <summary>Of a hidden address.</summary>
    public required Func<string, string> StopMarketingAt { get; init; }

    public required string Unsubscribe { get; init; }

    public required string StopMarketing { get; init; }

    /// <summary>Of a category.</summary>
    public required Func<string, string> Done { get; init; }

    public required string DoneMarketing { get; init; }

    public required string RestReaches { get; init; }

    public required string Undo { get; init; }

    /// <summary>Of a category.</summary>
    public required Func<string, string> Undone { get; init; }

    public required string UndoneMarketing { get; init; }

    public required string Saved { get; init; }

    public required string Choose { get; init; }

    /// <summary>Of a hidden address.</summary>
    public required Func<string, string> ChooseWhat { get; init; }

    public required string AllMarketing { get; init; }

    public required string Save { get; init; }

    public required string AlwaysSent { get; init; }

    public required string StoppedBySender { get; init; }

    public required string OfEverything { get; init; }

    public required string SenderGone { get; init; }

    public required string NoSuchLink { get; init; }

    public required string NoSuchLinkWhat { get; init; }

    public required string NotUnderstood { get; init; }

    public string OtherLanguage => this == English ? French.Language : English.Language;

    public static UnsubscribeTexts English { get; } = new()
    {
        Language = "en",
        OtherName = "Français",
        Stop = (category, address) => $"Stop {category} e-mails to {address}?",
        StopMarketingAt = address => $"Stop marketing e-mails to {address}?",
        Unsubscribe = "Unsubscribe",
        StopMarketing = "Stop all marketing",
        Done = category => $"Done. You will get no more {category} e-mails.",
        DoneMarketing = "Done. You will get no more marketing e-mails.",
        RestReaches = "Other messages still reach you.",
        Undo = "Undo",
        Undone = category => $"You get {category} e-mails again.",
        UndoneMarketing = "You get marketing e-mails again.",
        Saved = "Your choices are saved.",
        Choose = "Choose what you get",
        ChooseWhat = address => $"E-mails to {address}. What is not ticked is not sent there.",
        AllMarketing = "Marketing",
        Save = "Save",
        AlwaysSent = "Always sent",
        StoppedBySender = "Stopped by the sender",
        OfEverything = "This address has unsubscribed from everything, so nothing else is sent to it, whatever is ticked here.",
        SenderGone = "This sender does not use this service any more. You will get no e-mails of it from here.",
        NoSuchLink = "This link does not work",
        NoSuchLinkWhat = "It may have been cut off. Open it once more from the e-mail.",
        NotUnderstood = "That could not be understood, and nothing has changed.",
    };

    public static UnsubscribeTexts French { get; } = new()
    {
        Language = "fr",
        OtherName = "English",
        Stop = (category, address) => $"Ne plus envoyer d’e-mails {category} à {address}\u00A0?",
        StopMarketingAt = address => $"Ne plus envoyer d’e-mails publicitaires à {address}\u00A0?",
        Unsubscribe = "Se désabonner",
        StopMarketing = "Arrêter toute la publicité",
        Done = category => $"C’est fait. Vous ne recevrez plus d’e-mails {category}.",
        DoneMarketing = "C’est fait. Vous ne recevrez plus d’e-mails publicitaires.",
        RestReaches = "Les autres messages vous parviennent toujours.",
        Undo = "Annuler",
        Undone = category => $"Vous recevez à nouveau les e-mails {category}.",
        UndoneMarketing = "Vous recevez à nouveau les e-mails publicitaires.",
        Saved = "Vos choix sont enregistrés.",
        Choose = "Choisir ce que vous recevez",
        ChooseWhat = address => $"E-mails à {address}. Ce qui n’est pas coché n’y est pas envoyé.",
        AllMarketing = "Publicité",
        Save = "Enregistrer",
        AlwaysSent = "Toujours envoyé",
        StoppedBySender = "Arrêté par l’expéditeur",
        OfEverything = "Cette adresse s’est désabonnée de tout : rien d’autre ne lui est envoyé, quoi qui soit coché ici.",
        SenderGone = "Cet expéditeur n’utilise plus ce service. Vous n’en recevrez plus d’e-mails d’ici.",
        NoSuchLink = "Ce lien ne fonctionne pas",
        NoSuchLinkWhat = "Il a peut-être été coupé. Ouvrez-le encore une fois depuis l’e-mail.",
        NotUnderstood = "La demande n’a pas été comprise et rien n’a changé.",
    };

    /// <summary>What the link says, else what the browser prefers; English where neither says anything that there is.</summary>
    public static UnsubscribeTexts Of(HttpRequest request)
    {
        switch (request.Query[LanguageParameter].ToString())
        {
            case "fr":
                return French;
            case "en":
                return English;
        }

        var preferred = new RequestHeaders(request.Headers).AcceptLanguage.Where(language => language.Quality is not 0).OrderByDescending(language => language.Quality ?? 1);
        foreach (var language in preferred)
        {
            if (Is(language.Value.Value, "fr"))
                return French;
            if (Is(language.Value.Value, "en"))
                return English;
        }

        return English;
    }

    private static bool Is(string? tag, string language) =>
        tag is not null && tag.StartsWith(language, StringComparison.OrdinalIgnoreCase) && (tag.Length == language.Length || tag[language.Length] == '-');
}
