import type { Page } from "playwright-core";
import { beforeEach, describe, expect, test } from "vitest";
import type { Schema } from "../../src/console/api/client.ts";
import { at, ConsoleTests, idOf, problem, ways } from "./console.ts";
import { expectNoOverflow, violations } from "./page.ts";

const tests = new ConsoleTests();

const hostile = `"><img src=x onerror="window.ran=1"><script>window.ran=1</script>`;
const longName = "Bartholomew Featherstonehaugh-Cholmondeley of Saint Albans-on-the-Wold";
const ran = (page: Page) => page.evaluate(() => (window as { ran?: number }).ran);

describe("Users", () => {
    let kept: Schema<"UserResponse">[];
    const user = (number: number, of: Partial<Schema<"UserResponse">> = {}): Schema<"UserResponse"> => ({ id: idOf(number), userId: `u-${number}`, email: `person${number}@example.com`, name: `Person ${number}`, roles: ["viewer"], groups: [], status: "active", createdAt: at, ...of });
    beforeEach(() => {
        kept = [user(1, { name: longName, roles: ["admin", "operator"] }), user(2, { status: "invited", name: hostile }), user(3, { status: "disabled" })];
        tests.service.answers("get", "/api/v1/admin/users", ({ query }) => ({ items: kept.filter((one) => (!query.has("status") || one.status === query.get("status")) && (!query.has("email") || one.email === query.get("email"))) }));
        tests.service.answers("get", "/api/v1/admin/users/{id}", ({ params }) => kept.find((one) => one.id === params.id) as Schema<"UserResponse">);
        tests.service.answers("get", "/api/v1/admin/users/{id}/sessions", () => ({ items: [{ id: idOf(60), device: { userAgent: hostile }, ip: "203.0.113.7", createdAt: at, lastUsedAt: at, expiresAt: at, current: false }] }));
    });

    test("are invited, with what is wrong beside the field", async () => {
        tests.service.on("post", "/api/v1/admin/users", ({ body }) => {
            const wanted = body as { email: string; name: string; roles: string[] };
            if (!wanted.email.includes("@")) return problem(422, "validation_failed", [{ pointer: "/email", code: "email_invalid", message: "An e-mail address is written name@example.com." }]);
            kept = [...kept, user(4, { ...wanted, status: "invited" })];
            return { status: 201, body: kept.at(-1) };
        });
        const visit = await tests.open("/t/maple/users");
        const { page } = visit;
        await page.getByRole("button", { name: "Invite somebody" }).click();
        const dialog = page.getByRole("dialog");
        await dialog.getByLabel("E-mail address").fill("bob");
        await page.keyboard.press("Enter");
        await dialog.getByText("An e-mail address is written").waitFor();
        expect(await violations(page)).toEqual([]);
        await dialog.getByLabel("E-mail address").fill("bob@example.com");
        await dialog.getByLabel("Name").fill("Bob");
        await dialog.getByRole("checkbox", { name: "Operator" }).check();
        await dialog.getByRole("button", { name: "Invite somebody" }).click();
        await dialog.waitFor({ state: "detached" });
        await page.getByRole("button", { name: "Bob" }).waitFor();
        expect(tests.service.requests.filter((request) => request.method === "POST" && request.path.endsWith("/users")).at(-1)?.body).toEqual({ email: "bob@example.com", name: "Bob", roles: ["viewer", "operator"] });
    });

    test("are switched off after a question, by an address of their own", async () => {
        tests.service.on("post", "/api/v1/admin/users/{id}/disable", ({ params }) => {
            kept = kept.map((one) => (one.id === params.id ? { ...one, status: "disabled" } : one));
            return { status: 200, body: kept.find((one) => one.id === params.id) };
        });
        const visit = await tests.open(`/t/maple/users?user=${idOf(1)}`);
        const { page } = visit;
        const dialog = page.getByRole("dialog", { name: longName, exact: true });
        await dialog.getByText("203.0.113.7").waitFor();
        await dialog.getByRole("button", { name: "Switch off" }).click();
        const question = page.getByRole("dialog", { name: `Switch ${longName} off?` });
        await question.getByRole("button", { name: "Switch off" }).click();
        await question.waitFor({ state: "detached" });
        await dialog.getByRole("button", { name: "Switch on" }).waitFor();
        expect(await ran(page)).toBeUndefined();
        expect(visit.errors).toEqual([]);
    });

    test("that may not be changed stay as they are, and the dialog says why", async () => {
        tests.service.on("patch", "/api/v1/admin/users/{id}", () => problem(409, "last_admin"));
        const visit = await tests.open(`/t/maple/users?user=${idOf(1)}`);
        const { page } = visit;
        const dialog = page.getByRole("dialog", { name: longName, exact: true });
        await dialog.getByRole("checkbox", { name: "Admin" }).uncheck();
        await dialog.getByRole("button", { name: "Save" }).click();
        await dialog.getByRole("alert").getByText("last_admin", { exact: true }).waitFor();
    });

    test("are found by their address, and none is said so", async () => {
        const visit = await tests.open("/t/maple/users");
        const { page } = visit;
        await page.getByRole("button", { name: longName }).waitFor();
        await page.getByLabel("E-mail address", { exact: true }).fill("nobody@example.com");
        await page.keyboard.press("Enter");
        await page.getByText("No match").waitFor();
        expect(page.url()).toContain("email=nobody");
    });

    test.each(ways.flatMap((way) => ["", `?user=${idOf(2)}`].map((place) => ({ ...way, place }))))("have no violation, and nothing is cut off: %j", async ({ place, ...way }) => {
        const visit = await tests.open(`/t/maple/users${place}`, way);
        const { page } = visit;
        await page.getByRole("button", { name: longName }).waitFor();
        if (place !== "") await page.getByText("203.0.113.7").waitFor();
        expect(await violations(page)).toEqual([]);
        await expectNoOverflow(page);
        expect(await ran(page)).toBeUndefined();
        expect(visit.errors).toEqual([]);
    });
});

