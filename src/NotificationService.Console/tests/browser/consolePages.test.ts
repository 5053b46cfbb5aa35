import { beforeEach, describe, expect, test } from "vitest";
import type { Schema } from "../../src/console/api/client.ts";
import { at, ConsoleTests, idOf, ways } from "./console.ts";
import { expectNoOverflow, violations } from "./page.ts";

const tests = new ConsoleTests();

const longAddress = "bartholomew.featherstonehaugh-cholmondeley@subdivision.example.com";

describe("Suppressions", () => {
    let kept: Schema<"SuppressionResponse">[] = [];
    beforeEach(() => {
        kept = [
            { id: idOf(1), channel: "email", address: longAddress, scope: "all", reason: "complaint", code: "spam_report", deliveryId: idOf(9), createdAt: at },
            { id: idOf(2), channel: "sms", address: "+14155550100", scope: "all", reason: "manual", createdAt: at, expiresAt: "2027-01-01T00:00:00Z" },
        ];
        tests.service.answers("get", "/api/v1/admin/suppressions", ({ query }) => ({ items: kept.filter((one) => (!query.has("channel") || one.channel === query.get("channel")) && (!query.has("address") || one.address === query.get("address"))) }));
        tests.service.on("delete", "/api/v1/admin/suppressions/{id}", ({ params }) => {
            kept = kept.filter((one) => one.id !== params.id);
            return { status: 204 };
        });
        tests.service.on("post", "/api/v1/admin/suppressions", ({ body }) => {
            const { channel, address } = body as { channel: string; address: string };
            if (!address.includes("@")) return { status: 422, body: { type: "urn:x", title: "x", status: 422, code: "validation_failed", errors: [{ pointer: "/address", code: "email_invalid", message: "An e-mail address is written name@example.com." }] } };
            const added = { id: idOf(3), channel, address, scope: "all", reason: "manual", createdAt: at };
            kept = [added, ...kept];
            return { status: 201, body: added };
        });
    });

    test("are found by their address in the database, and the page's address keeps that", async () => {
        const visit = await tests.open("/t/maple/suppressions");
        const { page } = visit;
        await page.getByText(longAddress).waitFor();
        await page.getByLabel("Address", { exact: true }).fill("+14155550100");
        await page.keyboard.press("Enter");
        await page.getByText(longAddress).waitFor({ state: "detached" });
        await page.reload();
        await page.getByText("+14155550100").first().waitFor();
        expect(await page.getByText(longAddress).count()).toBe(0);
    });

    test("say what an opt-out stops, and by what it was said", async () => {
        kept = [
            { id: idOf(5), channel: "email", address: "ann@example.com", scope: "category:offers", reason: "unsubscribe", code: "one_click", createdAt: at },
            { id: idOf(6), channel: "email", address: "bob@example.com", scope: "marketing", reason: "unsubscribe", code: "unsubscribe_page", createdAt: at },
            { id: idOf(7), channel: "email", address: "cy@example.com", scope: "vendor_group:1042", reason: "unsubscribe", code: "group_unsubscribe", createdAt: at },
            { id: idOf(8), channel: "sms", address: "+14155550100", scope: "all", reason: "manual", createdAt: at },
        ];
        const { page } = await tests.open("/t/maple/suppressions");
        const row = (address: string) => page.getByRole("row").filter({ hasText: address });
        await row("ann@example.com").getByText("“offers”").waitFor();
        await row("ann@example.com").getByText("one_click").waitFor();
        await row("bob@example.com").getByText("Marketing").waitFor();
        await row("cy@example.com").getByText("Group 1042").waitFor();
        await row("+14155550100").getByText("Everything").waitFor();
        expect(await page.getByRole("row").filter({ hasText: "@example.com" }).getByText("By hand").count()).toBe(0);
    });

    test("are added, with what is wrong beside the field", async () => {
        const visit = await tests.open("/t/maple/suppressions");
        const { page } = visit;
        await page.getByRole("button", { name: "Suppress an address" }).click();
        const dialog = page.getByRole("dialog");
        await dialog.getByLabel("Address").fill("ann");
        await page.keyboard.press("Enter");
        await dialog.getByText("An e-mail address is written").waitFor();
        expect(await violations(page)).toEqual([]);
        await dialog.getByLabel("Address").fill("ann@example.com");
        await page.keyboard.press("Enter");
        await dialog.waitFor({ state: "detached" });
        await page.getByText("ann@example.com").waitFor();
    });

    test("are taken back after a plain question, which warns where somebody complained", async () => {
        const visit = await tests.open("/t/maple/suppressions");
        const { page } = visit;
        await page.getByRole("button", { name: `Allow ${longAddress} again` }).click();
        const dialog = page.getByRole("dialog", { name: "Write to this address again?" });
        await dialog.getByText("This person asked not to be written to.").waitFor();
        await dialog.getByRole("button", { name: "Leave as it is" }).click();
        await dialog.waitFor({ state: "detached" });
        expect(kept).toHaveLength(2);
        await page.getByRole("button", { name: `Allow ${longAddress} again` }).click();
        await dialog.getByRole("button", { name: "Allow again" }).click();
        // The dialog names the address, too, until it has closed.
        await dialog.waitFor({ state: "detached" });
        await page.getByRole("cell", { name: longAddress, exact: true }).waitFor({ state: "detached" });
        expect(kept).toHaveLength(1);
    });

    test.each(ways)("have no violation, and nothing is cut off: %j", async (way) => {
        const visit = await tests.open("/t/maple/suppressions", way);
        await visit.page.getByText(longAddress).first().waitFor();
        expect(await violations(visit.page)).toEqual([]);
        await expectNoOverflow(visit.page);
        expect(visit.errors).toEqual([]);
    });
});

