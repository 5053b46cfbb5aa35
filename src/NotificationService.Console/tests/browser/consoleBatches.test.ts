import type { Page } from "playwright-core";
import { beforeEach, describe, expect, test } from "vitest";
import type { Batch } from "../../src/console/batches/queries.ts";
import { at, ConsoleTests, idOf, ways } from "./console.ts";
import { expectNoOverflow, violations } from "./page.ts";

const tests = new ConsoleTests();

const hostile = `"><img src=x onerror="window.ran=1"><script>window.ran=1</script>`;
const longName = "monthly-statements-of-all-tenants-of-saint-albans-on-the-wold-2026-11";
const root = "/api/v1/services/notifications/batches";

const batchOf = (number: number, of: Partial<Batch> = {}): Batch => ({
    id: idOf(number),
    status: "processing",
    reference: "november-sale",
    live: true,
    createdAt: at,
    completedAt: at,
    chunks: 12,
    accepted: 12_000,
    rejected: 3,
    repeated: 40,
    deliveries: { total: 12_000, pending: 2_000, sent: 6_000, delivered: 3_800, read: 100, failed: 2, bounced: 0, suppressed: 90, cancelled: 0, expired: 8 },
    progress: 0.83,
    ratePerSecond: 95.5,
    etaSeconds: 21,
    ...of,
});
const notification = (number: number, status: string) => ({ id: idOf(number), status, priority: "normal", live: true, reference: `A-${number}`, recipient: { name: hostile, email: "ann@example.com" }, createdAt: at, deliveries: [{ id: idOf(number + 500), channel: "email", status }] });

let batch: Batch;
beforeEach(async () => {
    batch = batchOf(1);
    tests.service.answers("get", root, ({ query }) => ({
        items: [batch, batchOf(2, { reference: longName, status: "open", live: false }), batchOf(3, { reference: null, status: "completed", deliveries: { ...batch.deliveries, pending: 0 }, etaSeconds: null })].filter((one) => !query.has("status") || one.status === query.get("status")),
    }));
    tests.service.answers("get", `${root}/{id}`, () => batch);
    tests.service.answers("get", `${root}/{id}/notifications`, ({ query }) => ({ items: [notification(20, "delivered"), notification(21, "failed"), notification(22, "failed")].filter((one) => !query.has("status") || one.status === query.get("status")) }));
    tests.service.answers("post", `${root}/{id}/cancel`, () => {
        batch = { ...batch, status: "cancelled" };
        return batch;
    });
    tests.service.answers("post", "/api/v1/admin/dead-letters/requeue", ({ body }) => {
        batch = { ...batch, deliveries: { ...batch.deliveries, failed: 0 } };
        return { requeued: (body as { ids: string[] }).ids.length, deliveries: [] };
    });
});
const ran = (page: Page) => page.evaluate(() => (window as { ran?: number }).ran);

describe("Batches", () => {
    test("are listed with how far they are, and filtered in the address", async () => {
        const visit = await tests.open("/t/maple/batches");
        const { page } = visit;
        await page.getByText("21 secs left").first().waitFor();
        await page.getByLabel("Status").selectOption("Open");
        await page.getByRole("link", { name: "november-sale" }).waitFor({ state: "detached" });
        await page.reload();
        await page.getByRole("link", { name: longName }).click();
        await page.waitForURL(`**/batches/${idOf(2)}`);
    });

    test("of none say where they come from", async () => {
        tests.service.answers("get", root, () => ({ items: [] }));
        const visit = await tests.open("/t/maple/batches");
        await visit.page.getByText("A program opens one with send-batch").waitFor();
        expect(await violations(visit.page)).toEqual([]);
    });

    test.each(ways)("have no violation, and nothing is cut off: %j", async (way) => {
        const visit = await tests.open("/t/maple/batches", way);
        await visit.page.getByRole("link", { name: longName }).waitFor();
        expect(await violations(visit.page)).toEqual([]);
        await expectNoOverflow(visit.page);
        expect(visit.errors).toEqual([]);
    });
});

describe("A batch", () => {
    test("is cancelled after a plain question", async () => {
        const visit = await tests.open(`/t/maple/batches/${idOf(1)}`);
        const { page } = visit;
        await page.getByText("10,000 of 12,000 deliveries have ended").waitFor();
        await page.getByRole("button", { name: "Cancel" }).click();
        const dialog = page.getByRole("dialog", { name: "Cancel this batch?" });
        expect(await violations(page)).toEqual([]);
        await dialog.getByRole("button", { name: "Cancel the batch" }).click();
        await dialog.waitFor({ state: "detached" });
        await page.getByText("Cancelled", { exact: true }).first().waitFor();
        expect(await page.getByRole("button", { name: "Cancel", exact: true }).count()).toBe(0);
    });

    test("puts exactly its own failed deliveries back", async () => {
        const visit = await tests.open(`/t/maple/batches/${idOf(1)}`);
        const { page } = visit;
        await page.getByRole("button", { name: "Retry 2 that failed" }).click();
        await page.getByText("deliveries are queued again.").waitFor();
        const asked = tests.service.requests.find((request) => request.path.endsWith("/requeue"))!;
        expect(new Set((asked.body as { ids: string[] }).ids)).toEqual(new Set([idOf(521), idOf(522)]));
    });

    test("has its notifications by status, in the address, each leading to its page", async () => {
        const visit = await tests.open(`/t/maple/batches/${idOf(1)}?status=failed`);
        const { page } = visit;
        await page.getByText("A-21").waitFor();
        expect(await page.getByText("A-20").count()).toBe(0);
        await page.getByRole("link", { name: hostile }).first().click();
        await page.waitForURL(`**/notifications/${idOf(21)}`);
        expect(await ran(page)).toBeUndefined();
    });

    test("offers a viewer nothing to change", async () => {
        tests.service.roles = ["viewer"];
        const visit = await tests.open(`/t/maple/batches/${idOf(1)}`);
        await visit.page.getByText("A-21").waitFor();
        expect(await visit.page.getByRole("button", { name: /Cancel|Retry/ }).count()).toBe(0);
    });

    test("that is not there says so, and leads back", async () => {
        tests.service.on("get", `${root}/{id}`, () => ({ status: 404, body: { type: "urn:x", title: "x", status: 404, code: "not_found" } }));
        const visit = await tests.open(`/t/maple/batches/${idOf(9)}`);
        await visit.page.getByText("There is no such thing here.").waitFor();
        await visit.page.getByRole("main").getByRole("link", { name: "Batches" }).click();
        await visit.page.waitForURL(/\/batches$/);
    });

    test.each(ways)("has no violation, and nothing is cut off: %j", async (way) => {
        batch = batchOf(1, { reference: longName, status: "open" });
        const visit = await tests.open(`/t/maple/batches/${idOf(1)}`, way);
        await visit.page.getByText("A-21").first().waitFor();
        expect(await violations(visit.page)).toEqual([]);
        await expectNoOverflow(visit.page);
        expect(visit.errors).toEqual([]);
        expect(await ran(visit.page)).toBeUndefined();
    });
});
