import type { Page } from "playwright-core";
import { beforeEach, describe, expect, test } from "vitest";
import type { Schema } from "../../src/console/api/client.ts";
import { at, ConsoleTests, idOf, problem, ways } from "./console.ts";
import { expectNoOverflow, violations } from "./page.ts";

const tests = new ConsoleTests();

const longName = "The mail server in the cellar that nobody but Bartholomew dares to touch";
const hostile = `"><img src=x onerror="window.ran=1"><script>window.ran=1</script>`;
const ran = (page: Page) => page.evaluate(() => (window as { ran?: number }).ran);

describe("Providers", () => {
    let kept: Schema<"ConfiguredProviderResponse">[];
    const field = (pointer: string, of: Partial<Schema<"ProviderFieldResponse">> = {}): Schema<"ProviderFieldResponse"> => ({ pointer, kind: "text", secret: pointer.startsWith("/credentials/"), required: false, ...of });
    const types: Schema<"ProviderTypeResponse">[] = [
        {
            type: "smtp",
            channels: ["email"],
            fields: [field("/settings/host", { required: true }), field("/settings/tls", { kind: "choice", choices: ["none", "starttls", "required"], default: "required" }), field("/credentials/password"), field("/settings/from/email", { kind: "email", required: true }), field("/settings/from/name")],
        },
        { type: "sendgrid", channels: ["email"], fields: [field("/credentials/apiKey", { required: true }), field("/settings/categories", { kind: "texts", max: 9 })], callback: { path: "/webhooks/sendgrid/{providerId}", place: "SendGrid › Event Webhook" } },
        { type: "twilio", channels: ["sms"], fields: [field("/settings/maxSegments", { kind: "number", default: "10" })] },
        { type: "whatsapp_cloud", channels: ["whatsapp"], fields: [field("/credentials/accessToken", { required: true }), field("/settings/phoneNumberId", { required: true })] },
    ];
    const provider = (number: number, of: Partial<Schema<"ConfiguredProviderResponse">>): Schema<"ConfiguredProviderResponse"> => ({
        id: idOf(number),
        channel: "email",
        type: "smtp",
        name: longName,
        priority: number,
        weight: 100,
        enabled: true,
        credentials: { username: "mai…ler", password: "••••1f2a" },
        settings: { host: "smtp.example.com", from: { email: "orders@example.com" }, unsubscribe: { email: "off@example.com" } } as never,
        usable: true,
        createdAt: at,
        updatedAt: at,
        ...of,
    });
    beforeEach(() => {
        kept = [
            provider(10, {}),
            provider(20, { type: "sendgrid", name: "SendGrid", credentials: { apiKey: "SG.…abcd" }, settings: {} as never, parked: { code: "credentials", message: `SendGrid refused the key ${hostile}`, since: at } }),
            provider(30, { channel: "sms", type: "twilio", name: "Twilio main", enabled: false, credentials: {}, settings: {} as never }),
        ];
        tests.service.answers("get", "/api/v1/admin/providers", () => ({ items: kept }));
        tests.service.answers("get", "/api/v1/admin/provider-types", () => ({ items: types }));
        tests.service.on("patch", "/api/v1/admin/providers/{id}", ({ params, body }) => {
            const change = body as Partial<Schema<"ConfiguredProviderResponse">>;
            if (change.name === "") return problem(422, "validation_failed", [{ pointer: "/name", code: "text_invalid", message: "A name has 1 to 100 characters." }]);
            kept = kept.map((one) => (one.id === params.id ? { ...one, ...change, credentials: one.credentials } : one));
            return { status: 200, body: kept.find((one) => one.id === params.id) };
        });
    });

    test("are tested where they stand, and say what the vendor said as text", async () => {
        tests.service.answers("post", "/api/v1/admin/providers/{id}/test", () => ({ ok: false, message: `550 ${hostile}` }));
        const visit = await tests.open("/t/maple/providers");
        const { page } = visit;
        const row = page.getByRole("listitem").filter({ hasText: longName });
        await row.getByText("100% of the traffic now").waitFor();
        await row.getByRole("button", { name: "Test" }).click();
        await row.getByText(`550 ${hostile}`).waitFor();
        expect(await ran(page)).toBeUndefined();
        expect(visit.errors).toEqual([]);
    });

    test("are put into another order by buttons", async () => {
        const visit = await tests.open("/t/maple/providers");
        const { page } = visit;
        await page.getByRole("button", { name: "Try SendGrid earlier" }).click();
        await page.getByRole("listitem").filter({ hasText: "SendGrid" }).and(page.locator(":first-child")).waitFor();
        expect(kept.map((one) => one.priority)).toEqual([20, 10, 30]);
    });

    test("are changed by an address of their own; what is not written anew stays, also what the form does not know", async () => {
        const visit = await tests.open(`/t/maple/providers?provider=${idOf(10)}`);
        const { page } = visit;
        const dialog = page.getByRole("dialog");
        await dialog.getByLabel("from.name").fill("Orders");
        await dialog.getByLabel("Name", { exact: true }).fill("");
        await dialog.getByRole("button", { name: "Save" }).click();
        await dialog.getByText("A name has 1 to 100 characters.").waitFor();
        expect(await violations(page)).toEqual([]);
        await dialog.getByLabel("Name", { exact: true }).fill("Cellar");
        await dialog.getByLabel("password").fill("new one");
        await dialog.getByRole("button", { name: "Save" }).click();
        await dialog.waitFor({ state: "detached" });
        await page.getByRole("link", { name: "Cellar" }).waitFor();
        expect(tests.service.requests.filter((request) => request.method === "PATCH").at(-1)?.body).toEqual({
            name: "Cellar",
            priority: 10,
            weight: 100,
            enabled: true,
            credentials: { password: "new one" },
            settings: { host: "smtp.example.com", from: { email: "orders@example.com", name: "Orders" }, unsubscribe: { email: "off@example.com" } },
        });
    });

    test("say where they report to, and are deleted after a question", async () => {
        tests.service.on("delete", "/api/v1/admin/providers/{id}", ({ params }) => {
            kept = kept.filter((one) => one.id !== params.id);
            return { status: 204 };
        });
        const visit = await tests.open(`/t/maple/providers?provider=${idOf(20)}`);
        const { page } = visit;
        const dialog = page.getByRole("dialog", { name: "SendGrid" });
        await dialog.getByText(`${tests.service.url}/webhooks/sendgrid/${idOf(20)}`).waitFor();
        await dialog.getByRole("button", { name: "Delete" }).click();
        await page.getByRole("dialog", { name: "Delete this provider?" }).getByRole("button", { name: "Delete" }).click();
        await page.getByRole("link", { name: "SendGrid" }).waitFor({ state: "detached" });
    });

    test("are added with the fields of their type", async () => {
        tests.service.on("post", "/api/v1/admin/providers", ({ body }) => {
            const made = provider(40, { ...(body as object), credentials: {} });
            kept = [...kept, made];
            return { status: 201, body: made };
        });
        const visit = await tests.open("/t/maple/providers");
        const { page } = visit;
        await page.getByRole("button", { name: "Add a provider" }).click();
        const dialog = page.getByRole("dialog");
        await dialog.getByLabel("Channel").selectOption("whatsapp");
        await dialog.getByLabel("Type").selectOption("whatsapp_cloud");
        await dialog.getByLabel("Name", { exact: true }).fill("Meta");
        await dialog.getByLabel("phoneNumberId").fill("123");
        await dialog.getByLabel("accessToken").fill("secret");
        await dialog.getByRole("button", { name: "Add a provider" }).click();
        await page.getByRole("link", { name: "Meta" }).waitFor();
        expect(tests.service.requests.find((request) => request.method === "POST" && request.path.endsWith("/providers"))?.body).toMatchObject({ channel: "whatsapp", type: "whatsapp_cloud", settings: { phoneNumberId: "123" }, credentials: { accessToken: "secret" } });
    });

    test("are added with lists and choices as the API takes them, and nothing that was not written", async () => {
        tests.service.on("post", "/api/v1/admin/providers", ({ body }) => ({ status: 201, body: provider(40, { ...(body as object), credentials: {} }) }));
        const { page } = await tests.open("/t/maple/providers");
        const wanted = () => tests.service.requests.filter((request) => request.method === "POST" && request.path.endsWith("/providers")).map((request) => request.body);
        await page.getByRole("button", { name: "Add a provider" }).click();
        const dialog = page.getByRole("dialog");
        await dialog.getByLabel("Name", { exact: true }).fill("Mail");
        await dialog.getByLabel("tls").selectOption("none");
        await dialog.getByRole("button", { name: "Add a provider" }).click();
        await dialog.waitFor({ state: "detached" });
        await page.getByRole("button", { name: "Add a provider" }).click();
        await dialog.getByLabel("Type").selectOption("sendgrid");
        await dialog.getByLabel("Name", { exact: true }).fill("Grid");
        await dialog.getByLabel("categories").fill("orders, news");
        await dialog.getByRole("button", { name: "Add a provider" }).click();
        await dialog.waitFor({ state: "detached" });
        expect(wanted()).toMatchObject([
            { type: "smtp", credentials: {}, settings: { tls: "none" } },
            { type: "sendgrid", credentials: {}, settings: { categories: ["orders", "news"] } },
        ]);
    });

    test("have no form while their types could not be loaded, and say so", async () => {
        tests.service.on("get", "/api/v1/admin/provider-types", () => problem(403, "forbidden"));
        const { page } = await tests.open(`/t/maple/providers?provider=${idOf(10)}`);
        await page.getByRole("dialog").getByText("Your role does not allow this.").waitFor();
        expect(await page.getByRole("dialog").getByLabel("Name", { exact: true }).count()).toBe(0);
    });

    test("say that there are none, and that they could not be loaded", async () => {
        kept = [];
        const visit = await tests.open("/t/maple/providers");
        await visit.page.getByText("No providers").waitFor();
        tests.service.on("get", "/api/v1/admin/providers", () => problem(403, "forbidden"));
        await visit.page.reload();
        await visit.page.getByText("Your role does not allow this.").waitFor();
    });

    test.each(ways.flatMap((way) => ["", `?provider=${idOf(20)}`].map((place) => ({ ...way, place }))))("have no violation, and nothing is cut off: %j", async ({ place, ...way }) => {
        const visit = await tests.open(`/t/maple/providers${place}`, way);
        const { page } = visit;
        await page.getByText(longName).waitFor();
        if (place !== "") await page.getByLabel("apiKey").waitFor();
        expect(await violations(page)).toEqual([]);
        await expectNoOverflow(page);
        expect(await ran(page)).toBeUndefined();
        expect(visit.errors).toEqual([]);
    });
});

