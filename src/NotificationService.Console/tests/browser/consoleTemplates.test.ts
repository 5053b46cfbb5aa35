import type { Page } from "playwright-core";
import { beforeEach, describe, expect, test } from "vitest";
import type { Schema } from "../../src/console/api/client.ts";
import { at, ConsoleTests, idOf, ways } from "./console.ts";
import { expectNoOverflow, violations } from "./page.ts";

const tests = new ConsoleTests();
let kept: Schema<"TemplateResponse">;
let versions: Schema<"TemplateVersionResponse">[];

const longName = "Order shipped, with everything that has to be said of it, and more";
const hostile = `<img src=x onerror="parent.ran=1"><script>parent.ran=1</script>`;
const summary = (of: Partial<Schema<"TemplateSummary">> = {}): Schema<"TemplateSummary"> => ({ id: idOf(20), key: "order-shipped", name: longName, category: "shipping", publishedVersion: 3, createdAt: at, updatedAt: at, ...of });
type Written = Record<string, Record<string, Record<string, string>>>;

beforeEach(async () => {
    const contents = { email: { en: { subject: "Your order {{orderId}}", html: "<p>Hello {{recipient.name}}</p>\n{{#if late}}\n<p>Sorry.</p>\n{{/if}}" }, fr: { subject: "Commande {{orderId}}", html: "<p>Bonjour</p>" } }, sms: { en: { text: "Order {{orderId}}" } } };
    kept = { id: idOf(20), key: "order-shipped", name: longName, version: 4, status: "draft", publishedVersion: 3, channels: ["email", "sms"], contents, variables: { email: ["orderId"], sms: ["orderId"] } as never, samples: [{ name: "usual", data: { orderId: "A-1" } }], createdAt: at, updatedAt: at };
    versions = [4, 3, 2, 1].map((version) => ({ version, status: "x", channels: ["email"], contents, createdAt: at, author: { kind: "user", name: `Ann ${version}` }, note: version === 2 ? hostile : `Note ${version}`, ...(version < 4 && { publishedAt: at }) }));
    tests.service.answers("get", "/api/v1/admin/templates", ({ query }) => ({ items: [summary({ publishedVersion: kept.publishedVersion ?? null }), summary({ id: idOf(21), key: "new", name: hostile, publishedVersion: null })].filter((one) => !query.has("search") || one.key.includes(query.get("search") as string)) }));
    tests.service.answers("get", "/api/v1/admin/templates/{template}", () => kept);
    tests.service.on("put", "/api/v1/admin/templates/{template}", ({ body }) => {
        const { contents } = body as { contents: Written };
        if (contents.email?.en?.html?.includes("{{#if}}")) return { status: 422, body: { type: "urn:x", title: "x", status: 422, code: "validation_failed", errors: [{ pointer: "/contents/email/en/html", code: "template_syntax", message: "1:4: 'if' needs a value.\n{{#if}}\n   ^" }] } };
        kept = { ...kept, contents, updatedAt: new Date().toISOString() };
        return { status: 200, body: kept };
    });
    tests.service.answers("post", "/api/v1/admin/templates/{template}/preview", ({ body }) => {
        const { channels = [], locale, data } = body as { channels?: string[]; locale: string; data: { orderId: string } };
        const channel = channels[0] as string;
        const { subject = "", html = "", text = "" } = (kept.contents as Written)[channel]?.[locale] ?? {};
        const filled = (of: string) => of.replaceAll("{{orderId}}", data.orderId);
        return { version: kept.version, channels: { [channel]: { locale, ...(channel === "email" ? { subject: filled(subject), html: filled(html) + hostile } : { text: filled(text), segments: 2 }), warnings: [{ code: "alt_missing", field: "html", message: "A picture has no alt." }] } }, missingVariables: ["late"] };
    });
    tests.service.answers("get", "/api/v1/admin/templates/{template}/samples", () => ({ version: 4, publishedVersion: 3, samples: [{ name: "usual", problems: [], changes: [] }] }));
    tests.service.answers("get", "/api/v1/admin/templates/{template}/versions", () => ({ items: versions }));
    tests.service.answers("get", "/api/v1/admin/templates/{template}/versions/{a}/diff/{b}", ({ params }) => ({
        from: Number(params.a),
        to: Number(params.b),
        fields: [
            {
                channel: "email",
                locale: "en",
                field: "subject",
                change: "changed",
                lines: [
                    { kind: "removed", text: "Your order" },
                    { kind: "added", text: hostile },
                ],
            },
        ],
    }));
});

