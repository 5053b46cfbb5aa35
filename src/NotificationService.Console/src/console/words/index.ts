import { useSyncExternalStore } from "react";
import { english, type Word, type Words } from "./en.ts";
import { fill, type Values } from "./phrase.ts";

export type { Word } from "./en.ts";
export type Language = "en" | "fr";
export type Translate = (word: Word, values?: Values) => string;

interface Spoken {
    language: Language;
    /** For numbers, dates and plurals: the reader's own region where it is of the language. */
    locale: string;
    t: Translate;
}

const key = "ns-language";
const listeners = new Set<() => void>();

function spoken(language: Language, words: Words): Spoken {
    const locale = navigator.languages.find((one) => one === language || one.startsWith(`${language}-`)) ?? language;
    return { language, locale, t: (word, values = {}) => fill(words[word], values, locale) };
}

let now: Spoken = spoken("en", english);

function preferred(): Language {
    const chosen = localStorage.getItem(key);
    if (chosen === "en" || chosen === "fr") return chosen;
    return navigator.languages.find((one) => /^(en|fr)\b/.test(one))?.startsWith("fr") ? "fr" : "en";
}

/** French comes as a file of its own, to those who read it. */
export async function speak(language: Language = preferred()): Promise<void> {
    now = spoken(language, language === "fr" ? (await import("./fr.ts")).french : english);
    document.documentElement.lang = language;
    for (const listener of listeners) listener();
}

export async function choose(language: Language): Promise<void> {
    localStorage.setItem(key, language);
    await speak(language);
}

export function useWords(): Spoken {
    return useSyncExternalStore(
        (listener) => {
            listeners.add(listener);
            return () => listeners.delete(listener);
        },
        () => now,
    );
}

/** A word of a family such as `status.sent`; what the service knows and this console does not is shown as it came. */
export function wordOf(t: Translate, family: string, code: string): string {
    const word = `${family}.${code}`;
    return word in english ? t(word as Word) : code.replaceAll("_", " ");
}
