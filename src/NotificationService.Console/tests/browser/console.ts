import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import type { ConsoleService } from "../console/service.ts";

export interface ConsoleVisit {
    page: Page;
    context: BrowserContext;
    /** Errors of the page and of its Content-Security-Policy. */
    errors: string[];
}

export interface Way {
    theme?: "light" | "dark";
    language?: "en" | "fr";
    phone?: boolean;
}

/** All the ways in which every page is looked at. */
export const ways: Way[] = [{}, { theme: "dark" }, { language: "fr" }, { theme: "dark", language: "fr", phone: true }, { phone: true }];

/** Opens a page of the console, as somebody who has signed in before. */
export async function open(browser: Browser, service: ConsoleService, path: string, { theme = "light", language = "en", phone = false }: Way = {}, signedIn = true): Promise<ConsoleVisit> {
    const options: BrowserContextOptions = { viewport: phone ? { width: 360, height: 800 } : { width: 1440, height: 900 }, colorScheme: theme, locale: language === "fr" ? "fr-FR" : "en-GB", timezoneId: "Europe/Paris", reducedMotion: "reduce" };
    const context = await browser.newContext(options);
    if (signedIn) await context.addInitScript(() => window === window.top && localStorage.setItem("ns-session", "csrf"));
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => /Content Security Policy|TrustedHTML/.test(message.text()) && errors.push(message.text()));
    await page.goto(service.url + path);
    return { page, context, errors };
}
