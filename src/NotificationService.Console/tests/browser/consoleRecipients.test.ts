import type { Page } from "playwright-core";
import { beforeEach, describe, expect, test } from "vitest";
import type { Person, Preferences } from "../../src/console/recipients/queries.ts";
import { at, ConsoleTests, idOf, problem, ways } from "./console.ts";
import { expectNoOverflow, violations } from "./page.ts";

const tests = new ConsoleTests();
const hostile = `"><img src=x onerror="window.ran=1"><script>window.ran=1</script>`;
const longName = "Bartholomew Featherstonehaugh-Cholmondeley of Saint Albans-on-the-Wold";
const root = "/api/v1/services/recipients";
const ran = (page: Page) => page.evaluate(() => (window as { ran?: number }).ran);
const asked = (method: string, path: string) => tests.service.requests.filter((request) => request.method === method && request.path.endsWith(path));

const personOf = (userId: string, of: Partial<Person> = {}): Person => ({
    userId,
    name: "Ann Example",
    email: "ann@example.com",
    phone: "+14155550100",
    locale: "fr-CA",
    timezone: "America/Toronto",
    attributes: { plan: "gold", note: hostile } as never,
    tags: ["landlord"],
    addresses: [
        { channel: "email", address: "ann@example.com", verified: true, suppressed: false },
        { channel: "sms", address: "+14155550100", verified: false, suppressed: true },
        { channel: "whatsapp", address: "+14155550100", verified: false, suppressed: false },
    ],
    devices: [
        { id: idOf(31), kind: "fcm", lastSeenAt: at },
        { id: idOf(32), kind: "fcm", lastSeenAt: at, goneAt: at },
    ],
    createdAt: at,
    updatedAt: at,
    ...of,
});

let people: Person[];
let preferences: Preferences;
beforeEach(() => {
    const { service } = tests;
    people = [personOf("u-123"), personOf("u-124", { name: longName, tags: ["tenant"] }), personOf(hostile, { name: null, email: null })];
    preferences = { version: 3, paused: false, channels: { sms: false }, categories: { news: { enabled: false } }, topics: { "building-7": false }, optOuts: ["marketing"], quietHours: { timezone: "Europe/Paris", windows: [{ days: ["mon", "fri"], from: "22:00", until: "07:00" }] } };
    service.answers("get", root, ({ query }) => ({ items: people.filter((one) => (!query.has("tag") || one.tags.includes(query.get("tag") as string)) && (!query.has("query") || one.userId.includes(query.get("query") as string))) }));
    service.on("get", `${root}/{userId}`, ({ params }) => {
        const found = people.find((one) => one.userId === params.userId);
        return found ? { status: 200, body: found } : problem(404, "not_found");
    });
    service.on("put", `${root}/{userId}`, ({ params, body }) => {
        const given = body as Partial<Person>;
        if (given.phone?.startsWith("0")) return problem(422, "validation_failed", [{ pointer: "/phone", code: "phone_not_e164", message: "A number is written +, country code and number." }]);
        const kept = personOf(params.userId as string, given);
        people = [kept, ...people.filter((one) => one.userId !== params.userId)];
        return { status: 200, body: kept };
    });
    service.on("delete", `${root}/{userId}/devices/{id}`, ({ params }) => {
        people = people.map((one) => ({ ...one, devices: one.devices.filter((device) => device.id !== params.id) }));
        return { status: 204 };
    });
    service.on("delete", `${root}/{userId}`, ({ params }) => {
        people = people.filter((one) => one.userId !== params.userId);
        return { status: 202, body: { erasureId: idOf(60) } };
    });
    let looked = 0;
    service.answers("get", "/api/v1/services/erasures/{id}", () => ({
        id: idOf(60),
        status: looked++ === 0 ? "running" : "done",
        mode: "live",
        recipientDigest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        requestedAt: at,
        counts: { cancelled: 1, directory: 1, notifications: 12 },
        ...(looked > 1 && { finishedAt: at, signature: "MEUCIQCtIHJeH93Y", keyId: "k1" }),
    }));
    service.answers("get", `${root}/{userId}/preferences`, () => preferences);
    service.on("put", `${root}/{userId}/preferences`, ({ body }) => {
        const given = body as Preferences;
        if (given.version !== preferences.version) return problem(409, "version_stale");
        preferences = { ...preferences, ...given, version: preferences.version + 1 };
        return { status: 200, body: preferences };
    });
    const category = (key: string, name: string, critical = false) => ({ id: idOf(80), key, name, names: {}, channels: {}, critical, marketing: false, digestable: false, createdAt: at, updatedAt: at });
    service.answers("get", "/api/v1/admin/categories", () => ({ items: [category("security", "Security", true), category("shipping", longName)] }));
    service.answers("get", "/api/v1/services/notifications", ({ query }) => ({
        items: query.get("userId") === "u-123" ? [{ id: idOf(70), status: "delivered", priority: "normal", live: true, reference: "A-1009", recipient: { userId: "u-123", name: hostile }, createdAt: at, deliveries: [{ id: idOf(71), channel: "email", status: "delivered" }] }] : [],
    }));
});

