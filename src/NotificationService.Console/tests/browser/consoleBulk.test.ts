import type { Page } from "playwright-core";
import { beforeEach, describe, expect, test } from "vitest";
import type { Schema } from "../../src/console/api/client.ts";
import type { Job } from "../../src/console/bulk/queries.ts";
import { at, ConsoleTests, idOf, ways } from "./console.ts";
import { expectNoOverflow, violations } from "./page.ts";

const tests = new ConsoleTests();

const hostile = `"><img src=x onerror="window.ran=1"><script>window.ran=1</script>`;
const longName = "Winter sale of everything that was left over in the eastern warehouses.csv";
const root = "/api/v1/services/notifications/bulk";
const none = { total: 0, pending: 0, sent: 0, delivered: 0, read: 0, failed: 0, bounced: 0, suppressed: 0, cancelled: 0, expired: 0 };

const jobOf = (number: number, of: Partial<Job> = {}): Job => ({
    jobId: idOf(number),
    status: "running",
    name: "November sale",
    mode: "skip_bad_rows",
    dryRun: true,
    live: true,
    template: { key: "order-shipped", version: 3 },
    columns: { Courriel: "recipient.email", "Order ID": "data.orderId", Shelf: null },
    encoding: "utf-8",
    delimiter: ",",
    fileBytes: 42_000,
    rows: { total: 41_200, done: 20_000, queued: 19_671, bad: 329, repeated: 0 },
    progress: 0.485,
    ratePerSecond: 412.5,
    etaSeconds: 51,
    createdAt: at,
    ...of,
});
const sample = { line: 2, channel: "email", subject: `Order A-1 ${hostile}`, html: "<p>Your order is on its way.</p><script>parent.ran=1</script>", text: "Your order is on its way." };
const checked = (of: Partial<Job> = {}) => jobOf(1, { status: "checked", rows: { total: 41_200, done: 41_200, queued: 0, bad: 3, repeated: 0 }, progress: 1, ratePerSecond: null, etaSeconds: null, smsSegments: 0, samples: [sample, { ...sample, line: 3 }], endedAt: at, ...of });
const errors = `Courriel,Order ID,Shelf,error_code,error_message,row\n0612345678,A-1,x,invalid_email,The address is not valid.,2\n"${hostile.replaceAll('"', '""')}",A-2,y,invalid_email,The address is not valid.,9\nann@example.com,,z,required,orderId is missing.,40\n`;

let job: Job;
beforeEach(async () => {
    job = checked();
    const jobs = () => [jobOf(2), job, jobOf(3, { name: longName, status: "completed", rows: { total: 12, done: 12, queued: 12, bad: 0, repeated: 0 }, ratePerSecond: null, etaSeconds: null }), jobOf(4, { name: hostile, status: "failed", reason: "upload_incomplete", message: "the upload ended half-way" })];
    tests.service.answers("get", root, ({ query }) => ({ items: jobs().filter((one) => !query.has("status") || one.status === query.get("status")) }));
    tests.service.answers("get", `${root}/{jobId}`, () => job);
    tests.service.on("get", `${root}/{jobId}/errors.csv`, () => ({ status: 200, body: errors }));
    tests.service.answers("get", `${root}/{jobId}/items`, ({ query }) => ({
        items: [
            { row: 2, status: "bad", code: "invalid_email", message: "The address is not valid.", cells: { Courriel: hostile, "Order ID": "A-1" } },
            { row: 3, status: "delivered", notificationId: idOf(70), cells: { Courriel: `${"x".repeat(60)}@example.com`, "Order ID": "A-2" } },
        ].filter((one) => !query.has("status") || one.status === query.get("status")),
    }));
    for (const verb of ["start", "pause", "resume", "cancel"] as const)
        tests.service.answers("post", `${root}/{jobId}/${verb}`, () => {
            job = { ...job, status: verb === "pause" ? "paused" : verb === "cancel" ? "cancelled" : "completed", rows: { ...job.rows, queued: job.rows.total - job.rows.bad } };
            return job;
        });
    const template = { id: idOf(50), key: "order-shipped", name: "Order shipped", publishedVersion: 3, createdAt: at, updatedAt: at };
    tests.service.answers("get", "/api/v1/admin/templates", () => ({ items: [template, { ...template, id: idOf(51), key: "x", name: longName, publishedVersion: null }] }));
    tests.service.answers("get", "/api/v1/admin/templates/{template}", () => ({ ...template, channels: ["email", "sms"], variables: {}, versions: [] }) as unknown as Schema<"TemplateResponse">);
    tests.service.answers("post", `${root}/columns`, ({ body }) => {
        const { columns, mapping = {} } = body as { columns: string[]; mapping?: Record<string, string> };
        const known: Record<string, string> = { email: "recipient.email", "Order ID": "data.orderId", Nom: "recipient.name" };
        const taken = columns.map((column) => ({ column, target: mapping[column] === "ignore" ? null : (mapping[column] ?? known[column] ?? null) }));
        return {
            template: { key: "order-shipped", version: 3 },
            columns: taken,
            targets: ["recipient.userId", "recipient.name", "recipient.email", "recipient.phone", "reference", "data.orderId", "data.total"],
            problems: taken.some((column) => column.target === "data.orderId") ? [] : [{ code: "csv_column_missing", message: "The template needs 'orderId', for which the file has no column.", column: "orderId" }],
        };
    });
    tests.service.on("post", `${root}/csv`, () => ({ status: 202, body: { jobId: idOf(1), rows: 3 } }));
});

