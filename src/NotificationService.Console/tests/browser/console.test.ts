import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, test } from "vitest";
import type { Notification } from "../../src/console/notifications/queries.ts";
import { delivery, notification } from "../console/examples.ts";
import { at, ConsoleTests, idOf, ways } from "./console.ts";
import { expectNoOverflow, violations } from "./page.ts";

const tests = new ConsoleTests();
let notifications: Notification[] = [];

const longName = "Bartholomew Featherstonehaugh-Cholmondeley of Saint Albans-on-the-Wold";
const row = (number: number, of: Partial<Notification> = {}): Notification => ({
    id: idOf(number),
    status: "delivered",
    priority: "normal",
    live: true,
    recipient: { name: `Person ${number}`, email: `person${number}@example.com` },
    template: { key: "order-shipped", version: 1 },
    reference: `order-${number}`,
    createdAt: new Date(Date.now() - number * 1000).toISOString(),
    deliveries: [{ id: idOf(number), channel: "email", status: "delivered" }],
    ...of,
});

beforeEach(async () => {
    notifications = [];
    tests.service.answers("get", "/api/v1/services/notifications", ({ query }) => {
        const wanted = notifications.filter((one) => (!query.has("status") || one.status === query.get("status")) && (!query.has("reference") || one.reference === query.get("reference")));
        const from = Number(query.get("cursor") ?? 0);
        const items = wanted.slice(from, from + Number(query.get("limit")));
        const next = from + items.length < wanted.length ? { nextCursor: String(from + items.length) } : {};
        return { items, ...next, ...(from === 0 && { pagination: { page: 1, limit: 100, hasNext: wanted.length > 100, hasPrev: false, total: wanted.length, totalIsExact: true } }) };
    });
});

describe("Signing in", () => {
    test("leads to the page that was wanted, and keeps nothing but what belongs to the cookie", async () => {
        const visit = await tests.open("/t/maple/notifications?status=failed", {}, false);
        const { page } = visit;
        await page.getByLabel("E-mail address").fill("ann@example.com");
        await page.getByLabel("Password", { exact: true }).fill("wrong");
        await page.keyboard.press("Enter");
        await page.getByText("The e-mail address or the password is wrong.").waitFor();
        await page.getByLabel("Password", { exact: true }).fill("correct horse");
        await page.keyboard.press("Enter");
        await page.getByText("Clear 1 filter").first().waitFor();
        expect(new URL(page.url()).search).toBe("?status=failed");
        expect(await page.evaluate(() => Object.values({ ...localStorage, ...sessionStorage }).join(" "))).toBe("csrf");
        const login = tests.service.requests.find((request) => request.path.endsWith("/login"));
        expect(login?.body).toMatchObject({ session: "cookie" });
        expect(visit.errors).toEqual([]);
    });

    test("asks for the second factor, and for the tenant, only when they are needed", async () => {
        let asked = 0;
        tests.service.on("post", "/api/v1/auth/login", ({ body }) => {
            const problem = (code: string, status: number) => ({ status, body: { type: "urn:x", title: "x", status, code, detail: "x" } });
            asked++;
            if ((body as { tenant?: string }).tenant !== "maple") return problem("tenant_required", 409);
            return (body as { code?: string }).code === undefined ? problem("totp_required", 401) : problem("unauthorized", 401);
        });
        const visit = await tests.open("/sign-in", {}, false);
        const { page } = visit;
        await page.getByLabel("E-mail address").fill("ann@example.com");
        await page.getByLabel("Password", { exact: true }).fill("correct horse");
        await page.keyboard.press("Enter");
        await page.getByLabel("Tenant", { exact: true }).fill("maple");
        await page.keyboard.press("Enter");
        await page.getByLabel("Code").fill("123456");
        expect(await page.getByRole("alert").count()).toBe(0);
        await page.keyboard.press("Enter");
        await page.getByRole("alert").waitFor();
        expect(asked).toBe(3);
    });

    test("out ends the page's memory, too", async () => {
        notifications = [row(1)];
        const visit = await tests.open("/t/maple/notifications");
        const { page } = visit;
        await page.getByText("Person 1").waitFor();
        await page.getByRole("button", { name: "Ann Example" }).click();
        await page.getByRole("button", { name: "Sign out" }).click();
        await page.getByRole("heading", { name: "Sign in" }).waitFor();
        expect(await page.evaluate(() => localStorage.getItem("ns-session"))).toBeNull();
    });

    test.each(ways)("has no violation: %j", async (way) => {
        const visit = await tests.open("/sign-in", way, false);
        await visit.page.getByRole("heading").waitFor();
        expect(await violations(visit.page)).toEqual([]);
        await expectNoOverflow(visit.page);
        expect(visit.errors).toEqual([]);
    });
});

