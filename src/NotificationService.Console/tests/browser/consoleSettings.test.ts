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

describe("Categories", () => {
    type Category = Schema<"CategoryResponse">;
    const root = "/api/v1/admin/categories";
    const categoryOf = (number: number, of: Partial<Category>): Category => ({
        id: idOf(number),
        key: "shipping",
        name: "Shipping",
        names: { fr: "Livraison" },
        channels: { sms: false },
        critical: false,
        marketing: false,
        digestable: true,
        expiresAfter: 86_400,
        throttle: { max: 3, window: 3_600 },
        createdAt: at,
        updatedAt: at,
        ...of,
    });
    let kept: Category[];
    beforeEach(() => {
        const { service } = tests;
        kept = [categoryOf(1, {}), categoryOf(2, { key: "security", name: longName, critical: true, channels: {} }), categoryOf(3, { key: "offers", name: hostile, marketing: true, expiresAfter: null })];
        service.answers("get", root, () => ({ items: kept }));
        service.on("get", `${root}/{category}`, ({ params }) => {
            const found = kept.find((one) => one.id === params.category);
            return found ? { status: 200, body: found } : problem(404, "not_found");
        });
        service.on("post", root, ({ body }) => {
            const given = body as Category;
            if (kept.some((one) => one.key === given.key)) return problem(409, "key_taken");
            kept = [...kept, categoryOf(9, { ...given, name: given.name ?? given.key })];
            return { status: 201, body: kept.at(-1) };
        });
        service.on("put", `${root}/{category}`, ({ params, body }) => {
            kept = kept.map((one) => (one.id === params.category ? { ...one, ...(body as Category) } : one));
            return { status: 200, body: kept[0] };
        });
        service.on("delete", `${root}/{category}`, ({ params }) => {
            kept = kept.filter((one) => one.id !== params.category);
            return { status: 204 };
        });
    });

    test("are made by a form; a key that is taken is said", async () => {
        const { page } = await tests.open("/t/maple/categories");
        await page.getByRole("button", { name: "New category" }).click();
        const dialog = page.getByRole("dialog", { name: "New category" });
        await dialog.getByLabel("Key").fill("shipping");
        await page.keyboard.press("Enter");
        await dialog.getByText("key_taken").first().waitFor();
        expect(await violations(page)).toEqual([]);
        await dialog.getByLabel("Key").fill("billing");
        await dialog.getByLabel("Names in other languages").fill("fr = Facturation\nde=Rechnungen");
        await dialog.getByLabel("SMS").uncheck();
        await dialog.getByLabel("Expires after").fill("2");
        await dialog.getByLabel("Unit").selectOption("days");
        await dialog.getByRole("button", { name: "New category" }).click();
        await page.getByRole("button", { name: "billing" }).waitFor();
        expect(asked("POST", "/categories").at(-1)!.body).toEqual({ key: "billing", names: { fr: "Facturation", de: "Rechnungen" }, channels: { sms: false }, critical: false, marketing: false, expiresAfter: 172_800 });
    });

    test("are changed by an address of their own, and keep what the form does not show", async () => {
        const { page } = await tests.open(`/t/maple/categories?category=${idOf(1)}`);
        const dialog = page.getByRole("dialog", { name: "shipping" });
        await dialog.getByLabel("Critical").check();
        await dialog.getByRole("button", { name: "Save" }).click();
        await dialog.waitFor({ state: "detached" });
        expect(asked("PUT", idOf(1))[0]!.body).toMatchObject({ critical: true, channels: { sms: false }, digestable: true, throttle: { max: 3, window: 3_600 }, expiresAfter: 86_400 });
        expect(new URL(page.url()).search).toBe("");
    });

    test("are deleted after a question, and only by an admin", async () => {
        const { page } = await tests.open(`/t/maple/categories?category=${idOf(1)}`);
        await page.getByRole("button", { name: "Delete" }).click();
        await page.getByRole("dialog", { name: "Delete the category shipping?" }).getByRole("button", { name: "Delete" }).click();
        await page.getByRole("button", { name: "Shipping" }).waitFor({ state: "detached" });
        tests.service.roles = ["viewer"];
        await page.goto(`${tests.service.url}/t/maple/categories`);
        await page.getByText(longName).waitFor();
        expect(await page.getByRole("main").getByRole("button").count()).toBe(0);
    });

    test("of none say how they come about", async () => {
        kept = [];
        const { page } = await tests.open("/t/maple/categories");
        await page.getByText("No categories yet").waitFor();
        expect(await violations(page)).toEqual([]);
    });

    test.each(ways)("have no violation, and nothing is cut off: %j", async (way) => {
        const { page, errors } = await tests.open("/t/maple/categories", way);
        await page.getByText(longName).waitFor();
        expect(await violations(page)).toEqual([]);
        await expectNoOverflow(page);
        expect(errors).toEqual([]);
        expect(await ran(page)).toBeUndefined();
    });
});

