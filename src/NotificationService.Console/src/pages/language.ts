/** English or French: as chosen here before, else as the browser's languages come first. */
export type Language = "en" | "fr";

const place = "notification-service-language";

export function language(): Language {
    const chosen = stored() ?? navigator.languages.map((one) => one.slice(0, 2).toLowerCase()).find((one) => one === "en" || one === "fr");
    return chosen === "fr" ? "fr" : "en";
}

export function choose(chosen: Language): void {
    try {
        localStorage.setItem(place, chosen);
    } catch {
        // A browser that keeps nothing asks again the next time.
    }
}

/** The other language, by its name or, where there is little room, by its letters. */
export function offer(button: HTMLElement, other: Language): void {
    button.lang = other;
    button.querySelector(".long")!.textContent = other === "fr" ? "Français" : "English";
    button.querySelector(".short")!.textContent = other.toUpperCase();
}

/** What every page says. */
const shared = {
    en: { noConnection: "There is no connection to the service. Try again." },
    fr: { noConnection: "Il n’y a pas de connexion au service. Réessayez." },
};

/** The texts of a page, in French by the same names as in English, and with them what every page says. */
export function bilingual<T extends Record<string, string>>(en: T, fr: { [K in keyof T]: string }): Record<Language, T & typeof shared.en> {
    return { en: { ...shared.en, ...en }, fr: { ...shared.fr, ...(fr as T) } };
}

/** Puts the texts into the page, and its language. */
export function speak(chosen: Language, texts: Record<string, string>): void {
    document.documentElement.lang = chosen;
    for (const node of document.querySelectorAll<HTMLElement>("[data-text]")) node.textContent = texts[node.dataset.text!] ?? "";
}

function stored(): string | null {
    try {
        return localStorage.getItem(place);
    } catch {
        return null;
    }
}