describe("Service accounts", () => {
    let kept: Schema<"ServiceAccountResponse">[];
    const account = (number: number, of: Partial<Schema<"ServiceAccountResponse">> = {}): Schema<"ServiceAccountResponse"> => ({ id: idOf(number), clientId: `client-${number}`, name: `Shop ${number}`, scopes: ["notifications:send"], mode: "live", ipAllowList: [], createdAt: at, ...of });
    beforeEach(() => {
        kept = [account(1, { name: hostile, lastUsedAt: at }), account(2, { name: longName, mode: "test", disabledAt: at, expiresAt: "2027-01-01T00:00:00Z", scopes: ["notifications:send", "notifications:read", "recipients:write"] })];
        tests.service.answers("get", "/api/v1/admin/service-accounts", ({ query }) => ({ items: kept.filter((one) => !query.has("mode") || one.mode === query.get("mode")) }));
    });

    test("are made, and their secret is shown once", async () => {
        tests.service.on("post", "/api/v1/admin/service-accounts", ({ body }) => {
            const wanted = body as { name: string };
            if (wanted.name === "") return problem(422, "validation_failed", [{ pointer: "/name", code: "text_invalid", message: "A name has 1 to 100 characters." }]);
            kept = [...kept, account(3, { ...(body as object) })];
            return { status: 201, body: { ...kept.at(-1), clientSecret: "shown-once" } };
        });
        const visit = await tests.open("/t/maple/service-accounts");
        const { page } = visit;
        await page.getByRole("button", { name: "New service account" }).click();
        const dialog = page.getByRole("dialog");
        await dialog.getByLabel("Name").waitFor();
        await dialog.getByRole("button", { name: "New service account" }).click();
        await dialog.getByText("A name has 1 to 100 characters.").waitFor();
        expect(await violations(page)).toEqual([]);
        await dialog.getByLabel("Name").fill("Checkout");
        await page.keyboard.press("Enter");
        await dialog.getByText("shown-once").waitFor();
        await dialog.getByRole("button", { name: "I have kept it" }).click();
        await dialog.waitFor({ state: "detached" });
        await page.getByRole("button", { name: "Checkout" }).waitFor();
        expect(await page.getByText("shown-once").count()).toBe(0);
        expect(tests.service.requests.filter((request) => request.method === "POST" && request.path.endsWith("/service-accounts")).at(-1)?.body).toEqual({ name: "Checkout", scopes: ["notifications:send"], ipAllowList: [], mode: "live" });
    });

    test("get a new secret after a question", async () => {
        tests.service.answers("post", "/api/v1/admin/service-accounts/{id}/rotate", () => ({ ...(kept[0] as Schema<"ServiceAccountResponse">), clientSecret: "another" }));
        const visit = await tests.open(`/t/maple/service-accounts?account=${idOf(1)}`);
        const { page } = visit;
        await page.getByRole("button", { name: "New secret" }).click();
        await page.getByRole("dialog", { name: "Make a new secret?" }).getByRole("button", { name: "New secret" }).click();
        await page.getByText("another", { exact: true }).waitFor();
        expect(tests.service.requests.find((request) => request.path.endsWith("/rotate"))?.body).toEqual({ graceHours: 24 });
    });

    test("say that there are none", async () => {
        kept = [];
        const visit = await tests.open("/t/maple/service-accounts");
        await visit.page.getByText("No service accounts yet").waitFor();
    });

    test.each(ways.flatMap((way) => ["", `?account=${idOf(2)}`].map((place) => ({ ...way, place }))))("have no violation, and nothing is cut off: %j", async ({ place, ...way }) => {
        const visit = await tests.open(`/t/maple/service-accounts${place}`, way);
        const { page } = visit;
        await page.getByRole("button", { name: longName }).waitFor();
        if (place !== "") await page.getByText("client-2").waitFor();
        expect(await violations(page)).toEqual([]);
        await expectNoOverflow(page);
        expect(await ran(page)).toBeUndefined();
        expect(visit.errors).toEqual([]);
    });
});
