/** A text, or its forms by the language's plural categories. `{name}` is filled in. */
export type Phrase = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>);

const english = {
    title: "Notifications",
    bell: { one: "Notifications, {count} unread", other: "Notifications, {count} unread" } as Phrase,
    bellNone: "Notifications, none unread",
    tabs: "Which notifications",
    all: "All",
    unread: "Unread",
    archived: "Archived",
    unreadMark: "Unread",
    important: "Important",
    markAllRead: "Mark all read",
    preferences: "Preferences",
    close: "Close",
    markRead: "Mark read",
    markUnread: "Mark unread",
    archive: "Archive",
    unarchive: "Move back to the inbox",
    snooze: "Snooze",
    snoozeUntil: "Snooze until",
    snoozeHour: "In an hour",
    snoozeEvening: "This evening",
    snoozeTomorrow: "Tomorrow",
    snoozeWeek: "Next week",
    remove: "Delete for good",
    removeAsk: "Delete this for good?",
    removeYes: "Delete",
    removeNo: "Keep",
    waiting: { one: "{count} new", other: "{count} new" } as Phrase,
    arrived: { one: "{count} new notification", other: "{count} new notifications" } as Phrase,
    more: { one: "and {count} more", other: "and {count} more" } as Phrase,
    archivedOne: "Archived.",
    unarchivedOne: "Moved back to the inbox.",
    snoozedOne: "Snoozed until {time}.",
    removedOne: "Deleted.",
    allRead: "All marked read.",
    undo: "Undo",
    undone: "Undone.",
    dismiss: "Dismiss",
    loading: "Loading",
    emptyAll: "Nothing here yet. New notifications appear as they come.",
    emptyUnread: "You have read everything.",
    emptyArchived: "Nothing archived. What you archive is kept here.",
    showAll: "Show all",
    end: "No more notifications.",
    failedLoad: "The notifications could not be loaded.",
    failedChange: "This was not saved.",
    failedMarkAllRead: "They were not marked read.",
    noConnection: "There is no connection.",
    retry: "Try again",
    details: "Details",
    reconnecting: "No connection. Reconnecting.",
    signedOut: "You are signed out. Sign in again to see what is new.",
    now: "now",
};

export type Strings = { [K in keyof typeof english]: Phrase };

const french: Strings = {
    title: "Notifications",
    bell: { one: "Notifications, {count} non lue", other: "Notifications, {count} non lues" },
    bellNone: "Notifications, aucune non lue",
    tabs: "Quelles notifications",
    all: "Toutes",
    unread: "Non lues",
    archived: "Archivées",
    unreadMark: "Non lue",
    important: "Important",
    markAllRead: "Tout marquer comme lu",
    preferences: "Préférences",
    close: "Fermer",
    markRead: "Marquer comme lue",
    markUnread: "Marquer comme non lue",
    archive: "Archiver",
    unarchive: "Remettre dans la boîte",
    snooze: "Reporter",
    snoozeUntil: "Reporter à",
    snoozeHour: "Dans une heure",
    snoozeEvening: "Ce soir",
    snoozeTomorrow: "Demain",
    snoozeWeek: "La semaine prochaine",
    remove: "Supprimer définitivement",
    removeAsk: "Supprimer définitivement ?",
    removeYes: "Supprimer",
    removeNo: "Garder",
    waiting: { one: "{count} nouvelle", other: "{count} nouvelles" },
    arrived: { one: "{count} nouvelle notification", other: "{count} nouvelles notifications" },
    more: { one: "et {count} autre", other: "et {count} autres" },
    archivedOne: "Archivée.",
    unarchivedOne: "Remise dans la boîte.",
    snoozedOne: "Reportée : {time}.",
    removedOne: "Supprimée.",
    allRead: "Tout est marqué comme lu.",
    undo: "Annuler",
    undone: "Annulé.",
    dismiss: "Masquer",
    loading: "Chargement",
    emptyAll: "Rien pour l’instant. Les nouvelles notifications s’affichent ici.",
    emptyUnread: "Vous avez tout lu.",
    emptyArchived: "Rien d’archivé. Ce que vous archivez reste ici.",
    showAll: "Tout afficher",
    end: "Il n’y a plus de notifications.",
    failedLoad: "Les notifications n’ont pas pu être chargées.",
    failedChange: "Ce changement n’a pas été enregistré.",
    failedMarkAllRead: "Elles n’ont pas été marquées comme lues.",
    noConnection: "Il n’y a pas de connexion.",
    retry: "Réessayer",
    details: "Détails",
    reconnecting: "Pas de connexion. Reconnexion en cours.",
    signedOut: "Vous êtes déconnecté. Reconnectez-vous pour voir les nouveautés.",
    now: "à l’instant",
};

const minute = 60_000;
const day = 24 * 60 * minute;

/** What the element says, in one language: texts, plurals, numbers and times. */
export class Words {
    /** The language that is spoken, for the `lang` of what is written in it. */
    readonly locale: string;

    private readonly strings: Strings;
    private readonly plural: Intl.PluralRules;
    private readonly number: Intl.NumberFormat;
    private readonly age: Intl.RelativeTimeFormat;
    private readonly formats = new Map<string, Intl.DateTimeFormat>();

    /** A language without texts of its own is English, times too: half a sentence in each helps nobody. Whoever gives texts gives the language with `locale`. */
    constructor(locale: string | undefined, given: Partial<Strings> | undefined) {
        const asked = valid(locale);
        const language = asked?.split("-")[0];
        this.locale = asked && (language === "fr" || language === "en" || given) ? asked : "en";
        this.strings = { ...(language === "fr" ? french : english), ...given };
        this.plural = new Intl.PluralRules(this.locale);
        this.number = new Intl.NumberFormat(this.locale);
        this.age = new Intl.RelativeTimeFormat(this.locale, { numeric: "always", style: "short" });
    }

    say(key: keyof Strings, values: Record<string, string | number> = {}): string {
        const phrase = this.strings[key];
        const text = typeof phrase === "string" ? phrase : (phrase[this.plural.select(Number(values.count ?? 0))] ?? phrase.other);
        return text.replace(/\{(\w+)\}/g, (_, name: string) => {
            const value = values[name] ?? "";
            return typeof value === "number" ? this.number.format(value) : value;
        });
    }

    count(count: number): string {
        return count > 99 ? `${this.number.format(99)}+` : this.number.format(count);
    }

    /** The age of what is younger than a day, else the date. */
    when(time: number, now: number): string {
        const age = now - time;
        if (age < minute) return this.say("now");
        if (age < 60 * minute) return this.age.format(-Math.floor(age / minute), "minute");
        if (age < day) return this.age.format(-Math.floor(age / (60 * minute)), "hour");
        const isThisYear = new Date(time).getFullYear() === new Date(now).getFullYear();
        return this.format(time, { day: "numeric", month: "short", ...(isThisYear ? {} : { year: "numeric" }) });
    }

    exactly(time: number): string {
        return this.format(time, { day: "numeric", month: "short", year: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short" });
    }

    /** A time within the next days. */
    soon(time: number): string {
        return this.format(time, { weekday: "short", hour: "numeric", minute: "2-digit" });
    }

    private format(time: number, options: Intl.DateTimeFormatOptions): string {
        const key = JSON.stringify(options);
        let format = this.formats.get(key);
        if (!format) this.formats.set(key, (format = new Intl.DateTimeFormat(this.locale, options)));
        return format.format(time);
    }
}

function valid(locale: string | undefined): string | undefined {
    try {
        return locale ? Intl.getCanonicalLocales(locale)[0] : undefined;
    } catch {
        return undefined;
    }
}