describe("Recipients", () => {
    test("are found by a part of what is known of them, in the address, and lead to their pages", async () => {
        const { page } = await tests.open("/t/maple/recipients");
        await page.getByRole("link", { name: longName }).waitFor();
        await page.getByLabel("Person", { exact: true }).fill("u-123");
        await page.keyboard.press("Enter");
        await page.getByRole("link", { name: longName }).waitFor({ state: "detached" });
        await page.reload();
        await page.getByRole("link", { name: "Ann Example" }).click();
        await page.waitForURL("**/recipients/u-123");
        expect(await ran(page)).toBeUndefined();
    });

    test("that nobody kept are added, with what is wrong beside the field", async () => {
        const { page } = await tests.open("/t/maple/recipients");
        await page.getByRole("button", { name: "Add a person" }).click();
        const dialog = page.getByRole("dialog", { name: "Add a person" });
        await dialog.getByLabel("User").fill("u 9/1");
        await dialog.getByLabel("Phone", { exact: true }).fill("0612345678");
        await page.keyboard.press("Enter");
        await dialog.getByText("A number is written +").waitFor();
        expect(await violations(page)).toEqual([]);
        await dialog.getByLabel("Phone", { exact: true }).fill("+33612345678");
        await page.keyboard.press("Enter");
        await page.getByRole("heading", { name: "Ann Example" }).waitFor();
        expect(new URL(page.url()).pathname).toBe("/t/maple/recipients/u%209%2F1");
        expect(asked("PUT", "u%209%2F1").at(-1)!.body).toEqual({ phone: "+33612345678", tags: [] });
    });

    test("of none say what the directory is for", async () => {
        people = [];
        const { page } = await tests.open("/t/maple/recipients");
        await page.getByText("No people yet").waitFor();
        expect(await violations(page)).toEqual([]);
    });

    test.each(ways)("have no violation, and nothing is cut off: %j", async (way) => {
        const { page, errors } = await tests.open("/t/maple/recipients", way);
        await page.getByRole("link", { name: longName }).waitFor();
        expect(await violations(page)).toEqual([]);
        await expectNoOverflow(page);
        expect(errors).toEqual([]);
    });
});