describe("The sandbox", () => {
    const mail = `<html><head><style>p{color:#333}</style></head><body style="margin:0;background:#f4f4f7"><p style="font-weight:bold" onclick="parent.ran=1">Hello</p><script>parent.ran=1</script><img src="https://tracker.example/x.gif"></body></html>`;
    const message = (number: number, of: Partial<Schema<"SandboxMessageResponse">>): Schema<"SandboxMessageResponse"> => ({
        id: idOf(number),
        notificationId: idOf(number),
        deliveryId: idOf(number),
        attempt: 1,
        channel: "email",
        to: longAddress,
        message: { subject: "Your order is on its way", html: mail, text: "Hello" } as never,
        outcome: "bounce",
        createdAt: at,
        live: true,
        ...of,
    });
    const text = { text: "123456 is your code." } as never;

    beforeEach(() => {
        tests.service.answers("get", "/api/v1/admin/sandbox/messages", ({ query }) => ({ items: [message(1, {}), message(2, { channel: "sms", to: "+14155550100", message: text })].filter((one) => !query.has("channel") || one.channel === query.get("channel")) }));
    });

    test("shows the newest as its recipient sees it, and any other at a press, by an address of its own", async () => {
        const visit = await tests.open("/t/maple/sandbox");
        const { page } = visit;
        const frame = page.frameLocator("iframe");
        await frame.getByText("Hello").waitFor();
        expect(await frame.getByText("Hello").evaluate((element) => [getComputedStyle(element).fontWeight, getComputedStyle(element).color])).toEqual(["700", "rgb(51, 51, 51)"]);
        expect(await page.evaluate(() => (window as { ran?: number }).ran)).toBeUndefined();
        await page.getByRole("button", { name: "+14155550100" }).click();
        await page.getByRole("region", { name: "Preview" }).getByText("123456 is your code.").waitFor();
        await page.reload();
        await page.getByRole("region", { name: "Preview" }).getByText("123456 is your code.").waitFor();
        expect(new URL(page.url()).searchParams.get("message")).toBe(idOf(2));
    });

    test("is empty with a reason", async () => {
        tests.service.answers("get", "/api/v1/admin/sandbox/messages", () => ({ items: [] }));
        const visit = await tests.open("/t/maple/sandbox");
        await visit.page.getByText("Nothing in the sandbox").waitFor();
    });

    test.each(ways)("has no violation, and nothing is cut off: %j", async (way) => {
        tests.service.answers("get", "/api/v1/admin/sandbox/messages", () => ({ items: [message(1, { message: { subject: longAddress, html: "<p style='color:#222'>Hello</p>" } as never }), message(2, { channel: "push", message: { title: longAddress, body: "x" } as never })], nextCursor: "x" }));
        const visit = await tests.open("/t/maple/sandbox", way);
        await visit.page.frameLocator("iframe").getByText("Hello").waitFor();
        expect(await violations(visit.page)).toEqual([]);
        await expectNoOverflow(visit.page);
        expect(visit.errors).toEqual([]);
    });
});

