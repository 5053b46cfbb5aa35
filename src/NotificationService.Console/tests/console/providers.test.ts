import { describe, expect, test } from "vitest";
import { inOrder, moved, readSetting, shareOf, withSetting } from "../../src/console/providers/types.ts";

const provider = (id: string, priority: number, weight = 100, of: { enabled?: boolean; usable?: boolean; parked?: object } = {}) => ({ id, priority, weight, enabled: true, usable: true, ...of });

describe("The order of providers", () => {
    const three = [provider("c", 30), provider("a", 10), provider("b", 20)];

    test("is by priority, and within one by weight", () => expect(inOrder([provider("a", 10, 40), provider("b", 10, 60), provider("c", 5)]).map((one) => one.id)).toEqual(["c", "b", "a"]));

    test("changes only what has to change", () => {
        expect(moved(three, "c", -1)).toEqual([
            { id: "c", priority: 20 },
            { id: "b", priority: 30 },
        ]);
        expect(moved(three, "a", -1)).toEqual([]);
        expect(moved(three, "c", 1)).toEqual([]);
        expect(moved(three, "none", 1)).toEqual([]);
    });

    test("separates those that shared a priority", () => expect(moved([provider("a", 10), provider("b", 10)], "b", -1)).toEqual([{ id: "a", priority: 20 }]));

    test("stays within what the service takes, however many there are", () => {
        const many = Array.from({ length: 400 }, (_, index) => provider(String(index).padStart(3, "0"), 0));
        expect(Math.max(...moved(many, "399", -1).map((one) => one.priority))).toBeLessThanOrEqual(1_000);
    });
});

describe("The share of the traffic", () => {
    test("goes to the first that can send, by weight", () => {
        const list = [provider("a", 10, 60), provider("b", 10, 40), provider("c", 20)];
        expect(["a", "b", "c"].map((id) => shareOf(list, id))).toEqual([0.6, 0.4, 0]);
        expect(shareOf([provider("a", 10, 60, { parked: {} }), provider("c", 20)], "c")).toBe(1);
        expect(shareOf([provider("a", 10, 0), provider("b", 10, 0)], "a")).toBe(0.5);
        expect(shareOf([provider("a", 10, 0, { enabled: false })], "a")).toBe(0);
    });
});

describe("Settings", () => {
    test("are read and written where they stand, and what the form does not know stays", () => {
        const settings = { port: 25, from: { email: "a@example.com" }, unsubscribe: { email: "x" } };
        expect(readSetting(settings, "from.email")).toBe("a@example.com");
        expect(readSetting(null, "from.email")).toBe("");
        expect(withSetting(settings, { name: "from.name", kind: "text" }, "Ann")).toEqual({ ...settings, from: { email: "a@example.com", name: "Ann" } });
        expect(withSetting(settings, { name: "from.email", kind: "email" }, "")).toEqual({ port: 25, unsubscribe: { email: "x" } });
        expect(withSetting(settings, { name: "port", kind: "number" }, "587")).toMatchObject({ port: 587 });
        expect(withSetting(settings, { name: "port", kind: "number" }, "many")).toMatchObject({ port: "many" });
        expect(withSetting(settings, { name: "categories", kind: "texts" }, "a, b,")).toMatchObject({ categories: ["a", "b"] });
        expect(readSetting({ categories: ["a", "b"] }, "categories")).toBe("a, b");
        expect(withSetting("broken", { name: "dryRun", kind: "boolean" }, "true")).toEqual({ dryRun: true });
    });
});