describe("One person", () => {
    test("has addresses, devices and everything sent, and a link to search that", async () => {
        const { page } = await tests.open("/t/maple/recipients/u-123");
        await page.getByText("Confirmed", { exact: true }).waitFor();
        await page.getByText("A-1009").waitFor();
        await page.getByRole("button", { name: `Take the device ${idOf(31).slice(-8)} away` }).click();
        await page.getByRole("dialog").getByRole("button", { name: "Take the device away" }).click();
        await page.getByRole("button", { name: `Take the device ${idOf(31).slice(-8)} away` }).waitFor({ state: "detached" });
        await page.getByRole("link", { name: "Search these" }).click();
        await page.waitForURL(/notifications\?/);
        expect(Object.fromEntries(new URL(page.url()).searchParams)).toMatchObject({ userId: "u-123", since: "all" });
        expect(await ran(page)).toBeUndefined();
    });

    test("is changed, and what the form does not show stays", async () => {
        const { page } = await tests.open("/t/maple/recipients/u-123");
        await page.getByRole("button", { name: "Edit" }).click();
        const dialog = page.getByRole("dialog", { name: "Edit" });
        await dialog.getByLabel("Name").fill("Anna");
        await dialog.getByRole("button", { name: "Save" }).click();
        await page.getByRole("heading", { name: "Anna" }).waitFor();
        expect(asked("PUT", "/u-123")[0]!.body).toMatchObject({ name: "Anna", attributes: { plan: "gold" }, tags: ["landlord"] });
    });

    test("has preferences that are changed by the keyboard; what others saved meanwhile is not lost", async () => {
        const { page } = await tests.open("/t/maple/recipients/u-123");
        await page.getByRole("button", { name: "Everything, SMS: not wanted" }).waitFor();
        await page.getByRole("button", { name: "Security, E-mail: no opinion" }).focus();
        await page.keyboard.press("Enter");
        await page.getByRole("button", { name: "Security, E-mail: wanted" }).waitFor();
        await page.getByRole("button", { name: "Take the opt-out of marketing back" }).click();
        await page.getByRole("button", { name: "Save preferences" }).click();
        await page.getByRole("button", { name: "Save preferences", disabled: true }).waitFor();
        expect(preferences).toMatchObject({ version: 4, categories: { news: { enabled: false }, security: { channels: { email: true } } }, topics: { "building-7": false }, optOuts: [], quietHours: { timezone: "Europe/Paris" } });
        preferences = { ...preferences, version: 9, paused: true };
        await page.getByLabel("Paused").check();
        await page.getByRole("button", { name: "Save preferences" }).click();
        await page.getByText("Somebody saved other preferences meanwhile.").waitFor();
        await page.getByRole("button", { name: "Discard changes" }).click();
        await page.getByRole("button", { name: "Save preferences", disabled: true }).waitFor();
        expect(await page.getByLabel("Paused").isChecked()).toBe(true);
    });

    test("is erased only when the id is typed, and the receipt comes with its signature", async () => {
        const { page } = await tests.open("/t/maple/recipients/u-123");
        await page.getByRole("button", { name: "Erase" }).click();
        const dialog = page.getByRole("dialog", { name: "Erase this person everywhere?" });
        const yes = dialog.getByRole("button", { name: "Erase for good" });
        expect(await yes.isDisabled()).toBe(true);
        expect(await violations(page)).toEqual([]);
        await dialog.getByLabel("Type u-123 to go on").fill("u-123");
        await yes.click();
        const receipt = page.getByRole("dialog", { name: "Receipt of an erasure" });
        await receipt.getByText("MEUCIQCtIHJeH93Y").waitFor();
        expect(await violations(page)).toEqual([]);
        expect(new URL(page.url()).searchParams.get("erasure")).toBe(idOf(60));
        await page.keyboard.press("Escape");
        await receipt.waitFor({ state: "detached" });
        expect(await page.getByRole("link", { name: "Ann Example" }).count()).toBe(0);
    });

    test("whom the directory does not know still has preferences and what was sent", async () => {
        people = [];
        const { page } = await tests.open("/t/maple/recipients/u-123");
        await page.getByText("The directory does not know this person.").waitFor();
        await page.getByText("A-1009").waitFor();
        expect(await violations(page)).toEqual([]);
        await page.getByRole("button", { name: "Add a person" }).click();
        expect(await page.getByRole("dialog").getByLabel("User").inputValue()).toBe("u-123");
    });

    test("of the test accounts has preferences that are only read", async () => {
        const { page } = await tests.open("/t/maple/recipients/u-123?mode=test");
        await page.getByRole("img", { name: "Everything, SMS: not wanted" }).waitFor();
        expect(await page.getByRole("button", { name: "Save preferences" }).count()).toBe(0);
        expect(await violations(page)).toEqual([]);
        expect(tests.service.requests.some((request) => request.path.endsWith("/u-123") && request.query.get("mode") === "test")).toBe(true);
    });

    test.each(ways)("has no violation, and nothing is cut off: %j", async (way) => {
        people = [personOf("u-123", { name: longName, email: `${"x".repeat(60)}@example.com`, addresses: [{ channel: "email", address: `${"x".repeat(60)}@example.com`, verified: true, suppressed: false }, ...personOf("").addresses] })];
        const { page, errors } = await tests.open("/t/maple/recipients/u-123", way);
        await page.getByText("A-1009").first().waitFor();
        await page
            .locator("details")
            .first()
            .evaluate((element: HTMLDetailsElement) => {
                element.open = true;
            });
        expect(await violations(page)).toEqual([]);
        await expectNoOverflow(page);
        expect(errors).toEqual([]);
        expect(await ran(page)).toBeUndefined();
    });
});
