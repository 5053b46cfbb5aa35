import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { answer, TestService, tokenOf } from "../service.ts";
import { elementFile, launch, type Look, serve, violations, visit as open, type Visit } from "./page.ts";

let browser: Browser;
let service: TestService;
const visits: Visit[] = [];

beforeAll(async () => void (browser = await launch()));
afterAll(() => browser.close());
beforeEach(async () => void (service = await new TestService().start()));
afterEach(async () => {
    const errors = visits.flatMap((visit) => visit.errors);
    for (const { context } of visits.splice(0)) await context.close();
    await service.stop();
    expect(errors).toEqual([]);
});

async function visit(look: Look = {}, options: Parameters<typeof open>[2] = {}): Promise<{ page: Page; inbox: Locator }> {
    serve(service, look);
    const one = await open(browser, service, options);
    visits.push(one);
    return { page: one.page, inbox: one.page.locator("notification-inbox") };
}

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
const seen = (page: Page) => page.evaluate(() => (window as unknown as { seen: [string, string][] }).seen);
const focused = (page: Page) => page.evaluate(() => {
    const active = document.querySelector("notification-inbox")!.shadowRoot!.activeElement;
    return active === null ? document.activeElement!.id : active.tagName === "ARTICLE" ? active.querySelector(".title")!.textContent! : (active.getAttribute("aria-label") ?? active.textContent!);
});
const titles = (inbox: Locator) => inbox.locator("article .title > *:last-child").allTextContents();
const status = (inbox: Locator) => inbox.locator("dialog ~ [role=status]");