describe("The shell", () => {
    test("is gone through by keys: the palette finds a reference, and `?` lists the keys", async () => {
        const visit = await tests.open("/t/maple/notifications");
        const { page } = visit;
        await page.getByRole("heading", { name: "Notifications" }).waitFor();
        await page.keyboard.press("Control+k");
        await page.getByPlaceholder("A page, an id, a reference, an action").fill("order-77");
        expect(await violations(page)).toEqual([]);
        await page.keyboard.press("Enter");
        await page.waitForURL(/reference=order-77/);
        // In the palette's field a question mark is a letter.
        await page.getByPlaceholder("A page, an id, a reference, an action").waitFor({ state: "detached" });
        await page.keyboard.press("?");
        await page.getByRole("dialog", { name: "Keys" }).waitFor();
        expect(await violations(page)).toEqual([]);
        await page.getByLabel("Single keys do something").uncheck();
        await page.keyboard.press("Escape");
        await page.getByRole("dialog").waitFor({ state: "detached" });
        await page.keyboard.press("?");
        expect(await page.getByRole("dialog").count()).toBe(0);
    });

    test("does not offer its pages to somebody who may only read an inbox", async () => {
        tests.service.roles = ["user"];
        const visit = await tests.open("/t/maple/notifications");
        await visit.page.getByText("Your account has no access to the console").waitFor();
        expect(await visit.page.getByRole("navigation").getByRole("link").count()).toBe(0);
        expect(tests.service.requests.filter((request) => request.path.includes("/notifications"))).toEqual([]);
    });

    test("says to whom a link of another tenant leads, and shows nothing under its name", async () => {
        const visit = await tests.open("/t/other/notifications");
        await visit.page.getByText("This link leads to the tenant other").waitFor();
        expect(await visit.page.getByRole("table").count()).toBe(0);
    });

    test("remembers theme and language, and paints them from the start", async () => {
        const visit = await tests.open("/t/maple/notifications");
        const { page } = visit;
        await page.getByRole("button", { name: "Ann Example" }).click();
        await page.getByRole("button", { name: "Dark" }).waitFor();
        expect(await violations(page)).toEqual([]);
        await page.getByRole("button", { name: "Dark" }).click();
        await page.getByRole("button", { name: "Français" }).click();
        await page.getByText("Dernières 24 heures").first().waitFor({ state: "attached" });
        await page.reload();
        await page.getByText("Dernières 24 heures").first().waitFor({ state: "attached" });
        expect(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset.mantineColorScheme])).toEqual(["fr", "dark"]);
    });

    test("on a phone has its pages in a drawer, which gives the focus back", async () => {
        const visit = await tests.open("/t/maple/notifications", { phone: true });
        const { page } = visit;
        await page.getByRole("button", { name: "Menu" }).click();
        await page.getByRole("dialog").getByRole("link", { name: "Notifications" }).waitFor();
        expect(await violations(page)).toEqual([]);
        await page.keyboard.press("Escape");
        await page.getByRole("dialog").waitFor({ state: "detached" });
    });
});