describe("Templates", () => {
    test("are found by a part of their key, and opened by their name", async () => {
        const visit = await tests.open("/t/maple/templates");
        const { page } = visit;
        await page.getByRole("link", { name: hostile }).waitFor();
        await page.getByLabel("Key or name", { exact: true }).fill("order");
        await page.keyboard.press("Enter");
        await page.getByRole("link", { name: hostile }).waitFor({ state: "detached" });
        expect(page.url()).toContain("search=order");
        await page.getByRole("link", { name: longName }).click();
        await page.getByRole("heading", { name: longName }).waitFor();
        expect(await page.evaluate(() => (window as { ran?: number }).ran)).toBeUndefined();
        expect(visit.errors).toEqual([]);
    });

    test("begin with a name, from which the key follows, and what is wrong stands beside its field", async () => {
        tests.service.on("post", "/api/v1/admin/templates", ({ body }) => {
            const { key, name } = body as { key: string; name: string };
            if (name === "") return { status: 422, body: { type: "urn:x", title: "x", status: 422, code: "validation_failed", errors: [{ pointer: "/name", code: "text_invalid", message: "A name has 1 to 200 characters." }] } };
            kept = { ...kept, key, name, publishedVersion: null };
            return { status: 201, body: kept };
        });
        const visit = await tests.open("/t/maple/templates");
        const { page } = visit;
        await page.getByRole("button", { name: "New template" }).click();
        const dialog = page.getByRole("dialog");
        await dialog.getByLabel("Name").waitFor();
        await page.keyboard.press("Enter");
        await dialog.getByText("A name has 1 to 200 characters.").waitFor();
        expect(await violations(page)).toEqual([]);
        await dialog.getByLabel("Name").fill("Été à Paris");
        await page.keyboard.press("Enter");
        await page.getByRole("heading", { name: "Été à Paris" }).waitFor();
        expect(page.url()).toContain("/templates/ete-a-paris");
    });

    test("say that there are none, with what to do", async () => {
        tests.service.answers("get", "/api/v1/admin/templates", () => ({ items: [] }));
        const visit = await tests.open("/t/maple/templates");
        await visit.page.getByText("No templates yet").waitFor();
    });

    test.each(ways)("have no violation, and nothing is cut off: %j", async (way) => {
        const visit = await tests.open("/t/maple/templates", way);
        await visit.page.getByRole("link", { name: longName }).waitFor();
        expect(await violations(visit.page)).toEqual([]);
        await expectNoOverflow(visit.page);
        expect(visit.errors).toEqual([]);
    });
});