describe("The file", () => {
    test("is at most 40 KB gzipped", () => expect(gzipSync(readFileSync(elementFile), { level: 9 }).length).toBeLessThanOrEqual(40 * 1024));
    test("needs no other file", () => expect(readFileSync(elementFile, "utf8")).not.toMatch(/\bimport\s*[("'{]|\bfrom\s*["']/));
    test("can be named where there is no browser", async () => expect(await import(elementFile)).toHaveProperty("NotificationInboxElement"));
});

describe("The bell", () => {
    test("says the server's count, and follows it", async () => {
        service.add({}, true);
        const { inbox } = await visit();
        const bell = inbox.getByRole("button", { name: "Notifications, 1 unread" });
        await bell.waitFor();
        expect(await inbox.locator(".badge").textContent()).toBe("1");
        service.add();
        await inbox.getByRole("button", { name: "Notifications, 2 unread" }).waitFor();
        expect(await bell.count()).toBe(0);
    });

    test("speaks French with its plural", async () => {
        service.add({}, true);
        const { inbox } = await visit({ locale: "fr-CA" });
        await inbox.getByRole("button", { name: "Notifications, 1 non lue", exact: true }).waitFor();
        service.add();
        await inbox.getByRole("button", { name: "Notifications, 2 non lues" }).waitFor();
    });

    test("opens nothing when the page cancels it", async () => {
        const { page, inbox } = await visit();
        await page.evaluate(() => document.querySelector("notification-inbox")!.addEventListener("ni-open", (event) => event.preventDefault()));
        await inbox.locator(".bell").click();
        expect(await inbox.locator("dialog").isVisible()).toBe(false);
    });
});

describe("As a part of the page", () => {
    test("the list is there without a bell, takes the focus from nobody, and cannot be closed", async () => {
        service.add({ title: "Older" }, true);
        const { page, inbox } = await visit({ attributes: "inline" });
        await inbox.locator("article").waitFor();
        expect(await inbox.locator(".bell").isVisible()).toBe(false);
        expect(await inbox.locator(".close").isVisible()).toBe(false);
        expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true);
        await page.locator("#behind").click();
        await inbox.locator("article").focus();
        await page.keyboard.press("Escape");
        expect(await titles(inbox)).toEqual(["Older"]);
        expect(await violations(page)).toEqual([]);
    });

    test("what comes first is shown at once, and what comes later waits until it is asked for", async () => {
        const { inbox } = await visit({ attributes: "inline" });
        await inbox.locator(".state").waitFor();
        service.add({ title: "First" });
        await expect.poll(() => titles(inbox)).toEqual(["First"]);
        service.add({ title: "Second" });
        await inbox.getByRole("button", { name: "1 new" }).click();
        await expect.poll(() => titles(inbox)).toEqual(["Second", "First"]);
        expect(await inbox.locator(".toast").isVisible()).toBe(false);
    });

    test("it becomes a bell again", async () => {
        const { page, inbox } = await visit({ attributes: "inline" });
        await page.evaluate(() => document.querySelector("notification-inbox")!.removeAttribute("inline"));
        await inbox.locator(".bell").waitFor();
        expect(await inbox.locator("dialog").isVisible()).toBe(false);
        await inbox.locator(".bell").click();
        await inbox.locator(".close").click();
        expect(await inbox.locator("dialog").isVisible()).toBe(false);
    });
});

describe("With the keyboard alone", () => {
    test("somebody opens, walks, reads, archives, takes back, snoozes and closes", async () => {
        for (const title of ["Oldest", "Older", "Newer", "Newest"]) service.add({ title, createdAt: new Date(Date.now() - 60_000).toISOString() }, true);
        const { page, inbox } = await visit({ attributes: 'preferences="/preferences"' });
        const press = async (...keys: string[]) => {
            for (const key of keys) await page.keyboard.press(key);
        };
        await press("Tab", "Enter");
        await inbox.locator("article").first().waitFor();
        expect(await focused(page)).toBe("All");

        await press("ArrowRight");
        expect(await focused(page)).toContain("Unread");
        await press("End");
        expect(await focused(page)).toBe("Archived");
        await press("ArrowRight");
        expect(await focused(page)).toBe("All");

        await press("Tab");
        expect(await focused(page)).toContain("Newest");
        await press("PageDown");
        expect(await focused(page)).toContain("Newer");
        await press("ArrowDown", "ArrowUp");
        expect(await focused(page)).toContain("Newer");

        await press("u");
        await expect.poll(() => service.items.get([...service.items.keys()][2]!)!.status).toBe("read");
        expect(await focused(page)).toContain("Newer");
        await press("e");
        await expect.poll(() => titles(inbox)).toEqual(["Newest", "Older", "Oldest"]);
        expect(await focused(page)).toContain("Older");
        await press("z");
        await expect.poll(() => titles(inbox)).toEqual(["Newest", "Newer", "Older", "Oldest"]);

        await press("h");
        expect(await focused(page)).toContain("In an hour");
        await press("ArrowDown", "ArrowUp", "Escape");
        expect(await focused(page)).toBe("Snooze");
        await press("Enter", "End", "Enter");
        await expect.poll(() => titles(inbox)).toEqual(["Newest", "Newer", "Oldest"]);
        await expect.poll(async () => (await status(inbox).textContent())!).toContain("Snoozed until");

        await inbox.locator("article").first().focus();
        await press("Control+End");
        expect(await focused(page)).toBe("Undo");
        await press("Enter");
        await expect.poll(() => titles(inbox)).toEqual(["Newest", "Newer", "Older", "Oldest"]);
        await inbox.locator("article").first().focus();
        await press("Control+Home");
        expect(await focused(page)).toBe("All");
        await press("Escape");
        expect(await inbox.locator("dialog").isVisible()).toBe(false);
        expect(await focused(page)).toContain("Notifications");
    });

    test("Tab has few stops, whatever the list's length", async () => {
        for (let number = 0; number < 20; number++) service.add({}, true);
        const { page, inbox } = await visit();
        await inbox.locator(".bell").click();
        await inbox.locator("article").nth(19).waitFor();
        let stops = 0;
        while ((await focused(page)) !== "behind") {
            await page.keyboard.press("Tab");
            expect(++stops).toBeLessThan(12);
        }
    });

    test("letters do nothing outside the items", async () => {
        service.add({}, true);
        const { page, inbox } = await visit();
        await inbox.locator(".bell").click();
        await inbox.locator("article").waitFor();
        await inbox.getByRole("tab", { name: "All" }).focus();
        await page.keyboard.press("e");
        expect(await inbox.locator("article").count()).toBe(1);
    });

    test("arrows between tabs follow the direction of reading", async () => {
        const { page, inbox } = await visit({ dir: "rtl" });
        await inbox.locator(".bell").click();
        await inbox.getByRole("tab", { name: "All" }).focus();
        await page.keyboard.press("ArrowLeft");
        expect(await focused(page)).toContain("Unread");
    });
});

describe("An item", () => {
    test("is an article of a feed with a real link, a position and a hidden word", async () => {
        service.add({ title: "Second", body: "Text" }, true);
        service.add({ title: "First", actionUrl: "/there" }, true);
        const { inbox } = await visit();
        await inbox.locator(".bell").click();
        const article = inbox.getByRole("feed").getByRole("article", { name: "Unread. First" });
        await article.waitFor();
        expect(await article.getAttribute("aria-posinset")).toBe("1");
        expect(await article.getAttribute("aria-setsize")).toBe("2");
        expect(await article.getByRole("link", { name: "First" }).getAttribute("href")).toBe("/there");
    });

    test("never carries markup or a script of its sender into the page", async () => {
        service.add({ title: "<img src=x onerror=alert(1)>", body: "<b>bold</b>", actionUrl: "javascript:alert(1)", actions: [{ label: "Go", url: "data:text/html,x" }] }, true);
        const { inbox } = await visit();
        await inbox.locator(".bell").click();
        const article = inbox.locator("article");
        await article.waitFor();
        expect(await article.locator("img, b, a").count()).toBe(0);
        expect(await article.textContent()).toContain("<b>bold</b>");
    });

    test("is followed and read by a click, and the page may follow it itself", async () => {
        const { id } = service.add({ title: "Go", actionUrl: "/there" }, true);
        const { page, inbox } = await visit();
        await page.evaluate(() => document.querySelector("notification-inbox")!.addEventListener("ni-item-click", (event) => event.preventDefault()));
        await inbox.locator(".bell").click();
        await inbox.locator("article .text, article .meta").first().click({ position: { x: 60, y: 8 } });
        await expect.poll(() => service.items.get(id)!.status).toBe("read");
        expect(page.url()).toBe(`${service.url}/`);
        expect((await seen(page)).map(([type]) => type)).toContain("ni-item-click");
    });

    test("tells the page of a button, the sender's and the page's own", async () => {
        service.add({ actions: [{ label: "Pay", url: "#pay" }] }, true);
        const { page, inbox } = await visit({ children: '<template slot="item-actions"><button data-action="pin">Pin</button></template>' });
        await inbox.locator(".bell").click();
        await inbox.getByRole("link", { name: "Pay" }).click();
        await inbox.getByRole("button", { name: "Pin" }).click();
        const actions = (await seen(page)).filter(([type]) => type === "ni-action").map(([, detail]) => (JSON.parse(detail) as { action: unknown }).action);
        expect(actions).toEqual([{ label: "Pay", url: "#pay" }, { name: "pin" }]);
    });

    test("returns with the service's reason when a change is refused", async () => {
        service.add({ title: "Stays" }, true);
        const { inbox } = await visit();
        await inbox.locator(".bell").click();
        await inbox.locator("article").waitFor();
        service.intercept = (request, response) => {
            if (request.method !== "PATCH") return false;
            answer(response, 409, { title: "Somebody else is at it." });
            return true;
        };
        await inbox.getByRole("button", { name: "Archive" }).click();
        await inbox.locator("article .reason", { hasText: "This was not saved. Somebody else is at it." }).waitFor();
        await expect.poll(() => status(inbox).textContent()).toBe("This was not saved. Somebody else is at it.");
        expect(await inbox.locator(".undo").isVisible()).toBe(false);
    });

    test("stays where it is when it is read in the list of unread ones, until the list is left", async () => {
        service.add({ title: "Here" }, true);
        const { inbox } = await visit();
        await inbox.locator(".bell").click();
        await inbox.getByRole("tab", { name: "Unread" }).click();
        await inbox.getByRole("button", { name: "Mark read" }).click();
        await inbox.getByRole("button", { name: "Mark unread" }).waitFor();
        await inbox.getByRole("tab", { name: "All" }).click();
        await inbox.getByRole("tab", { name: "Unread" }).click();
        await inbox.getByText("You have read everything.").waitFor();
    });

    test("is deleted from the archive after a question", async () => {
        const { id } = service.add({ status: "archived" }, true);
        const { inbox } = await visit();
        await inbox.locator(".bell").click();
        await inbox.getByRole("tab", { name: "Archived" }).click();
        await inbox.getByRole("button", { name: "Delete for good" }).click();
        await inbox.getByRole("button", { name: "Keep" }).click();
        await inbox.getByRole("button", { name: "Delete for good" }).click();
        expect(service.items.has(id)).toBe(true);
        await inbox.getByRole("button", { name: "Delete", exact: true }).click();
        await expect.poll(() => service.items.has(id)).toBe(false);
        await inbox.getByText("Nothing archived.").waitFor();
    });

    test("is shown in the page's own way when it has one", async () => {
        service.add({ title: "Plain" }, true);
        const { page, inbox } = await visit();
        await page.evaluate(() => {
            document.querySelector("notification-inbox")!.renderItem = (item) => Object.assign(document.createElement("em"), { textContent: `Own ${item.title}` });
        });
        await inbox.locator(".bell").click();
        await inbox.locator("article em", { hasText: "Own Plain" }).waitFor();
        await inbox.getByRole("article", { name: "Plain" }).waitFor();
    });
});

describe("The list", () => {
    test("goes on while somebody scrolls, to its end", async () => {
        for (let number = 0; number < 75; number++) service.add({}, true);
        const { inbox } = await visit();
        await inbox.locator(".bell").click();
        await expect.poll(() => inbox.locator("article").count()).toBeGreaterThanOrEqual(30);
        await expect.poll(async () => {
            await inbox.locator(".list").evaluate((list) => list.scrollTo(0, list.scrollHeight));
            return inbox.locator("article").count();
        }).toBe(75);
        await inbox.getByText("No more notifications.").waitFor();
    });

    test("keeps its place while new items wait behind a button", async () => {
        service.add({ title: "Old" }, true);
        const { page, inbox } = await visit();
        await inbox.locator(".bell").click();
        await inbox.locator("article").waitFor();
        service.add({ title: "New" });
        await inbox.getByRole("button", { name: "1 new" }).waitFor();
        expect(await titles(inbox)).toEqual(["Old"]);
        await inbox.getByRole("button", { name: "1 new" }).click();
        await expect.poll(() => titles(inbox)).toEqual(["New", "Old"]);
        expect(await focused(page)).toContain("New");
    });

    test("says why it is empty, and what can be done when it could not be loaded", async () => {
        const { inbox } = await visit();
        service.intercept = (request, response) => {
            if (!request.url!.includes("limit=")) return false;
            answer(response, 500, { title: "It broke.", code: "internal_error", traceId: "trace-1" });
            return true;
        };
        await inbox.locator(".bell").click();
        await inbox.getByText("The notifications could not be loaded. It broke.").waitFor();
        expect(await inbox.locator("details").textContent()).toContain("trace-1");
        service.intercept = undefined;
        await inbox.getByRole("button", { name: "Try again" }).click();
        await inbox.getByText("Nothing here yet.").waitFor();
    });

    test("is kept while the service is away, and comes back with it", async () => {
        service.add({ title: "Kept" }, true);
        const { inbox } = await visit();
        await inbox.locator(".bell").click();
        await inbox.locator("article").waitFor();
        await service.stop();
        await inbox.locator(".notice", { hasText: "No connection. Reconnecting." }).waitFor();
        expect(await titles(inbox)).toEqual(["Kept"]);
        service.add({ title: "Meanwhile" });
        await service.start();
        await inbox.getByRole("button", { name: "Try again" }).click();
        await inbox.getByRole("button", { name: "1 new" }).or(inbox.locator("article", { hasText: "Meanwhile" })).first().waitFor();
        await expect.poll(() => inbox.locator(".notice").isVisible()).toBe(false);
    });

    test("says when the page's tokens are refused, and tells the page", async () => {
        const { page, inbox } = await visit();
        service.tokens.add(tokenOf("ann", 2));
        service.dropStreams();
        await expect.poll(async () => (await seen(page)).map(([type]) => type)).toContain("ni-auth");
        await inbox.locator(".bell").click();
        await inbox.locator(".notice", { hasText: "You are signed out." }).waitFor();
    });
});

describe("An arrival", () => {
    test("shows a toast that leads to it, is read to who does not see, and waits while somebody is on it", async () => {
        const { page, inbox } = await visit();
        await page.clock.install();
        service.add({ title: "Hello", actionUrl: "/there" });
        const toast = inbox.locator(".toast");
        await toast.getByRole("link", { name: "Hello" }).waitFor();
        await toast.getByRole("link").focus();
        await page.clock.runFor(20_000);
        expect(await toast.isVisible()).toBe(true);
        expect(await status(inbox).textContent()).toBe("1 new notification");
        await page.locator("#behind").focus();
        await page.clock.runFor(9_000);
        expect(await toast.isVisible()).toBe(false);
    });

    test("is announced together with others, and nothing is announced at first", async () => {
        service.add({}, true);
        const { page, inbox } = await visit();
        await page.clock.install();
        await page.clock.runFor(5_000);
        expect(await status(inbox).textContent()).toBe("");
        service.add();
        service.add();
        await inbox.getByRole("button", { name: "Notifications, 3 unread" }).waitFor();
        await page.clock.runFor(4_000);
        await expect.poll(() => status(inbox).textContent()).toBe("2 new notifications");
    });

    test("interrupts when it is critical", async () => {
        const { inbox } = await visit();
        service.add({ title: "Fire", priority: "critical" });
        await inbox.locator("dialog ~ [role=alert]", { hasText: "Fire" }).waitFor({ state: "attached" });
    });

    test("shows no toast where the page wants none", async () => {
        const { inbox } = await visit({ attributes: 'toast="off"' });
        service.add();
        await inbox.getByRole("button", { name: "Notifications, 1 unread" }).waitFor();
        expect(await inbox.locator(".toast").isVisible()).toBe(false);
    });
});

describe("Two tabs of a browser", () => {
    test("have one stream, and the second goes on when the first closes", async () => {
        serve(service);
        const first = await open(browser, service);
        const second = await open(browser, service, {}, first.context);
        visits.push(second);
        expect(service.streams.size).toBe(1);
        service.add();
        const bell = second.page.getByRole("button", { name: "Notifications, 1 unread" });
        await bell.waitFor();
        await first.page.close();
        service.add();
        await second.page.getByRole("button", { name: "Notifications, 2 unread" }).waitFor();
        expect(service.requests.filter((request) => request.path === "/events").at(-1)!.lastEventId).toBeDefined();
    });

    test("are right after the service was killed and came back between", async () => {
        serve(service);
        const first = await open(browser, service);
        const second = await open(browser, service, {}, first.context);
        visits.push(second);
        service.add();
        await first.page.getByRole("button", { name: "Notifications, 1 unread" }).waitFor();
        await service.stop();
        service.add();
        service.add();
        await service.start();
        for (const { page } of [first, second]) await page.getByRole("button", { name: "Notifications, 3 unread" }).waitFor();
        expect(service.streams.size).toBe(1);
    });
});

describe("axe-core finds nothing", () => {
    for (const theme of ["light", "dark"]) for (const locale of ["en", "fr"]) for (const dir of ["ltr", "rtl"]) for (const size of ["desktop", "phone"]) {
        test(`${theme}, ${locale}, ${dir}, ${size}`, async () => {
            service.add({ title: "Archived", status: "archived" }, true);
            service.add({ title: "Read", status: "read", seen: true, body: "Text" }, true);
            service.add({ title: "Critical", priority: "critical", body: "Text", actionUrl: "/there", actions: [{ label: "Pay", url: "/pay" }] }, true);
            const { page, inbox } = await visit({ theme, locale, dir, attributes: 'preferences="/preferences"' }, size === "phone" ? phone : {});
            const check = async (where: string) => {
                await page.waitForFunction(() => document.getAnimations().length === 0 && document.querySelector("notification-inbox")!.shadowRoot!.getAnimations().every((one) => one.playState !== "running"));
                expect(await violations(page), where).toEqual([]);
            };
            service.add({ title: "Toast", body: "Text", actionUrl: "/there" });
            await inbox.locator(".toast .title").waitFor();
            await check("closed, with a toast");
            await inbox.locator(".bell").click();
            await inbox.locator("article").nth(2).waitFor();
            await check("open");
            await inbox.locator("[data-deed=snooze]").first().click();
            await inbox.getByRole("menu").waitFor();
            await check("menu");
            await page.keyboard.press("Escape");
            await inbox.locator("[data-deed=archive]").first().click();
            await inbox.locator(".undo .quiet").waitFor();
            await inbox.getByRole("tab").nth(2).click();
            await inbox.locator("[data-deed=remove]").first().click();
            await check("archive, with a question");
            expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(true);
        });
    }
});

test("With reduced motion nothing moves", async () => {
    const { page, inbox } = await visit({}, { reducedMotion: "reduce" });
    await inbox.locator(".bell").click();
    const moving = await page.evaluate(() => document.querySelector("notification-inbox")!.shadowRoot!.getAnimations().map((one) => (one as CSSTransition).transitionProperty ?? (one as CSSAnimation).animationName));
    expect(moving.filter((name) => name !== "opacity" && name !== "late")).toEqual([]);
});

test("On a phone the panel is the page, and focus stays in it", async () => {
    service.add({}, true);
    const { page, inbox } = await visit({ attributes: 'preferences="/preferences"' }, phone);
    await inbox.locator(".bell").click();
    expect(await inbox.locator("dialog").evaluate((dialog) => dialog.matches(":modal"))).toBe(true);
    for (let number = 0; number < 12; number++) {
        await page.keyboard.press("Tab");
        expect(await focused(page)).not.toBe("behind");
    }
    // What is outside a modal dialog is silent.
    await inbox.getByRole("button", { name: "Archive" }).click();
    await expect.poll(() => inbox.locator("dialog [role=status]").textContent()).toBe("Archived.");
    const small = await inbox.locator("button:visible, a.button:visible").evaluateAll((all) => all.map((one) => one.getBoundingClientRect()).filter((box) => box.width < 24 || box.height < 24).length);
    expect(small).toBe(0);
    await inbox.getByRole("button", { name: "Close" }).click();
    expect(await inbox.locator("dialog").isVisible()).toBe(false);
});