describe("The audit log", () => {
    const hostile = `"><script>window.ran=1</script>`;
    const entry = (number: number, of: Partial<Schema<"AuditEntryResponse">> = {}): Schema<"AuditEntryResponse"> => ({
        id: idOf(number),
        at: new Date(Date.now() - number * 60_000).toISOString(),
        actor: { kind: "user", id: idOf(90), name: "Ann Example" },
        action: "template.published",
        target: "template/order-shipped",
        from: { ip: "203.0.113.7", userAgent: hostile },
        before: { version: 2 },
        after: { version: 3, name: hostile },
        sequence: number,
        hash: "19a64c35d630c5a23db06ef92a538f757491b470a7eaa981f6e5f76dd3a64762",
        ...of,
    });

    beforeEach(() =>
        tests.service.answers("get", "/api/v1/admin/audit-log", ({ query }) => ({ items: [entry(1), entry(2, { action: "service_account.rotated", target: `service_account/${longAddress}`, actor: { kind: "system" }, from: {} })].filter((one) => !query.has("action") || one.action === query.get("action")) })),
    );

    test("opens an entry with what was before and after, by an address of its own, and closes to the list", async () => {
        const visit = await tests.open("/t/maple/audit-log");
        const { page } = visit;
        await page.getByRole("button", { name: "template.published" }).click();
        const dialog = page.getByRole("dialog", { name: "template.published" });
        await dialog.getByText('"version": 3').waitFor();
        expect(await violations(page)).toEqual([]);
        await page.reload();
        await dialog.getByText('"version": 2').waitFor();
        await page.keyboard.press("Escape");
        await dialog.waitFor({ state: "detached" });
        expect(new URL(page.url()).search).toBe("");
        expect(await page.evaluate(() => (window as { ran?: number }).ran)).toBeUndefined();
    });

    test("is verified, and says where it does not hold", async () => {
        let valid = true;
        tests.service.answers("post", "/api/v1/admin/audit-log/verify", () => ({ valid, entries: 54, ...(!valid && { firstBroken: { sequence: 17, id: idOf(17) } }) }));
        const visit = await tests.open("/t/maple/audit-log");
        const { page } = visit;
        await page.getByRole("button", { name: "Verify the log" }).click();
        await page.getByText("The log is whole: 54 entries were verified.").waitFor();
        valid = false;
        await page.getByRole("button", { name: "Verify the log" }).click();
        await page.getByText("entry 17 is the first that does not fit").waitFor();
    });

    test("is searched by a field of the database, in the address", async () => {
        const visit = await tests.open("/t/maple/audit-log");
        const { page } = visit;
        await page.getByLabel("Action", { exact: true }).fill("service_account.rotated");
        await page.keyboard.press("Enter");
        await page.getByRole("button", { name: "template.published" }).waitFor({ state: "detached" });
        expect(page.url()).toContain("action=service_account.rotated");
        await page.getByRole("button", { name: "Remove the filter Action" }).click();
        await page.getByRole("button", { name: "template.published" }).waitFor();
    });

    test.each(ways)("has no violation, and nothing is cut off: %j", async (way) => {
        const visit = await tests.open("/t/maple/audit-log", way);
        await visit.page.getByRole("button", { name: "template.published" }).waitFor();
        expect(await violations(visit.page)).toEqual([]);
        await expectNoOverflow(visit.page);
        expect(visit.errors).toEqual([]);
    });
});