describe("The tenant", () => {
    type Tenant = Schema<"TenantResponse">;
    let tenant: Tenant;
    beforeEach(() => {
        tenant = {
            id: "01890a5d-ac96-774b-bcce-b302099a8000",
            key: "maple",
            name: "Maple Court",
            status: "active",
            locale: "en",
            timezone: "UTC",
            retentionDays: { email: 30 },
            limits: { sendPerMinute: 600, daily: { sms: 5_000, push: 9 } },
            smsCaps: { "+44": 1_000, "+33": 500 },
            sendingDomains: ["example.com"],
            allowedOrigins: ["https://app.example.com"],
            brand: { name: "Maple Court", color: "#0a7c5f" },
            createdAt: at,
        };
        const { service } = tests;
        service.answers("get", "/api/v1/admin/tenant", () => tenant);
        service.on("patch", "/api/v1/admin/tenant", ({ body }) => {
            const patch = body as Partial<Tenant>;
            if (patch.allowedOrigins?.includes("*")) return problem(422, "validation_failed", [{ pointer: "/allowedOrigins/1", code: "origin_invalid", message: "An origin has no *." }]);
            tenant = { ...tenant, ...(patch.name && { name: patch.name }) };
            return { status: 200, body: tenant };
        });
        service.on("post", "/api/v1/admin/tenant/export", () => ({ status: 202, body: { exportId: idOf(40), expiresAt: at } }));
        service.on("get", "/api/v1/admin/tenant/exports/{id}", () => ({ status: 200, body: '{"table":"templates","row":{}}\n' }));
        service.on("delete", "/api/v1/admin/tenant", () => ({ status: 202, body: { erasureId: idOf(41) } }));
    });

    test("is changed card by card, and its name at the side with it", async () => {
        const { page } = await tests.open("/t/maple/settings");
        await page.getByLabel("Name", { exact: true }).first().fill("Maple & Sons");
        await page.getByRole("button", { name: "Save" }).first().click();
        await page.getByText("Saved", { exact: true }).waitFor();
        await page.getByRole("complementary").getByText("Maple & Sons").waitFor();
        expect(asked("PATCH", "/tenant").map((request) => request.body)).toEqual([{ name: "Maple & Sons", locale: "en", timezone: "UTC" }]);
    });

    test("has limits of which an emptied one goes back to its default", async () => {
        const { page } = await tests.open("/t/maple/settings");
        await page.getByLabel("SMS a day", { exact: true }).fill("");
        await page.getByLabel("E-mail a day").fill("100");
        await page.getByLabel("Requests a minute").fill("");
        await page.getByLabel("SMS a day by country").fill("+44 = 2000");
        await page.getByRole("button", { name: "Save" }).nth(2).click();
        await page.getByText("Saved", { exact: true }).waitFor();
        expect(asked("PATCH", "/tenant")[0]!.body).toEqual({ limits: { sendPerMinute: null, daily: { sms: null, email: 100, push: 9 } }, smsCaps: { "+33": null, "+44": 2_000 } });
    });

    test("says beside the field what is wrong, and keeps what was typed", async () => {
        const { page } = await tests.open("/t/maple/settings");
        await page.getByLabel("Allowed origins").fill("https://app.example.com\n*");
        await page.getByRole("button", { name: "Save" }).last().click();
        await page.getByText("An origin has no *.").waitFor();
        expect(await page.getByLabel("Allowed origins").inputValue()).toBe("https://app.example.com\n*");
        expect(await violations(page)).toEqual([]);
    });

    test("is taken along as a file", async () => {
        const { page, errors } = await tests.open("/t/maple/settings");
        const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export" }).click()]);
        expect(file.suggestedFilename()).toBe("maple.ndjson");
        expect(errors).toEqual([]);
    });

    test("is deleted only when its key is typed, and its receipt is named before one is signed out", async () => {
        const { page } = await tests.open("/t/maple/settings");
        await page.getByRole("button", { name: "Delete the tenant" }).click();
        const dialog = page.getByRole("dialog");
        expect(await dialog.getByRole("button", { name: "Delete for good" }).isDisabled()).toBe(true);
        await dialog.getByLabel("Type maple to go on").fill("maple");
        await dialog.getByRole("button", { name: "Delete for good" }).click();
        await dialog.getByText(`/api/v1/admin/tenant-erasures/${idOf(41)}`).waitFor();
        expect(await violations(page)).toEqual([]);
        await dialog.getByRole("button", { name: "Sign out" }).click();
        await page.waitForURL(/sign-in/);
        expect(asked("DELETE", "/tenant")[0]!.body).toEqual({ confirm: "maple" });
    });

    test.each(ways)("has no violation, and nothing is cut off: %j", async (way) => {
        tenant = { ...tenant, status: "suspended", suspendedReason: hostile, name: longName };
        const { page, errors } = await tests.open("/t/maple/settings", way);
        await page.getByText(hostile).waitFor();
        expect(await violations(page)).toEqual([]);
        await expectNoOverflow(page);
        expect(errors).toEqual([]);
        expect(await ran(page)).toBeUndefined();
    });
});

