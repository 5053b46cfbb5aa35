import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { ConsoleService } from "../console/service.ts";
import { launch } from "./page.ts";

interface ConsoleVisit {
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

async function open(browser: Browser, service: ConsoleService, path: string, { theme = "light", language = "en", phone = false }: Way = {}, signedIn = true): Promise<ConsoleVisit> {
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

/** The time of everything in a test that has no better one. */
export const at = "2026-11-23T09:00:00.000000Z";
export const idOf = (number: number) => `01890a5d-ac96-774b-bcce-${String(number).padStart(12, "0")}`;

/** What the service answers when it refuses. */
export const problem = (status: number, code: string, errors: { pointer: string; code: string; message: string }[] = []) => ({ status, body: { type: "urn:x", title: "The request is not valid", status, code, detail: errors[0]?.message ?? code, errors } });

/** One browser for the tests of a file; for each of them a service that answers what the test says. */
export class ConsoleTests {
    #browser: Browser | undefined;
    #service: ConsoleService | undefined;
    #visits: ConsoleVisit[] = [];

    constructor() {
        beforeAll(async () => {
            this.#browser = await launch();
        });
        afterAll(() => this.#browser?.close());
        beforeEach(async () => {
            this.#service = new ConsoleService();
            await this.#service.start();
        });
        afterEach(async () => {
            await Promise.all(this.#visits.splice(0).map((visit) => visit.context.close()));
            await this.#service?.stop();
        });
    }

    get service(): ConsoleService {
        return this.#service as ConsoleService;
    }

    /** Opens a page of the console, as somebody who has signed in before. */
    async open(path: string, way: Way = {}, signedIn = true): Promise<ConsoleVisit> {
        const visit = await open(this.#browser as Browser, this.service, path, way, signedIn);
        this.#visits.push(visit);
        return visit;
    }
}
