import { beforeEach, describe, expect, test } from "vitest";
import { delivery, notification } from "../console/examples.ts";
import { at, ConsoleTests, idOf, problem, ways } from "./console.ts";
import { expectNoOverflow, violations } from "./page.ts";

const tests = new ConsoleTests();

const longName = "Bartholomew Featherstonehaugh-Cholmondeley of Saint Albans-on-the-Wold";
const hostile = `<p style="color:red">Hello<img src=x onerror="parent.ran=1"></p><script>parent.ran=1</script>`;

beforeEach(async () => {
    tests.service.answers("get", "/api/v1/services/notifications", ({ query }) => {
        const counts: Record<string, number> = { failed: 3, bounced: 0, queued: 12 };
        const status = query.get("status");
        return {
            items: status === null && query.get("limit") !== "1" ? [{ id: idOf(1), status: "failed", priority: "normal", live: true, recipient: { name: longName }, template: { key: "order-shipped", version: 1 }, createdAt: at, deliveries: [] }] : [],
            pagination: { page: 1, limit: 1, hasNext: false, hasPrev: false, total: status === null ? 10_000 : (counts[status] ?? 0), totalIsExact: status !== null },
        };
    });
    tests.service.answers("get", "/api/v1/admin/dead-letters", () => ({ items: [], pagination: { page: 1, limit: 100, hasNext: false, hasPrev: false, total: 0, totalIsExact: true } }));
    tests.service.answers("get", "/api/v1/admin/providers", () => ({ items: [provider()] }));
    tests.service.answers("get", "/api/v1/admin/webhook-endpoints", () => ({ items: [] }));
    tests.service.answers("get", "/api/v1/admin/templates", () => ({
        items: [
            { id: idOf(20), key: "order-shipped", name: longName, publishedVersion: 3, createdAt: at, updatedAt: at },
            { id: idOf(21), key: "new", name: "New", createdAt: at, updatedAt: at },
        ],
    }));
    tests.service.answers("get", "/api/v1/admin/templates/{template}", () => ({
        id: idOf(20),
        key: "order-shipped",
        name: longName,
        version: 3,
        status: "published",
        publishedVersion: 3,
        channels: ["email", "sms"],
        contents: {},
        variables: { email: ["orderId"], sms: ["orderId"] } as never,
        createdAt: at,
        updatedAt: at,
    }));
    tests.service.on("post", "/api/v1/services/notifications/send", ({ body, query }) => {
        const { data, recipient } = body as { data: Record<string, string>; recipient: Record<string, string> };
        if (data.orderId === undefined) return problem(422, "validation_failed", [{ pointer: "/data/orderId", code: "variable_missing", message: "The template needs the variable 'orderId'." }]);
        if (!recipient.email?.includes("@")) return problem(422, "validation_failed", [{ pointer: "/recipient/email", code: "email_invalid", message: "An e-mail address is written name@example.com." }]);
        if (query.get("dryRun") === "true")
            return {
                status: 200,
                body: {
                    dryRun: true,
                    status: "queued",
                    deliveries: [
                        { channel: "email", status: "queued", locale: "en", content: { subject: `Order ${data.orderId}`, html: hostile, text: "Hello" } },
                        { channel: "sms", status: "failed", failure: { kind: "no_address", code: "no_address", message: "the recipient has no phone" } },
                    ],
                    explain: [{ code: "priority", message: "priority normal" }],
                },
            };
        return { status: 202, body: { id: idOf(7), status: "queued", deliveries: [{ id: idOf(8), channel: "email", status: "queued" }] } };
    });
});

const provider = (of: object = {}) => ({ id: idOf(30), channel: "email", type: "sendgrid", name: "SendGrid main", priority: 10, weight: 100, enabled: true, credentials: {}, settings: {}, usable: true, createdAt: at, updatedAt: at, ...of });
const letter = (number: number) => ({ id: idOf(number), notificationId: idOf(number), channel: "sms", priority: "normal", attempts: 3, ambiguous: number === 41, failure: { kind: "permanent", code: "30006", message: "the number is a landline", provider: "Twilio main" }, failedAt: at, live: true });