describe("Webhooks", () => {
    const url = "https://hooks.example.com/a/rather/long/address/for/everything/that/happens/to/notifications";
    let endpoint: Schema<"WebhookEndpointResponse">;
    let messages: Schema<"WebhookMessageResponse">[];
    beforeEach(() => {
        endpoint = { id: idOf(50), url, events: ["delivery.*", "batch.completed"], enabled: true, payload: "full", headers: {}, filters: {}, secrets: [{ createdAt: at }], failures: 3, failingSince: at, lastFailure: `500 ${hostile}`, createdAt: at, updatedAt: at };
        messages = [1, 2].map((number) => ({
            id: idOf(number),
            eventId: `evt_${number}`,
            type: number === 1 ? "delivery.failed" : "delivery.delivered",
            subject: "x",
            sequence: number,
            status: number === 1 ? "failed" : "delivered",
            attemptCount: 1,
            occurredAt: at,
            createdAt: at,
            live: true,
            body: JSON.stringify({ type: "delivery.failed", data: { name: hostile } }),
            attempts: [{ number: 1, startedAt: at, durationMs: 120, outcome: "rejected", requestHeaders: { "webhook-id": "evt_1" } as never, responseStatus: number === 1 ? 500 : 204, responseBody: hostile }],
        }));
        tests.service.answers("get", "/api/v1/admin/webhook-endpoints", () => ({ items: [endpoint] }));
        tests.service.answers("get", "/api/v1/admin/webhook-endpoints/{id}", () => endpoint);
        tests.service.answers("get", "/api/v1/admin/webhook-endpoints/{id}/deliveries", ({ query }) => ({ items: messages.filter((one) => !query.has("status") || one.status === query.get("status")) }));
        tests.service.answers("get", "/api/v1/admin/webhook-endpoints/{id}/deliveries/{messageId}", ({ params }) => messages.find((one) => one.id === params.messageId) as Schema<"WebhookMessageResponse">);
    });

    test("are added, and their secret is shown once", async () => {
        tests.service.on("post", "/api/v1/admin/webhook-endpoints", ({ body }) => {
            const wanted = body as { url: string; events: string[] };
            if (!wanted.url.startsWith("https://h")) return problem(422, "validation_failed", [{ pointer: "/url", code: "url_invalid", message: "An endpoint is an https address." }]);
            return { status: 201, body: { ...endpoint, ...wanted, secret: "whsec_shown_once" } };
        });
        const visit = await tests.open("/t/maple/webhooks");
        const { page } = visit;
        await page.getByRole("link", { name: url }).waitFor();
        await page.getByRole("button", { name: "Add an endpoint" }).click();
        const dialog = page.getByRole("dialog");
        await dialog.getByLabel("Address").fill("ftp://x");
        await page.keyboard.press("Enter");
        await dialog.getByText("An endpoint is an https address.").waitFor();
        expect(await violations(page)).toEqual([]);
        await dialog.getByLabel("Address").fill("https://hooks.example.com/new");
        await dialog.getByLabel("Events").fill("delivery.*, batch.completed");
        await page.keyboard.press("Enter");
        await dialog.getByText("whsec_shown_once").waitFor();
        await dialog.getByRole("button", { name: "I have kept it" }).click();
        await page.getByRole("heading", { name: "hooks.example.com" }).waitFor();
        expect(await page.getByText("whsec_shown_once").count()).toBe(0);
        expect(tests.service.requests.filter((request) => request.method === "POST").at(-1)?.body).toMatchObject({ events: ["delivery.*", "batch.completed"] });
    });

    test("show what was sent and what was answered, as text, by an address of its own, and send it again", async () => {
        tests.service.on("post", "/api/v1/admin/webhook-endpoints/{id}/deliveries/{messageId}/resend", ({ params }) => ({ status: 202, body: { messageId: params.messageId, status: "pending" } }));
        const visit = await tests.open(`/t/maple/webhooks/${idOf(50)}`);
        const { page } = visit;
        await page.getByLabel("Status", { exact: true }).selectOption("failed");
        await page.getByRole("button", { name: "delivery.delivered" }).waitFor({ state: "detached" });
        await page.getByRole("button", { name: "delivery.failed" }).click();
        await page.reload();
        const dialog = page.getByRole("dialog", { name: "delivery.failed" });
        await dialog.getByText('"name":').waitFor();
        await dialog.getByText(hostile, { exact: true }).waitFor();
        expect(await violations(page)).toEqual([]);
        await dialog.getByRole("button", { name: "Send again" }).click();
        await dialog.getByText("It is on its way again.").waitFor();
        expect(await ran(page)).toBeUndefined();
        expect(visit.errors).toEqual([]);
    });

    test("are tested, get a new secret, and replay what failed", async () => {
        tests.service.on("post", "/api/v1/admin/webhook-endpoints/{id}/test", () => ({ status: 202, body: { messageId: idOf(3), status: "pending" } }));
        tests.service.answers("post", "/api/v1/admin/webhook-endpoints/{id}/rotate-secret", () => ({ ...endpoint, secret: "whsec_another" }));
        const replay = { id: idOf(9), endpointId: idOf(50), mode: "failed", since: at, until: at, status: "done", queued: 12, reached: at, createdAt: at };
        tests.service.on("post", "/api/v1/admin/webhook-endpoints/{id}/replay", () => ({ status: 202, body: replay }));
        tests.service.answers("get", "/api/v1/admin/webhook-endpoints/{id}/replays/{replayId}", () => replay);
        const visit = await tests.open(`/t/maple/webhooks/${idOf(50)}`);
        const { page } = visit;
        await page.getByRole("button", { name: "Send a test event" }).click();
        await page.getByText("A test event is on its way.").waitFor();
        await page.getByRole("button", { name: "New secret" }).click();
        const rotating = page.getByRole("dialog", { name: "New secret" });
        await rotating.getByRole("button", { name: "New secret" }).click();
        await rotating.getByText("whsec_another").waitFor();
        expect(await violations(page)).toEqual([]);
        await page.keyboard.press("Escape");
        await rotating.waitFor({ state: "detached" });
        await page.getByRole("button", { name: "Replay" }).click();
        const replaying = page.getByRole("dialog", { name: "Replay" });
        await replaying.getByRole("button", { name: "Replay" }).click();
        await replaying.getByText("12 messages are queued so far.").waitFor();
        expect(tests.service.requests.find((request) => request.path.endsWith("/rotate-secret"))?.body).toEqual({ keepOldForHours: 24 });
        expect(tests.service.requests.find((request) => request.path.endsWith("/replay"))?.body).toMatchObject({ mode: "failed" });
    });

    test("say that there are none, and that one is not there", async () => {
        tests.service.answers("get", "/api/v1/admin/webhook-endpoints", () => ({ items: [] }));
        const visit = await tests.open("/t/maple/webhooks");
        await visit.page.getByText("No endpoints yet").waitFor();
        tests.service.on("get", "/api/v1/admin/webhook-endpoints/{id}", () => problem(404, "not_found"));
        await visit.page.goto(`${tests.service.url}/t/maple/webhooks/${idOf(51)}`);
        await visit.page.getByText("There is no such thing here.").waitFor();
    });

    test.each(ways.flatMap((way) => ["", `/${idOf(50)}`].map((place) => ({ ...way, place }))))("have no violation, and nothing is cut off: %j", async ({ place, ...way }) => {
        const visit = await tests.open(`/t/maple/webhooks${place}`, way);
        const { page } = visit;
        if (place === "") await page.getByRole("link", { name: url }).waitFor();
        else await page.getByRole("button", { name: "delivery.failed" }).waitFor();
        expect(await violations(page)).toEqual([]);
        await expectNoOverflow(page);
        expect(await ran(page)).toBeUndefined();
        expect(visit.errors).toEqual([]);
    });
});

