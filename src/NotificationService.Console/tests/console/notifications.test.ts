import { describe, expect, test } from "vitest";
import { countOf, fixed, readNotificationFilters, sinceOf } from "../../src/console/notifications/filters.ts";
import { addressOf, type NotificationDetail, nameOf, nextLook } from "../../src/console/notifications/queries.ts";
import { storyOf } from "../../src/console/notifications/story.ts";
import { reasonOf, verdictOf } from "../../src/console/notifications/verdict.ts";
import { within } from "../../src/console/session/within.ts";
import { english } from "../../src/console/words/en.ts";
import { fill } from "../../src/console/words/phrase.ts";
import { delivery, notification } from "./examples.ts";

const t = (word: keyof typeof english, values = {}) => fill(english[word], values, "en");
const now = Date.parse("2026-11-23T12:00:00Z");

describe("The address of the list", () => {
    test("is read for what it knows, whatever else stands there", () => {
        expect(readNotificationFilters({ status: "failed", channel: "pigeon", reference: 1009, userId: "  ", since: "7d", mode: "live", script: "<b>", until: "soon" })).toEqual({ status: "failed", reference: "1009", since: "7d", mode: "live" });
    });

    test("asks for 24 hours if it says nothing, and for everything if it says so", () => {
        expect(sinceOf(undefined, now)).toBe("2026-11-22T12:00:00.000Z");
        expect(sinceOf("all", now)).toBeUndefined();
        expect(sinceOf("2026-01-01T00:00:00Z", now)).toBe("2026-01-01T00:00:00Z");
    });

    test("that is copied shows the same rows tomorrow", () => {
        const copied = fixed({ status: "failed" }, now);
        expect(copied).toEqual({ status: "failed", since: "2026-11-22T12:00:00.000Z", until: "2026-11-23T12:00:00.000Z" });
        expect(fixed(copied, now + 86_400_000)).toEqual(copied);
        expect(readNotificationFilters({ ...copied })).toEqual(copied);
    });

    test("counts what hides rows", () => expect(countOf({ since: "1h", status: "failed", until: "2026-11-23T12:00:00Z" })).toBe(2));
});

describe("A link to go to after signing in", () => {
    test.each(["/t/demo", "/t/demo/notifications?status=failed"])("within the console is gone to: %s", (to) => expect(within(to)).toBe(to));
    test.each(["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/t/..//evil", "/api/v1/auth/logout", "/t/\\evil.example/x", 7, undefined])("elsewhere is not: %s", (to) => expect(within(to)).toBe("/"));
});

describe("A recipient", () => {
    test("is called by its name, and else by what is known", () => {
        expect(nameOf({ name: "Ann", email: "ann@example.com" })).toBe("Ann");
        expect(addressOf({ name: "Ann", email: "ann@example.com" })).toBe("ann@example.com");
        expect(nameOf({ phone: "+14155550100" })).toBe("+14155550100");
        expect(addressOf({ phone: "+14155550100" })).toBeUndefined();
        expect(nameOf({})).toBe("–");
    });
});

