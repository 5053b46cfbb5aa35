import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import type { NotificationInboxElement } from "../../src/inbox/index.ts";
import { type TestService, tokenOf } from "../service.ts";

export const elementFile = new URL("../../dist/inbox/notification-inbox.js", import.meta.url).pathname;

/** The machine's own; `CHROMIUM` names another. */
export function launch(): Promise<Browser> {
    return chromium.launch({
        executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
        args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
}

export interface Look {
    locale?: string;
    theme?: string;
    dir?: string;
    attributes?: string;
    children?: string;
    token?: string;
    pageStyle?: string;
}

/** A page as strict as they come: no inline style, no inline script, nothing from elsewhere. */
export function serve(service: TestService, look: Look = {}): void {
    const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";
    const { locale = "en", dir = "ltr", theme, attributes = "", children = "", token = tokenOf("ann") } = look;
    service.file("/notification-inbox.js", elementFile, "text/javascript");
    service.files.set("/page.js", { type: "text/javascript", body: `
        const inbox = document.querySelector("notification-inbox");
        window.seen = [];
        for (const type of ["ni-open", "ni-item-click", "ni-action", "ni-count", "ni-arrive", "ni-error", "ni-auth"]) inbox.addEventListener(type, (event) => window.seen.push([type, JSON.stringify(event.detail)]));
        inbox.tokenProvider = async () => ${JSON.stringify(token)};
    ` });
    service.files.set("/page.css", { type: "text/css", body: `
        :root { color-scheme: ${theme ?? "light"}; font: 14px/20px system-ui; }
        body { margin: 0; background: light-dark(#F7F8FA, #0E1014); color: light-dark(#1B1F27, #ECEEF2); }
        header { display: flex; justify-content: space-between; align-items: center; padding: 8px 16px; background: light-dark(#fff, #14161B); border-bottom: 1px solid light-dark(#E3E6EB, #2A2F39); }
        main { padding: 16px; } ${look.pageStyle ?? ""}
    ` });
    service.files.set("/", { type: "text/html", headers: { "Content-Security-Policy": policy }, body: `<!doctype html><html lang="${locale}" dir="${dir}"><head><meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1"><title>Page</title><link rel="stylesheet" href="/page.css"></head>
        <body><header><strong>Maple Court</strong><notification-inbox ${attributes}>${children}</notification-inbox></header>
        <main><h1>Page</h1><button id="behind">Behind</button></main>
        <script type="module" src="/notification-inbox.js"></script><script type="module" src="/page.js"></script></body></html>` });
}

export interface Visit {
    page: Page;
    context: BrowserContext;
    /** Errors of the page and of its Content-Security-Policy. */
    errors: string[];
}

export async function visit(browser: Browser, service: TestService, options: BrowserContextOptions = {}, shared?: BrowserContext): Promise<Visit> {
    const context = shared ?? (await browser.newContext({ viewport: { width: 1280, height: 800 }, timezoneId: "Europe/Paris", ...options }));
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => /Content Security Policy|TrustedHTML/.test(message.text()) && errors.push(message.text()));
    await page.goto(service.url);
    await page.waitForFunction(() => {
        const { inbox } = document.querySelector("notification-inbox") as NotificationInboxElement;
        return inbox?.connection === "live" && inbox.store.counts !== undefined;
    });
    return { page, context, errors };
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds wrong, as text. */
export async function violations(page: Page): Promise<string[]> {
    await page.evaluate(axeSource);
    return page.evaluate(async () => {
        const { violations } = await (globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { target: unknown; failureSummary: string }[] }[] }> } }).axe.run();
        return violations.flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${JSON.stringify(node.target)} ${node.failureSummary}`));
    });
}

/** Nothing is laid out wider than the window. */
export async function expectNoOverflow(page: Page): Promise<void> {
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(true);
}