describe("Dead letters", () => {
    let letters: Schema<"DeadLetterResponse">[];
    const letter = (number: number, of: Partial<Schema<"DeadLetterResponse">> = {}): Schema<"DeadLetterResponse"> => ({
        id: idOf(number),
        notificationId: idOf(number),
        channel: "sms",
        reference: `order-${number}`,
        priority: "normal",
        attempts: 3,
        ambiguous: false,
        failure: { kind: "permanent", code: "30006", message: `a landline ${hostile}`, provider: "Twilio main" },
        failedAt: at,
        live: true,
        ...of,
    });
    beforeEach(() => {
        letters = [letter(1), letter(2), letter(3, { channel: "email", failure: { kind: "no_address", code: "no_address", message: "the recipient has no e-mail address" } })];
        tests.service.answers("get", "/api/v1/admin/dead-letters", ({ query }) => ({ items: letters.filter((one) => (!query.has("channel") || one.channel === query.get("channel")) && (!query.has("code") || one.failure?.code === query.get("code"))) }));
    });

    test("stand by cause, and a group is requeued as it was shown", async () => {
        tests.service.answers("post", "/api/v1/admin/dead-letters/requeue", ({ body }) => {
            const { ids } = body as { ids: string[] };
            letters = letters.filter((one) => !ids.includes(one.id));
            return { requeued: ids.length, deliveries: [] };
        });
        const visit = await tests.open("/t/maple/dead-letters");
        const { page } = visit;
        await page.getByText("2 deliveries by SMS failed for good").waitFor();
        // One more has failed since the page was read.
        letters.push(letter(4));
        await page.getByRole("button", { name: "Requeue 2" }).click();
        const dialog = page.getByRole("dialog");
        await dialog.getByRole("button", { name: "Requeue 2" }).click();
        await dialog.waitFor({ state: "detached" });
        await page.getByText("1 delivery by SMS failed for good").waitFor();
        expect(tests.service.requests.find((request) => request.path.endsWith("/requeue"))?.body).toEqual({ ids: [idOf(1), idOf(2)] });
        expect(await ran(page)).toBeUndefined();
        expect(visit.errors).toEqual([]);
    });

    test("are requeued one by one, but not where that would fail again", async () => {
        tests.service.answers("post", "/api/v1/admin/dead-letters/{id}/requeue", ({ params }) => {
            letters = letters.filter((one) => one.id !== params.id);
            return { id: params.id as string, channel: "sms", status: "queued", changed: true };
        });
        const visit = await tests.open("/t/maple/dead-letters");
        const { page } = visit;
        const row = (reference: string) => page.getByRole("row").filter({ hasText: reference });
        await row("order-3").waitFor();
        expect(await row("order-3").getByRole("button").count()).toBe(0);
        await row("order-1").getByRole("button", { name: "Requeue" }).click();
        await row("order-1").waitFor({ state: "detached" });
    });

    test("are filtered in the database, in the address", async () => {
        const visit = await tests.open("/t/maple/dead-letters");
        const { page } = visit;
        await page.getByRole("link", { name: "order-1" }).waitFor();
        await page.getByLabel("Channel", { exact: true }).selectOption("email");
        await page.getByRole("link", { name: "order-1" }).waitFor({ state: "detached" });
        expect(page.url()).toContain("channel=email");
        letters = [];
        await page.getByRole("button", { name: "Refresh" }).click();
        await page.getByText("No match").waitFor();
        await page.getByRole("button", { name: "Clear 1 filter" }).click();
        await page.getByRole("link", { name: "order-1" }).waitFor();
    });

    test("say that there are none", async () => {
        letters = [];
        const visit = await tests.open("/t/maple/dead-letters");
        await visit.page.getByText("Nothing failed for good in this time").waitFor();
    });

    test.each(ways)("have no violation, and nothing is cut off: %j", async (way) => {
        const visit = await tests.open("/t/maple/dead-letters", way);
        await visit.page.getByRole("link", { name: "order-1" }).waitFor();
        expect(await violations(visit.page)).toEqual([]);
        await expectNoOverflow(visit.page);
        expect(visit.errors).toEqual([]);
    });
});