describe("The verdict", () => {
    const of = (...deliveries: Partial<NotificationDetail["deliveries"][number]>[]) => verdictOf(notification({ deliveries: deliveries.map(delivery) }), t);

    test.each([
        [[{ status: "delivered" }], "good", "It arrived: E-mail."],
        [[{ status: "delivered" }, { status: "read", channel: "in_app" }], "good", "It was read: In-app."],
        [[{ status: "delivered" }, { status: "failed", channel: "sms" }], "warn", "It arrived: E-mail. 1 of 2 channels did not reach the recipient."],
        [[{ status: "sent" }], "progress", "A provider has it. No report of its arrival has come yet."],
        [[{ status: "sent" }, { status: "failed" }], "warn", "A provider has it. No report of its arrival has come yet."],
        [[{ status: "scheduled" }], "progress", "It waits for its time."],
        [[{ status: "failed" }, { status: "queued" }], "progress", "It is on its way."],
        [[{ status: "failed" }, { status: "bounced" }], "bad", "It did not reach the recipient."],
        [[{ status: "suppressed" }], "warn", "It did not reach the recipient."],
        [[{ status: "cancelled" }], "neutral", "It was cancelled before anything was sent."],
        [[], "warn", "No channel could be used."],
    ])("of %j is %s: %s", (deliveries, tone, sentence) => expect(of(...(deliveries as []))).toEqual({ tone, sentence }));

    test("gives the provider's own words", () => {
        const failure = { kind: "permanent", code: "30006", message: "the number is a landline", provider: "Twilio" };
        expect(reasonOf(delivery({ status: "failed", channel: "sms", failure }), t)).toBe("SMS failed: Twilio says the number is a landline (30006).");
        expect(reasonOf(delivery({ status: "bounced", failure }), t)).toBe("E-mail bounced: Twilio says the number is a landline (30006).");
    });

    test("says that nobody knows before it says that it failed", () => expect(reasonOf(delivery({ status: "failed", ambiguous: true }), t)).toMatch(/^E-mail: it may have been sent/));

    test("of what arrived needs no reason, even if an attempt was unclear", () => expect(reasonOf(delivery({ status: "delivered", ambiguous: true }), t)).toBeUndefined());
});

describe("A notification on its way", () => {
    const at = (seconds: number) => new Date(now - seconds * 1000).toISOString();
    test("is looked at again, ever less often, and not for ever", () => {
        const sent = (seconds: number) => nextLook(notification({ createdAt: at(seconds), deliveries: [delivery({ status: "sent" })] }), now);
        expect(sent(1)).toBe(1_000);
        expect(sent(40)).toBe(5_000);
        expect(sent(300)).toBe(15_000);
        expect(sent(700)).toBe(false);
    });

    test("that has ended, or waits for tomorrow, is left alone", () => {
        expect(nextLook(notification({ createdAt: at(1), deliveries: [delivery({ status: "failed" })] }), now)).toBe(false);
        expect(nextLook(notification({ createdAt: at(1), deliveries: [delivery({ status: "queued", dueAt: "2026-11-24T12:00:00Z" })] }), now)).toBe(false);
    });
});

describe("The timeline", () => {
    const item = (sequence: number, at: string, deliveryId = "d1") => ({ deliveryId, channel: deliveryId === "d1" ? "sms" : "email", sequence, status: "queued", at });

    test("keeps the order of time on one line for all channels, between its ends", () => {
        const story = storyOf([item(1, "2026-11-23T09:00:00.000Z"), item(2, "2026-11-23T09:00:00.240Z"), item(1, "2026-11-23T09:00:00.000Z", "d2"), item(2, "2026-11-23T09:00:01.000Z", "d2")]);
        const [sms, email] = story.channels;
        expect(sms!.moments[0]!.place).toBe(0);
        expect(email!.moments[0]!.place).toBe(0);
        expect(email!.moments[1]!.place).toBeCloseTo(1);
        expect(sms!.moments[1]!.place).toBeGreaterThan(0.1);
        expect(sms!.moments[1]!.place).toBeLessThan(email!.moments[1]!.place);
    });

    test("folds a night, and says how long it was", () => {
        const story = storyOf([item(1, "2026-11-23T22:00:00Z"), item(2, "2026-11-24T07:30:00Z"), item(3, "2026-11-24T07:30:00.3Z"), item(4, "2026-11-24T07:30:02Z")]);
        expect(story.waits).toHaveLength(1);
        expect(story.waits[0]!.milliseconds).toBe(9.5 * 3_600_000);
        const places = story.channels[0]!.moments.map((moment) => moment.place);
        expect(places[2]! - places[1]!).toBeGreaterThan(0.05);
        expect([...places].sort()).toEqual(places);
    });

    test("of one moment stands in the middle, and of nothing is empty", () => {
        expect(storyOf([item(1, "2026-11-23T22:00:00Z")]).channels[0]!.moments[0]!.place).toBe(0.5);
        expect(storyOf([]).channels).toEqual([]);
    });
});