const file = (text: string, name = "contacts.csv") => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
const asked = (path: string) => tests.service.requests.filter((request) => request.path.endsWith(path));
const ran = (page: Page) => page.evaluate(() => (window as { ran?: number }).ran);

describe("Bulk jobs", () => {
    test("are listed with how far they are, and filtered in the address", async () => {
        const visit = await tests.open("/t/maple/bulk");
        const { page } = visit;
        await page.getByRole("link", { name: "November sale" }).first().waitFor();
        await page.getByText("51 secs left").waitFor();
        expect(await page.getByRole("progressbar", { name: "Rows of November sale" }).first().getAttribute("aria-valuenow")).toBe("48");
        await page.getByLabel("Status").selectOption("Failed");
        await page.getByRole("link", { name: "November sale" }).first().waitFor({ state: "detached" });
        expect(new URL(page.url()).searchParams.get("status")).toBe("failed");
        await page.reload();
        await page.getByRole("link", { name: hostile }).waitFor();
        expect(await ran(page)).toBeUndefined();
    });

    test("of none say what the page is for, and lead to the first", async () => {
        tests.service.answers("get", root, () => ({ items: [] }));
        const visit = await tests.open("/t/maple/bulk");
        const { page } = visit;
        await page.getByText("No file was uploaded yet").waitFor();
        expect(await violations(page)).toEqual([]);
        await page.getByRole("main").getByRole("link", { name: "Upload a CSV" }).last().click();
        await page.getByRole("heading", { name: "Upload a CSV" }).waitFor();
    });

    test("are looked at, and not changed, by a viewer", async () => {
        tests.service.roles = ["viewer"];
        const visit = await tests.open(`/t/maple/bulk/${idOf(1)}`);
        const { page } = visit;
        await page.getByText("3 rows to correct").waitFor();
        await page.getByText("The address is not valid.").first().click();
        await page.getByRole("table").getByText("0612345678").waitFor();
        expect(await violations(page)).toEqual([]);
        expect(await page.getByRole("button", { name: /Send|Cancel/ }).count()).toBe(0);
    });

    test.each(ways)("have no violation, and nothing is cut off: %j", async (way) => {
        const visit = await tests.open("/t/maple/bulk", way);
        await visit.page.getByRole("link", { name: longName }).waitFor();
        expect(await violations(visit.page)).toEqual([]);
        await expectNoOverflow(visit.page);
        expect(visit.errors).toEqual([]);
    });
});

