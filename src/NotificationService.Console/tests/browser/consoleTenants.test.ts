import type { Page } from "playwright-core";
import { beforeEach, describe, expect, test } from "vitest";
import type { Schema } from "../../src/console/api/client.ts";
import { at, ConsoleTests, idOf, problem, ways } from "./console.ts";
import { expectNoOverflow, violations } from "./page.ts";

const tests = new ConsoleTests();
const hostile = `"><img src=x onerror="window.ran=1"><script>window.ran=1</script>`;
const longName = "Everything about the winter gardens of Saint Albans-on-the-Wold and of around";
const ran = (page: Page) => page.evaluate(() => (window as { ran?: number }).ran);
const asked = (method: string, path: string) => tests.service.requests.filter((request) => request.method === method && request.path.endsWith(path));
const root = "/api/v1/admin/tenants";

type Listed = Schema<"ListedTenantResponse">;
let all: Listed[];

const whole = (listed: Listed): Schema<"TenantResponse"> => ({ ...listed, locale: "en", timezone: "UTC", retentionDays: {}, limits: { daily: {} }, smsCaps: {}, sendingDomains: [], allowedOrigins: [], brand: { name: listed.name } });

beforeEach(() => {
    const { service } = tests;
    service.roles = ["platform_admin"];
    all = [
        { id: idOf(1), key: "oak", name: "Oak & Sons", status: "active", createdAt: at },
        { id: idOf(2), key: "winter", name: longName, status: "suspended", suspendedReason: hostile, createdAt: at },
        { id: idOf(3), key: "hostile", name: hostile, status: "active", createdAt: at },
    ];
    service.answers("get", root, ({ query }) => ({ items: all.filter((one) => (!query.has("status") || one.status === query.get("status")) && (!query.has("search") || one.key.includes(query.get("search") as string))) }));
    service.on("get", `${root}/{id}`, ({ params }) => {
        const found = all.find((one) => one.id === params.id);
        return found ? { status: 200, body: whole(found) } : problem(404, "not_found");
    });
    service.on("post", root, ({ body }) => {
        const given = body as { name: string; key?: string; admin: { email: string; name: string } };
        if (!given.admin.email.includes("@")) return problem(422, "validation_failed", [{ pointer: "/admin/email", code: "email_invalid", message: "An e-mail address is written name@example.com." }]);
        all = [{ id: idOf(9), key: "new", name: given.name, status: "active", createdAt: at }, ...all];
        return { status: 201, body: { id: idOf(9), key: "new", name: given.name, status: "active", admin: { id: idOf(10), email: given.admin.email, name: given.admin.name, status: "invited" } } };
    });
    for (const verb of ["suspend", "resume"] as const)
        service.on("post", `${root}/{id}/${verb}`, ({ params, body }) => {
            all = all.map((one) => (one.id === params.id ? { ...one, status: verb === "suspend" ? "suspended" : "active", suspendedReason: verb === "suspend" ? (body as { reason: string }).reason : null } : one));
            return { status: 200, body: whole(all.find((one) => one.id === params.id) as Listed) };
        });
    service.on("post", `${root}/{id}/elevate`, ({ body }) =>
        (body as { minutes: number }).minutes > 60 ? problem(422, "validation_failed", [{ pointer: "/minutes", code: "number_range", message: "From 1 to 60 minutes." }]) : { status: 200, body: { accessToken: "elevated", tokenType: "Bearer", expiresIn: (body as { minutes: number }).minutes * 60 } },
    );
});

