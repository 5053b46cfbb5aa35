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