describe("A file", () => {
    const contacts = `Courriel;Order ID;Nom;Étagère\nann@example.com;A-1;${hostile};12\n`;

    test("is dropped, its columns are corrected, and it is checked before anything is sent", async () => {
        const visit = await tests.open("/t/maple/bulk/upload?template=order-shipped");
        const { page } = visit;
        await page.locator("input[type=file]").setInputFiles(file(contacts.replace("Order ID", "Nr")));
        await page.getByText("The template needs 'orderId'").waitFor();
        await page.getByText("UTF-8 · separated by ;").waitFor();
        const check = page.getByRole("button", { name: "Check the file" });
        expect(await check.isDisabled()).toBe(true);
        expect(await page.getByLabel("What Courriel is").inputValue()).toBe("recipient.email");
        await page.getByLabel("What Nr is").selectOption("data.orderId");
        await page.getByText("You chose").waitFor();
        await page.getByText("The template needs 'orderId'").waitFor({ state: "detached" });
        await page.getByLabel("SMS").check();
        await check.click();
        await page.waitForURL(`**/bulk/${idOf(1)}`);
        const form = asked("/csv")[0]!.body as string;
        expect(form).toMatch(/name="dryRun"\r\n\r\ntrue/);
        expect(form).toContain('{"Courriel":"recipient.email","Nr":"data.orderId"}');
        expect(form).toMatch(/name="channels"\r\n\r\nsms/);
        expect(form.indexOf('name="file"')).toBeGreaterThan(form.indexOf('name="dryRun"'));
        expect(await ran(page)).toBeUndefined();
    });

    test("has columns that stand as in the last file for this template", async () => {
        const visit = await tests.open("/t/maple/bulk/upload?template=order-shipped");
        const { page } = visit;
        await page.locator("input[type=file]").setInputFiles(file(contacts));
        await page.getByText("As last time").first().waitFor();
        expect(await page.getByLabel("What Courriel is").inputValue()).toBe("recipient.email");
    });

    test("that the service refuses stays, with the reason", async () => {
        tests.service.on("post", `${root}/csv`, () => ({ status: 422, body: { type: "urn:x", title: "x", status: 422, code: "validation_failed", errors: [{ pointer: "/file", code: "csv_quote_unclosed", message: "A quote was left open (line 7)" }] } }));
        const visit = await tests.open("/t/maple/bulk/upload?template=order-shipped");
        const { page } = visit;
        await page.locator("input[type=file]").setInputFiles(file(contacts));
        await page.getByRole("button", { name: "Check the file" }).click();
        await page.getByText("A quote was left open (line 7)").waitFor();
        await page.getByText("contacts.csv").waitFor();
        expect(await violations(page)).toEqual([]);
    });

    test("without a line to read says so", async () => {
        const visit = await tests.open("/t/maple/bulk/upload");
        await visit.page.locator("input[type=file]").setInputFiles(file("\n\n"));
        await visit.page.getByText("The file has no line to read.").waitFor();
    });

    test.each(ways)("has no violation while it is mapped, and nothing is cut off: %j", async (way) => {
        const visit = await tests.open("/t/maple/bulk/upload?template=order-shipped", way);
        const { page } = visit;
        await page.locator("input[type=file]").setInputFiles(file(contacts, longName));
        await page.locator("tbody tr").first().waitFor();
        await page.locator("details").evaluate((element: HTMLDetailsElement) => {
            element.open = true;
        });
        expect(await violations(page)).toEqual([]);
        await expectNoOverflow(page);
        expect(visit.errors).toEqual([]);
        expect(await ran(page)).toBeUndefined();
    });
});

