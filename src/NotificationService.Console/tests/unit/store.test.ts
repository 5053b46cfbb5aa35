import { describe, expect, test } from "vitest";
import type { Item } from "../../src/inbox/item.ts";
import { Store } from "../../src/inbox/store.ts";

function item(id: string, version = 1, change: Partial<Item> = {}): Item {
    return { id, title: id, body: null, status: "unread", seen: false, createdAt: "2026-01-01T00:00:00Z", version, ...change };
}

function filled(...items: Item[]): Store {
    const store = new Store(() => Date.parse("2026-01-01T12:00:00Z"));
    for (const tab of ["all", "unread", "archived"] as const) store.addPage(tab, { items });
    return store;
}

const ids = (items: Item[]) => items.map((one) => one.id);

describe("The store", () => {
    test("takes the newest version of an item, in whatever order they come", () => {
        const store = filled(item("a", 5, { title: "new" }));

        expect(store.put(item("a", 4, { title: "old" }))).toBe(false);
        expect(store.get("a")!.title).toBe("new");
    });

    test("takes the newest counts only", () => {
        const store = new Store();

        expect(store.setCounts({ unread: 3, unseen: 3, version: 7 })).toBe(true);
        expect(store.setCounts({ unread: 9, unseen: 9, version: 6 })).toBe(false);
        expect(store.counts!.unread).toBe(3);
    });

    test("does not bring back what was deleted when an older event arrives late", () => {
        const store = filled(item("a"));
        store.drop("a", 5);
        store.put(item("a", 4));

        expect(store.list("all")).toEqual([]);
    });

    test("shows items in the service's order, and each only where it belongs", () => {
        const store = filled(item("b", 1, { status: "read" }), item("a"), item("c", 1, { status: "archived" }), item("d", 1, { snoozedUntil: "2026-01-01T13:00:00Z" }));

        expect(ids(store.list("all"))).toEqual(["b", "a"]);
        expect(ids(store.list("unread"))).toEqual(["a"]);
        expect(ids(store.list("archived"))).toEqual(["c"]);
        expect(store.nextWaking()).toBe(Date.parse("2026-01-01T13:00:00Z"));
    });

    test("puts what has come first, also when it was made long ago or was there before", () => {
        const store = filled(item("a"), item("b"), item("c"));
        store.put(item("late", 2, { createdAt: "2020-01-01T00:00:00Z" }));
        store.arrive("late");
        store.put(item("b", 3));
        store.arrive("b");

        expect(ids(store.list("all"))).toEqual(["b", "late", "a", "c"]);
    });

    test("gives a place by time to what moved in from another list, unless there may be gaps", () => {
        const at = (hour: number) => ({ createdAt: `2026-01-01T0${hour}:00:00Z` });
        const store = new Store();
        store.addPage("all", { items: [item("d", 1, at(8)), item("b", 1, at(4))], nextCursor: "more" });
        store.put(item("c", 1, at(6)));
        store.put(item("a", 1, at(2)));

        expect(ids(store.list("all"))).toEqual(["d", "c", "b"]);
        store.addPage("all", { items: [item("0", 1, at(3)), item("a", 1, at(2))] });
        expect(ids(store.list("all"))).toEqual(["d", "c", "b", "0", "a"]);
    });

    test("shows a change at once and brings the item back with the reason when it is refused", () => {
        const store = filled(item("a"));
        const pending = store.begin("a", { status: "archived" });
        expect(ids(store.list("all"))).toEqual([]);

        store.rollBack(pending, "Not yours.");
        expect(ids(store.list("all"))).toEqual(["a"]);
        expect(store.reasonOf("a")).toBe("Not yours.");
    });

    test("keeps an event that came while a change was under way", () => {
        const store = filled(item("a"));
        const pending = store.begin("a", { status: "read" });
        store.put(item("a", 9, { title: "renamed", status: "unread" }));
        expect(store.get("a")).toMatchObject({ title: "renamed", status: "read" });

        store.rollBack(pending);
        expect(store.get("a")).toMatchObject({ title: "renamed", status: "unread" });
    });

    test("does not let an answer overtake a later event", () => {
        const store = filled(item("a"));
        const pending = store.begin("a", { status: "read" });
        store.put(item("a", 9, { status: "archived" }));
        store.commit(pending, item("a", 8, { status: "read" }));

        expect(store.get("a")!.status).toBe("archived");
    });

    test("forgets what a list read anew no longer has, and keeps what came since it asked", () => {
        const store = filled(item("a"), item("b"), item("c"));
        const asked = store.moment();
        store.put(item("d"));
        store.arrive("d");
        store.addFirstPage("all", { items: [item("c"), item("a")] }, asked);

        expect(ids(store.list("all"))).toEqual(["d", "c", "a"]);
    });

    test("lets new items wait until they are asked for", () => {
        const store = filled(item("a"));
        store.put(item("b"));
        store.arrive("b");
        store.hold("b");
        expect(ids(store.list("all"))).toEqual(["a"]);
        expect(store.heldCount).toBe(1);

        store.release();
        expect(ids(store.list("all"))).toEqual(["b", "a"]);
    });

    test("leaves what was read in the list of unread items where it is until the list is left", () => {
        const store = filled(item("a"));
        store.keep("a");
        store.commit(store.begin("a", { status: "read" }), item("a", 2, { status: "read" }));
        expect(ids(store.list("unread"))).toEqual(["a"]);

        store.letGo();
        expect(store.list("unread")).toEqual([]);
    });
});