describe("The list of notifications", () => {
    test("keeps its filters in the address: going back and loading anew show the same rows", async () => {
        notifications = [row(1), row(2, { status: "failed", recipient: { name: "Zoë" } }), row(3)];
        const visit = await tests.open("/t/maple/notifications");
        const { page } = visit;
        await page.getByRole("link", { name: "Person 1" }).waitFor();
        await page.getByLabel("Status", { exact: true }).selectOption("failed");
        await page.getByRole("link", { name: "Person 1" }).waitFor({ state: "detached" });
        expect(page.url()).toContain("status=failed");
        await page.reload();
        await page.getByRole("link", { name: "Zoë" }).waitFor();
        expect(await page.getByRole("link", { name: "Person 1" }).count()).toBe(0);
        await page.goBack();
        await page.getByRole("link", { name: "Person 1" }).waitFor();
    });

    test("of very many rows has few of them in the page, and asks for the rest as it is scrolled", async () => {
        notifications = Array.from({ length: 100_000 }, (_, index) => row(index + 1));
        const visit = await tests.open("/t/maple/notifications");
        const { page } = visit;
        await page.getByRole("link", { name: "Person 1", exact: true }).waitFor();
        for (let read = 1; read <= 5; read++) {
            await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
            await page.getByRole("link", { name: `Person ${read * 100 + 1}`, exact: true }).waitFor({ state: "attached" });
        }
        expect(await page.getByRole("row").count()).toBeLessThan(80);
    });

    test("shows what others wrote as text", async () => {
        const script = `<img src=x onerror="window.ran=1"><script>window.ran=1</script>`;
        notifications = [row(1, { recipient: { name: script, email: `"${script}"@example.com` }, reference: script, template: { key: script, version: 1 } })];
        const visit = await tests.open(`/t/maple/notifications?reference=${encodeURIComponent(script)}`);
        await visit.page.getByText(script).first().waitFor();
        expect(await visit.page.evaluate(() => (window as { ran?: number }).ran)).toBeUndefined();
        expect(visit.errors).toEqual([]);
    });

    test("tells none from no match, and no match from not loaded", async () => {
        const visit = await tests.open("/t/maple/notifications");
        const { page } = visit;
        await page.getByText("No notifications in this time").waitFor();
        await page.getByRole("button", { name: "Show all" }).click();
        await page.getByText("No notifications yet").waitFor();
        await page.getByLabel("Status", { exact: true }).selectOption("failed");
        await page.getByText("No match").waitFor();
        tests.service.on("get", "/api/v1/services/notifications", () => ({ status: 403, body: { type: "urn:x", title: "x", status: 403, code: "forbidden", traceId: "0af76519" } }));
        await page.getByRole("button", { name: "Clear 1 filter" }).first().click();
        await page.getByRole("button", { name: "Refresh" }).click();
        await page.getByLabel("Channel").selectOption("sms");
        await page.getByText("Your role does not allow this.").waitFor();
        await page.getByText("Details").click();
        await page.getByText("traceId 0af76519").waitFor();
    });

    test.each(ways)("has no violation, and nothing is cut off: %j", async (way) => {
        notifications = [
            row(1, { recipient: { name: longName, email: "bartholomew.featherstonehaugh-cholmondeley@subdivision.example.com" }, reference: "a-very-long-reference-of-sixty-characters-0123456789-0123456" }),
            ...["scheduled", "cancelled", "queued", "sending", "sent", "read", "suppressed", "expired", "failed", "bounced"].map((status, index) => row(index + 2, { status })),
        ];
        const visit = await tests.open("/t/maple/notifications?since=7d&reference=", way);
        await visit.page.getByRole("link", { name: longName }).waitFor();
        expect(await violations(visit.page)).toEqual([]);
        await expectNoOverflow(visit.page);
        expect(visit.errors).toEqual([]);
    });
});

describe("A notification's page", () => {
    let status = "failed";
    beforeEach(() => {
        status = "failed";
        const failure = { kind: "permanent", code: "30006", message: "the number is a landline", provider: "Twilio main" };
        const shown = () =>
            notification({
                id: idOf(7),
                status,
                recipient: { userId: "u-123", name: longName, phone: "+14155550100" },
                template: { key: "order-shipped", version: 3 },
                data: { orderId: "A-1009" },
                deliveries: [delivery({ channel: "sms", status, ...(status === "failed" && { failure }), attempts: [{ number: 1, outcome: "rejected", startedAt: at, finishedAt: "2026-11-23T09:00:00.840000Z", code: "30006", message: "the number is a landline" }] })],
            });
        tests.service.answers("get", "/api/v1/services/notifications/{id}", shown);
        tests.service.answers("get", "/api/v1/services/notifications/{id}/timeline", () => ({ items: ["queued", "sending", status].map((one, index) => ({ deliveryId: idOf(8), channel: "sms", sequence: index + 1, status: one, at: `2026-11-23T09:00:0${index}.000000Z` })) }));
        tests.service.answers("get", "/api/v1/services/notifications/{id}/explain", () => ({
            id: idOf(7),
            status,
            explain: [
                { at, code: "template", message: "template order-shipped, version 3, is rendered" },
                { at, channel: "email", code: "preference", message: "no delivery: the recipient turned email off" },
                { at, channel: "sms", code: "30006", message: "failed", callback: { receiptId: idOf(9), provider: "Twilio main", kind: "failed", code: "30006", raw: '{"MessageStatus":"<script>window.ran=1</script>"}', receivedAt: at } },
            ],
        }));
    });

    test("says first what became of it and why, and which road was not taken", async () => {
        const visit = await tests.open(`/t/maple/notifications/${idOf(7)}`);
        const why = visit.page.getByRole("region", { name: "Why" });
        await why.getByText("It did not reach the recipient.").waitFor();
        await why.getByText("SMS failed: Twilio main says the number is a landline (30006).").waitFor();
        await why.getByText("no delivery: the recipient turned email off").waitFor();
    });

    test("is repaired where it is: retried, and shown as it is then", async () => {
        tests.service.answers("post", "/api/v1/services/notifications/{id}/retry", () => {
            status = "delivered";
            return { id: idOf(7), status: "queued", deliveries: [] };
        });
        const visit = await tests.open(`/t/maple/notifications/${idOf(7)}`);
        await visit.page.getByRole("button", { name: "Retry" }).click();
        await visit.page.getByText("It arrived: SMS.").waitFor();
        await visit.page.getByRole("button", { name: "Retry" }).waitFor({ state: "detached" });
    });

    test("is cancelled after one plain question, and a refusal stays in the dialog", async () => {
        status = "queued";
        tests.service.on("post", "/api/v1/services/notifications/{id}/cancel", () => ({ status: 409, body: { type: "urn:x", title: "x", status: 409, code: "conflict", detail: "Nothing of it is left to cancel." } }));
        const visit = await tests.open(`/t/maple/notifications/${idOf(7)}`);
        const { page } = visit;
        await page.getByRole("button", { name: "Cancel" }).click();
        const dialog = page.getByRole("dialog", { name: "Cancel this notification?" });
        expect(await violations(page)).toEqual([]);
        await dialog.getByRole("button", { name: "Cancel 1 delivery" }).click();
        await dialog.getByText("Nothing of it is left to cancel.").waitFor();
        await page.keyboard.press("Escape");
        await dialog.waitFor({ state: "detached" });
    });

    test("offers no repair to somebody who may only look", async () => {
        tests.service.roles = ["viewer"];
        const visit = await tests.open(`/t/maple/notifications/${idOf(7)}`);
        await visit.page.getByText("It did not reach the recipient.").waitFor();
        expect(await visit.page.getByRole("button", { name: "Retry" }).count()).toBe(0);
    });

    test("that is not there says so, and leads back", async () => {
        tests.service.on("get", "/api/v1/services/notifications/{id}", () => ({ status: 404, body: { type: "urn:x", title: "x", status: 404, code: "not_found" } }));
        const visit = await tests.open(`/t/maple/notifications/${idOf(7)}`);
        await visit.page.getByText("There is no such thing here.").waitFor();
        await visit.page.getByRole("main").getByRole("link", { name: "Notifications" }).click();
        await visit.page.waitForURL(/\/notifications$/);
    });

    test.each(ways.flatMap((way) => ["", "?tab=attempts", "?tab=receipts", "?tab=request"].map((tab) => ({ ...way, tab }))))("has no violation, and nothing is cut off: %j", async ({ tab, ...way }) => {
        const visit = await tests.open(`/t/maple/notifications/${idOf(7)}${tab}`, way);
        await visit.page.getByRole("tabpanel").waitFor();
        for (const details of await visit.page.locator("details").all()) await details.evaluate((element: HTMLDetailsElement) => (element.open = true));
        expect(await violations(visit.page)).toEqual([]);
        await expectNoOverflow(visit.page);
        expect(await visit.page.evaluate(() => (window as { ran?: number }).ran)).toBeUndefined();
        expect(visit.errors).toEqual([]);
    });
});