describe("The overview", () => {
    test("says so when nothing needs anybody, and each figure opens what it counts", async () => {
        const visit = await tests.open("/t/maple");
        const { page } = visit;
        await page.getByText("Nothing needs you.").waitFor();
        await page.getByRole("link", { name: "Accepted 10,000+" }).waitFor();
        await page.getByRole("link", { name: "Failed 3" }).click();
        await page.waitForURL(/notifications\?status=failed/);
    });

    test("requeues exactly the dead letters that it showed", async () => {
        let letters = [letter(41), letter(42)];
        tests.service.answers("get", "/api/v1/admin/dead-letters", () => ({ items: letters, pagination: { page: 1, limit: 100, hasNext: false, hasPrev: false, total: letters.length, totalIsExact: true } }));
        tests.service.answers("post", "/api/v1/admin/dead-letters/requeue", ({ body }) => {
            const { ids } = body as { ids: string[] };
            letters = letters.filter((one) => !ids.includes(one.id));
            return { requeued: ids.length, deliveries: [] };
        });
        const visit = await tests.open("/t/maple");
        const { page } = visit;
        await page.getByText("2 deliveries by SMS failed for good: the number is a landline").waitFor();
        // One more has failed since the page was read.
        letters.push(letter(43));
        await page.getByRole("button", { name: "Requeue 2" }).click();
        const dialog = page.getByRole("dialog", { name: "Send them again?" });
        await dialog.getByText("Some of them may have been sent already").waitFor();
        expect(await violations(page)).toEqual([]);
        await dialog.getByRole("button", { name: "Requeue 2" }).click();
        await page.getByText("1 delivery by SMS failed for good").waitFor();
        expect(tests.service.requests.find((request) => request.path.endsWith("/requeue"))?.body).toEqual({ ids: [idOf(41), idOf(42)] });
    });

    test("tests a suspended provider and switches an endpoint on, where they are named", async () => {
        let disabledAt: string | undefined = at;
        tests.service.answers("get", "/api/v1/admin/providers", () => ({ items: [provider({ parked: { code: "credentials", message: "SendGrid refused the key.", since: at } })] }));
        tests.service.answers("post", "/api/v1/admin/providers/{id}/test", () => ({ ok: false, message: "401 from SendGrid" }));
        const endpoint = () => ({ id: idOf(50), url: "https://hooks.example.com/notify", events: ["delivery.*"], enabled: disabledAt === undefined, payload: "full", headers: {}, filters: {}, secrets: [], failures: 9, createdAt: at, updatedAt: at, ...(disabledAt && { disabledAt, disabledReason: "410 Gone" }) });
        tests.service.answers("get", "/api/v1/admin/webhook-endpoints", () => ({ items: [endpoint()] }) as never);
        tests.service.on("patch", "/api/v1/admin/webhook-endpoints/{id}", ({ body }) => {
            expect(body).toEqual({ enabled: true });
            disabledAt = undefined;
            return { status: 200, body: endpoint() };
        });
        const visit = await tests.open("/t/maple");
        const { page } = visit;
        await page.getByRole("button", { name: "Test again" }).click();
        await page.getByText("Still not: 401 from SendGrid").waitFor();
        await page.getByRole("button", { name: "Switch on again" }).click();
        await page.getByText("The webhook endpoint https://hooks.example.com/notify was switched off.").waitFor({ state: "detached" });
    });

    test("asks nothing that the reader's role may not see", async () => {
        tests.service.roles = ["viewer"];
        const visit = await tests.open(`/t/${"01890a5d-ac96-774b-bcce-b302099a8000"}`);
        await visit.page.getByRole("link", { name: "Failed 3" }).waitFor();
        expect(tests.service.requests.filter((request) => request.path.includes("/admin/"))).toEqual([]);
        expect(await visit.page.getByRole("link", { name: "Send", exact: true }).count()).toBe(0);
    });

    test.each(ways)("has no violation, and nothing is cut off: %j", async (way) => {
        tests.service.answers("get", "/api/v1/admin/dead-letters", () => ({ items: [letter(41), letter(42)], pagination: { page: 1, limit: 100, hasNext: true, hasPrev: false, total: 300, totalIsExact: true } }));
        tests.service.answers("get", "/api/v1/admin/providers", () => ({ items: [provider({ name: longName, usable: false, problem: "The API key is missing." }), provider({ id: idOf(31) })] }));
        const visit = await tests.open("/t/maple", way);
        await visit.page.getByRole("link", { name: longName }).waitFor();
        await visit.page.getByText("30006").waitFor();
        expect(await violations(visit.page)).toEqual([]);
        await expectNoOverflow(visit.page);
        expect(visit.errors).toEqual([]);
    });
});