describe("A checked file", () => {
    test("sends its good rows after a question, without a second upload", async () => {
        const visit = await tests.open(`/t/maple/bulk/${idOf(1)}`);
        const { page } = visit;
        await page.getByText("41,197 rows can go now, 3 cannot. Nothing was sent yet.").waitFor();
        await page.getByRole("button", { name: "Send 41,197 rows" }).click();
        const dialog = page.getByRole("dialog", { name: "Send 41,197 rows?" });
        await dialog.getByText("The 3 bad rows stay here").waitFor();
        expect(await violations(page)).toEqual([]);
        await dialog.getByRole("button", { name: "Send 41,197 rows" }).click();
        await dialog.waitFor({ state: "detached" });
        await page.getByText("Complete", { exact: true }).waitFor();
        expect(asked("/start")).toHaveLength(1);
        expect(asked("/csv")).toHaveLength(0);
    });

    test("has its bad rows by cause; they are corrected with the keyboard, and only those are sent", async () => {
        job = checked({ status: "completed", rows: { total: 41_200, done: 41_200, queued: 41_197, bad: 3, repeated: 0 } });
        const visit = await tests.open(`/t/maple/bulk/${idOf(1)}`);
        const { page } = visit;
        await page.getByText("The address is not valid. invalid_email").click();
        await page.getByLabel("Courriel, line 2").fill("bob@example.com");
        await page.keyboard.press("Enter");
        await page.keyboard.type("!");
        await page.getByLabel("Courriel, line 9").fill("eve@example.com");
        await page.keyboard.press("ArrowUp");
        expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Courriel, line 2");
        expect(await violations(page)).toEqual([]);
        await page.getByRole("button", { name: "Send 2 corrected rows" }).click();
        await page.getByRole("button", { name: "Send 0 corrected rows" }).waitFor();
        const form = asked("/csv")[0]!.body as string;
        expect(form).toMatch(new RegExp(`name="continues"\\r\\n\\r\\n${idOf(1)}`));
        expect(form).toContain('"Courriel","Order ID","Shelf","row"\r\n"bob@example.com","A-1","x","2"\r\n"eve@example.com","A-2","y","9"');
        expect(await ran(page)).toBeUndefined();
    });

    test("has one repair for all rows of a cause", async () => {
        const visit = await tests.open(`/t/maple/bulk/${idOf(1)}`);
        const { page } = visit;
        await page.getByText("The address is not valid. invalid_email").click();
        await page.getByLabel("For all of them").selectOption("Write");
        await page.getByLabel("Text").fill("ann@example.com");
        await page.getByRole("button", { name: "Change 2 rows" }).click();
        expect(await page.getByLabel("Courriel, line 9").inputValue()).toBe("ann@example.com");
        await page.getByText("2 corrected · 2 rows").waitFor();
        // What was checked is sent first.
        expect(await page.getByRole("button", { name: "Send 2 corrected rows" }).isDisabled()).toBe(true);
        await page.getByText("Send the good rows first").waitFor();
    });

    test("that runs is paused, resumed and cancelled", async () => {
        job = jobOf(1, { deliveries: { ...none, total: 19_671, pending: 9_000, sent: 10_671 } });
        const visit = await tests.open(`/t/maple/bulk/${idOf(1)}`);
        const { page } = visit;
        await page.getByText("412.5").waitFor();
        await page.getByRole("button", { name: "Pause" }).click();
        await page.getByRole("button", { name: "Resume" }).waitFor();
        await page.getByRole("button", { name: "Cancel" }).click();
        await page.getByRole("dialog", { name: "Cancel this file?" }).getByRole("button", { name: "Cancel the file" }).click();
        await page.getByText("Cancelled", { exact: true }).first().waitFor();
    });

    test("has its rows by status, in the address, each leading to its notification", async () => {
        const visit = await tests.open(`/t/maple/bulk/${idOf(1)}?rows=delivered`);
        const { page } = visit;
        await page.getByRole("link", { name: /@example.com · A-2/ }).click();
        await page.waitForURL(`**/notifications/${idOf(70)}`);
    });

    test("gives its bad rows as a file", async () => {
        const visit = await tests.open(`/t/maple/bulk/${idOf(1)}`);
        const [file] = await Promise.all([visit.page.waitForEvent("download"), visit.page.getByRole("button", { name: "Bad rows" }).click()]);
        expect(file.suggestedFilename()).toBe(`errors-${idOf(1)}.csv`);
        expect(visit.errors).toEqual([]);
    });

    test("that is not there says so, and leads back", async () => {
        tests.service.on("get", `${root}/{jobId}`, () => ({ status: 404, body: { type: "urn:x", title: "x", status: 404, code: "not_found" } }));
        const visit = await tests.open(`/t/maple/bulk/${idOf(9)}`);
        await visit.page.getByText("There is no such thing here.").waitFor();
        await visit.page.getByRole("main").getByRole("link", { name: "Bulk" }).click();
        await visit.page.waitForURL(/\/bulk$/);
    });

    test.each(ways)("has no violation, and nothing is cut off: %j", async (way) => {
        job = checked({ name: longName, status: "completed", deliveries: { ...none, total: 41_197, pending: 12, sent: 30_000, delivered: 11_000, failed: 120, bounced: 65 } });
        const visit = await tests.open(`/t/maple/bulk/${idOf(1)}`, way);
        const { page } = visit;
        await page.getByText("invalid_email").first().waitFor();
        for (const details of await page.locator("details").all())
            await details.evaluate((element: HTMLDetailsElement) => {
                element.open = true;
            });
        await page.locator("[data-cell]").first().waitFor();
        expect(await violations(page)).toEqual([]);
        await expectNoOverflow(page);
        expect(visit.errors).toEqual([]);
        expect(await ran(page)).toBeUndefined();
    });
});