describe("What is loaded", () => {
    interface Chunk {
        file: string;
        css?: string[];
        imports?: string[];
        isEntry?: boolean;
        isDynamicEntry?: boolean;
        src?: string;
    }
    const dist = new URL("../../dist/console/", import.meta.url);
    const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8")) as Record<string, Chunk>;
    const size = (file: string) => (file.endsWith(".woff2") ? readFileSync(new URL(file, dist)).length : gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length);
    const filesOf = (key: string, found = new Set<string>()): Set<string> => {
        const chunk = manifest[key] as Chunk;
        if (found.has(chunk.file)) return found;
        for (const file of [chunk.file, ...(chunk.css ?? [])]) found.add(file);
        for (const next of chunk.imports ?? []) filesOf(next, found);
        return found;
    };
    const weigh = (files: Iterable<string>) => [...files].reduce((sum, file) => sum + size(file), 0) / 1024;
    const entry = Object.keys(manifest).find((key) => manifest[key]!.isEntry) as string;
    const first = filesOf(entry);

    test("first, with the font, is at most 250 KB", () => {
        const font = Object.values(manifest).find((chunk) => /inter-latin-wght/.test(chunk.file))?.file as string;
        expect(weigh([...first, "index.html", font])).toBeLessThan(250);
    });

    test.each(Object.keys(manifest).filter((key) => manifest[key]!.isDynamicEntry))("with %s is at most 80 KB more", (key) => expect(weigh([...filesOf(key)].filter((file) => !first.has(file)))).toBeLessThan(80));

    test("names files by what is in them, so that they may be kept for ever", () => {
        for (const file of Object.values(manifest).flatMap((chunk) => [chunk.file, ...(chunk.css ?? [])])) expect(file).toMatch(/^assets\/.+-[\w-]{8}\.\w+$/);
    });

    test("has a place for the nonce wherever something is run or styled, and no address of elsewhere", () => {
        const html = readFileSync(new URL("index.html", dist), "utf8");
        for (const tag of html.match(/<(script|style|link rel="(?:stylesheet|modulepreload)")[^>]*>/g)!) expect(tag).toContain('nonce="__CSP_NONCE__"');
        expect(html).not.toMatch(/https?:/);
        expect(html).not.toMatch(/ style=| on\w+=/);
    });
});