describe("Sending", () => {
    test("asks for what the template needs, shows what would be sent, and sends it once", async () => {
        const visit = await tests.open("/t/maple/send");
        const { page } = visit;
        await page.getByLabel("Template", { exact: true }).selectOption("order-shipped");
        await page.getByLabel("E-mail address").fill("ann@example.com");
        await page.getByLabel("orderId").fill("A-1009");
        await page.getByText("Order A-1009").waitFor();
        await page.getByText("the recipient has no phone").waitFor();
        await page.frameLocator("iframe").getByText("Hello").waitFor();
        expect(await page.evaluate(() => (window as { ran?: number }).ran)).toBeUndefined();
        expect(tests.service.requests.some((request) => request.path.endsWith("/send") && request.query.get("dryRun") !== "true")).toBe(false);
        await page.locator("form").getByRole("button", { name: "Send" }).click();
        await page.getByRole("link", { name: "Watch it arrive" }).waitFor();
        expect(tests.service.requests.filter((request) => request.path.endsWith("/send") && request.query.get("dryRun") !== "true").map((request) => request.body)).toEqual([{ template: "order-shipped", recipient: { email: "ann@example.com" }, data: { orderId: "A-1009" } }]);
        expect(page.url()).toContain("template=order-shipped");
        expect(visit.errors).toEqual([]);
    });

    test("puts what is wrong beside its field", async () => {
        const visit = await tests.open("/t/maple/send?template=order-shipped");
        const { page } = visit;
        await page.getByLabel("E-mail address").fill("ann");
        await page.locator("form").getByRole("button", { name: "Send" }).click();
        await page.getByLabel("orderId").and(page.locator('[aria-invalid="true"]')).waitFor();
        await page.getByLabel("orderId").fill("A-1");
        await page.getByLabel("E-mail address").and(page.locator('[aria-invalid="true"]')).waitFor();
        expect(await violations(page)).toEqual([]);
    });

    test("is the same request from a program", async () => {
        const visit = await tests.open("/t/maple/send?template=order-shipped");
        const { page } = visit;
        await page.getByLabel("E-mail address").fill("ann@example.com");
        await page.getByLabel("The same from a program").selectOption("typescript");
        await page.getByText('"email": "ann@example.com"').waitFor();
    });

    test("needs the template's key from an operator, who may not read templates", async () => {
        tests.service.roles = ["operator"];
        const visit = await tests.open(`/t/${"01890a5d-ac96-774b-bcce-b302099a8000"}/send?template=order-shipped`);
        const { page } = visit;
        await page.getByLabel("E-mail address").fill("ann@example.com");
        await page.getByLabel("orderId").fill("A-1");
        await page.getByText("Order A-1").waitFor();
        expect(tests.service.requests.filter((request) => request.path.includes("/admin/templates"))).toEqual([]);
    });

    test.each(ways)("has no violation, and nothing is cut off: %j", async (way) => {
        const visit = await tests.open("/t/maple/send?template=order-shipped", way);
        const { page } = visit;
        await page.locator('input[type="email"]').fill("ann@example.com");
        await page.getByLabel("orderId").fill("A-1009");
        await page.getByText("Order A-1009").waitFor();
        for (const details of await page.locator("details").all()) await details.evaluate((element: HTMLDetailsElement) => (element.open = true));
        expect(await violations(page)).toEqual([]);
        await expectNoOverflow(page);
        expect(visit.errors).toEqual([]);
    });
});

test("What was sent is watched on its own page until it has arrived", async () => {
    let looks = 0;
    const status = () => (looks > 1 ? "delivered" : "sent");
    tests.service.answers("get", "/api/v1/services/notifications/{id}", () => {
        looks++;
        return notification({ id: idOf(7), status: status(), createdAt: new Date().toISOString(), deliveries: [delivery({ status: status() })] });
    });
    tests.service.answers("get", "/api/v1/services/notifications/{id}/timeline", () => ({ items: [] }));
    tests.service.answers("get", "/api/v1/services/notifications/{id}/explain", () => ({ id: idOf(7), status: status(), explain: [] }));
    const visit = await tests.open(`/t/maple/notifications/${idOf(7)}`);
    await visit.page.getByText("A provider has it.").waitFor();
    await visit.page.getByText("It arrived: E-mail.").waitFor();
});