describe("Tenants", () => {
    test("are found by a part of key or name, and suspended with a reason", async () => {
        const { page } = await tests.open("/t/maple/tenants");
        await page.getByLabel("Tenant", { exact: true }).fill("oak");
        await page.keyboard.press("Enter");
        await page.getByRole("button", { name: longName }).waitFor({ state: "detached" });
        await page.reload();
        await page.getByRole("button", { name: "Oak & Sons" }).click();
        const dialog = page.getByRole("dialog", { name: "Oak & Sons" });
        await dialog.getByRole("button", { name: "Suspend" }).click();
        expect(await dialog.getByRole("button", { name: "Suspend" }).isDisabled()).toBe(true);
        await dialog.getByLabel("Reason").fill("invoice unpaid");
        expect(await violations(page)).toEqual([]);
        await page.keyboard.press("Enter");
        await dialog.waitFor({ state: "detached" });
        await page.getByText("invoice unpaid").waitFor();
        await page.getByRole("button", { name: "Oak & Sons" }).click();
        await dialog.getByRole("button", { name: "Let it send again" }).click();
        await dialog.getByText("Active").waitFor();
    });

    test("are made with an admin, and what is wrong stands beside its field", async () => {
        const { page } = await tests.open("/t/maple/tenants");
        await page.getByRole("button", { name: "New tenant" }).click();
        const dialog = page.getByRole("dialog", { name: "New tenant" });
        await dialog.getByLabel("Name", { exact: true }).fill("Birch");
        await dialog.getByLabel("E-mail address of its admin").fill("bea");
        await dialog.getByLabel("Name of its admin").fill("Bea");
        await page.keyboard.press("Enter");
        await dialog.getByText("An e-mail address is written").waitFor();
        expect(await violations(page)).toEqual([]);
        await dialog.getByLabel("E-mail address of its admin").fill("bea@example.com");
        await page.keyboard.press("Enter");
        await page.getByRole("dialog", { name: "Birch" }).waitFor();
        expect(asked("POST", "/tenants").at(-1)!.body).toEqual({ name: "Birch", admin: { email: "bea@example.com", name: "Bea" } });
    });

    test("are acted in for a while, within a red frame, with a token of theirs; then one is oneself again", async () => {
        const { page, errors } = await tests.open(`/t/maple/tenants?tenant=${idOf(1)}`);
        const dialog = page.getByRole("dialog", { name: "Oak & Sons" });
        await dialog.getByLabel("Reason").fill("ticket 4711");
        await dialog.getByLabel("Minutes").fill("90");
        await page.keyboard.press("Enter");
        await dialog.getByText("From 1 to 60 minutes.").waitFor();
        await dialog.getByLabel("Minutes").fill("15");
        tests.service.answers("get", "/api/v1/admin/tenant", () => whole(all[0] as Listed));
        await page.keyboard.press("Enter");
        await page.waitForURL("**/t/oak");
        await page.getByText("Acting in Oak & Sons · 15 min left").waitFor();
        expect(await page.getByRole("link", { name: "Tenants" }).count()).toBe(0);
        await page.getByRole("link", { name: "Users" }).click();
        await page.getByText("Acting in Oak & Sons").waitFor();
        expect(await violations(page)).toEqual([]);
        await page.getByRole("button", { name: "Leave" }).click();
        await page.getByRole("heading", { name: "Tenants" }).waitFor();
        expect(await page.getByText("Acting in Oak").count()).toBe(0);
        expect(asked("POST", "/elevate").at(-1)!.body).toEqual({ reason: "ticket 4711", minutes: 15 });
        expect(errors).toEqual([]);
    });

    test("are not offered to who is no platform admin", async () => {
        tests.service.roles = ["admin"];
        const { page } = await tests.open("/t/maple");
        await page.getByRole("link", { name: "Users" }).waitFor();
        expect(await page.getByRole("link", { name: "Tenants" }).count()).toBe(0);
    });

    test.each(ways)("have no violation, and nothing is cut off: %j", async (way) => {
        const { page, errors } = await tests.open("/t/maple/tenants", way);
        await page.getByText(longName).waitFor();
        expect(await violations(page)).toEqual([]);
        await expectNoOverflow(page);
        expect(errors).toEqual([]);
        expect(await ran(page)).toBeUndefined();
    });
});