describe("The editor", () => {
    // In place of the plain field that is there until the editor has come.
    const code = (page: Page, label: string) => page.locator(`[contenteditable][aria-label="${label}"]`);

    test("keeps what is typed, and shows what the service makes of it", async () => {
        const visit = await tests.open("/t/maple/templates/order-shipped");
        const { page } = visit;
        await page.getByRole("region", { name: "Preview" }).getByText("Your order A-1").waitFor();
        await page.getByLabel("Subject").fill("It is on its way: {{orderId}}");
        await page.getByRole("region", { name: "Preview" }).getByText("It is on its way: A-1").waitFor();
        expect((kept.contents as Written).email?.en?.subject).toBe("It is on its way: {{orderId}}");
        expect((kept.contents as Written).sms?.en?.text).toBe("Order {{orderId}}");
        await page.getByRole("region", { name: "Preview" }).getByText("Without a value: late").waitFor();
        expect(await page.evaluate(() => (window as { ran?: number }).ran)).toBeUndefined();
        expect(visit.errors).toEqual([]);
    });

    test("shows a mistake in its line, keeps the last good preview, and forgets the mistake when it is corrected", async () => {
        const visit = await tests.open("/t/maple/templates/order-shipped");
        const { page } = visit;
        await page.getByRole("region", { name: "Preview" }).getByText("Your order A-1").waitFor();
        await code(page, "HTML (en)").fill("{{#if}}");
        await page.getByRole("alert").getByText("'if' needs a value.").waitFor();
        expect(await violations(page)).toEqual([]);
        expect(await page.getByRole("button", { name: "Review and publish" }).isDisabled()).toBe(true);
        await page.getByRole("region", { name: "Preview" }).getByText("Your order A-1").waitFor();
        await code(page, "HTML (en)").fill("<p>Corrected</p>");
        await page.frameLocator("iframe").getByText("Corrected").waitFor();
        await page.getByText("'if' needs a value.").waitFor({ state: "detached" });
    });

    test("is left by Tab", async () => {
        const visit = await tests.open("/t/maple/templates/order-shipped");
        const { page } = visit;
        await code(page, "HTML (en)").focus();
        await page.keyboard.press("Tab");
        await page.waitForFunction(() => document.activeElement?.getAttribute("aria-label") === "Text (en)");
    });

    test("shows two languages beside each other, by an address of its own", async () => {
        const visit = await tests.open("/t/maple/templates/order-shipped");
        const { page } = visit;
        await page.getByLabel("Beside it").selectOption("fr");
        await code(page, "HTML (fr)").getByText("Bonjour").waitFor();
        await page.reload();
        await code(page, "HTML (fr)").getByText("Bonjour").waitFor();
        await page.getByLabel("Another language").fill("de");
        await page.keyboard.press("Enter");
        await code(page, "HTML (de)").getByText("Hello").waitFor();
        await expect.poll(() => Object.keys((kept.contents as Written).email ?? {}), { timeout: 30_000 }).toEqual(["en", "fr", "de"]);
    });

    test("publishes after showing which lines change", async () => {
        tests.service.answers("post", "/api/v1/admin/templates/{template}/publish", () => {
            kept = { ...kept, publishedVersion: 4, status: "published" };
            return kept;
        });
        const visit = await tests.open("/t/maple/templates/order-shipped");
        const { page } = visit;
        await page.getByRole("button", { name: "Review and publish" }).click();
        const dialog = page.getByRole("dialog", { name: "Publish version 4?" });
        await dialog.getByText("Your order").waitFor();
        await dialog.getByText("usual").waitFor();
        expect(await violations(page)).toEqual([]);
        await dialog.getByLabel("Note").fill("New footer");
        await dialog.getByRole("button", { name: "Publish", exact: true }).click();
        await dialog.waitFor({ state: "detached" });
        await page.getByText("Everything here is published.").waitFor();
        expect(tests.service.requests.find((request) => request.path.endsWith("/publish"))?.body).toEqual({ version: 4, note: "New footer" });
    });

    test("sends a test of this very version to one address", async () => {
        tests.service.answers("post", "/api/v1/admin/templates/{template}/test-send", () => ({ id: idOf(7), status: "queued", deliveries: [] }));
        const visit = await tests.open("/t/maple/templates/order-shipped");
        const { page } = visit;
        await page.getByRole("button", { name: "Send a test" }).click();
        const dialog = page.getByRole("dialog");
        await dialog.getByLabel("E-mail address").fill("ann@example.com");
        await page.keyboard.press("Enter");
        await dialog.getByRole("link", { name: "Watch it arrive" }).waitFor();
        expect(tests.service.requests.find((request) => request.path.endsWith("/test-send"))?.body).toEqual({ recipient: { email: "ann@example.com" }, data: { orderId: "A-1" }, channels: ["email"], locale: "en", version: 4 });
    });

    test("of a template that is not there says so", async () => {
        tests.service.on("get", "/api/v1/admin/templates/{template}", () => ({ status: 404, body: { type: "urn:x", title: "x", status: 404, code: "not_found" } }));
        const visit = await tests.open("/t/maple/templates/none");
        await visit.page.getByText("There is no such thing here.").waitFor();
    });

    test.each(ways.flatMap((way) => ["", "?beside=fr", "?channel=push", "?tab=versions&version=2"].map((place) => ({ ...way, place }))))("has no violation, and nothing is cut off: %j", async ({ place, ...way }) => {
        const visit = await tests.open(`/t/maple/templates/order-shipped${place}`, way);
        const { page } = visit;
        if (place.startsWith("?tab")) await page.getByText("+ <img").waitFor();
        else if (place === "?channel=push") await page.getByRole("button", { name: way.language === "fr" ? "L’écrire" : "Write it" }).waitFor();
        else await page.frameLocator("iframe").locator("p").first().waitFor();
        for (const details of await page.locator("details").all()) await details.evaluate((element: HTMLDetailsElement) => (element.open = true));
        expect(await violations(page)).toEqual([]);
        await expectNoOverflow(page);
        expect(await page.evaluate(() => (window as { ran?: number }).ran)).toBeUndefined();
        expect(visit.errors).toEqual([]);
    });
});

test("A version that was sent before is sent with again, and that is taken back with one press", async () => {
    tests.service.answers("post", "/api/v1/admin/templates/{template}/rollback", ({ body }) => {
        kept = { ...kept, publishedVersion: (body as { version: number }).version };
        return kept;
    });
    const visit = await tests.open("/t/maple/templates/order-shipped?tab=versions");
    const { page } = visit;
    await page.getByText("Note 3").waitFor();
    await page.getByRole("row").filter({ hasText: "Note 1" }).getByRole("button", { name: "Send with this again" }).click();
    await page.getByText("Version 1 is sent with again.").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Version 3 is sent with again.").waitFor();
    expect(kept.publishedVersion).toBe(3);
});