describe("Lookups", () => {
    type Value = Schema<"LookupResponse">;
    const root = "/api/v1/admin/lookups";
    const lookupOf = (code: string, of: Partial<Value>): Value => ({ id: null, type: "channel", code, label: code, labels: { en: code }, order: 1, active: true, system: true, ...of });
    let kept: Value[];
    beforeEach(() => {
        const { service } = tests;
        kept = [lookupOf("email", { label: "E-mail" }), lookupOf("sales", { id: idOf(5), type: "department", label: longName, labels: { en: longName, fr: "Ventes" }, system: false }), lookupOf("x", { id: idOf(6), type: "department", label: hostile, active: false, system: false })];
        service.answers("get", "/api/v1/admin/lookup-types", () => ({
            items: [
                { type: "channel", count: 1, system: true },
                { type: "department", count: 2, system: false },
            ],
        }));
        service.answers("get", root, ({ query }) => ({ items: kept.filter((one) => !query.has("type") || one.type === query.get("type")) }));
        service.on("post", root, ({ body }) => {
            const given = body as Value;
            if (!/^[a-z]/.test(given.type)) return problem(422, "validation_failed", [{ pointer: "/type", code: "text_invalid", message: "A list is named by small letters." }]);
            kept = [...kept, lookupOf(given.code, { ...given, id: idOf(7), label: given.code, system: false })];
            return { status: 201, body: kept.at(-1) };
        });
        service.on("patch", `${root}/{id}`, ({ params, body }) => {
            kept = kept.map((one) => (one.id === params.id ? { ...one, ...(body as Value) } : one));
            return { status: 200, body: kept[1] };
        });
        service.on("delete", `${root}/{id}`, ({ params }) => {
            kept = kept.filter((one) => one.id !== params.id);
            return { status: 204 };
        });
    });

    test("of one list are shown by its address, and those of the service are not changed", async () => {
        const { page } = await tests.open("/t/maple/lookups");
        await page.getByText("Of the service").waitFor();
        expect(await page.getByRole("button", { name: "E-mail" }).count()).toBe(0);
        await page.getByLabel("List", { exact: true }).selectOption("department");
        await page.getByText("Of the service").waitFor({ state: "detached" });
        await page.reload();
        await page.getByRole("button", { name: longName }).waitFor();
        expect(new URL(page.url()).searchParams.get("type")).toBe("department");
    });

    test("are added, changed and deleted", async () => {
        const { page } = await tests.open("/t/maple/lookups?value=new");
        const dialog = page.getByRole("dialog", { name: "Add a value" });
        await dialog.getByLabel("List").fill("Region");
        await dialog.getByLabel("Code").fill("north");
        await dialog.getByLabel("Labels").fill("en = North\nfr = Nord");
        await dialog.getByRole("button", { name: "Add a value" }).click();
        await dialog.getByText("A list is named by small letters.").waitFor();
        expect(await violations(page)).toEqual([]);
        await dialog.getByLabel("List").fill("region");
        await dialog.getByRole("button", { name: "Add a value" }).click();
        await page.getByRole("button", { name: "north" }).click();
        const opened = page.getByRole("dialog", { name: "region · north" });
        await opened.getByLabel("Offered").uncheck();
        await opened.getByRole("button", { name: "Save" }).click();
        await opened.waitFor({ state: "detached" });
        expect(asked("PATCH", idOf(7))[0]!.body).toEqual({ labels: { en: "North", fr: "Nord" }, active: false, order: 1 });
        await page.getByRole("button", { name: "north" }).click();
        await opened.getByRole("button", { name: "Delete" }).click();
        await page.getByRole("dialog", { name: "Delete the value north?" }).getByRole("button", { name: "Delete" }).click();
        await page.getByRole("button", { name: "north" }).waitFor({ state: "detached" });
    });

    test.each(ways)("have no violation, and nothing is cut off: %j", async (way) => {
        const { page, errors } = await tests.open("/t/maple/lookups", way);
        await page.getByText(longName).waitFor();
        expect(await violations(page)).toEqual([]);
        await expectNoOverflow(page);
        expect(errors).toEqual([]);
        expect(await ran(page)).toBeUndefined();
    });
});
