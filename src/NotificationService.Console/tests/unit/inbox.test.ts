import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Connection, Inbox, type InboxListener } from "../../src/inbox/inbox.ts";
import type { Counts, Item } from "../../src/inbox/item.ts";
import { Store, type Tab } from "../../src/inbox/store.ts";
import type { Browser } from "../../src/inbox/tabs.ts";
import { answer, TestService, tokenOf } from "../service.ts";
import { TestBrowser } from "../tabs.ts";

let service: TestService;
const open: Inbox[] = [];

beforeEach(async () => void (service = await new TestService().start()));
afterEach(async () => {
    for (const inbox of open.splice(0)) inbox.stop();
    await service.stop();
});

class Notes implements InboxListener {
    arrivals: Item[] = [];
    counts: Counts[] = [];
    errors: unknown[] = [];
    signIns = 0;
    connections: Connection[] = [];
    onArrive = (item: Item) => void this.arrivals.push(item);
    onCount = (counts: Counts) => void this.counts.push(counts);
    onError = (error: unknown) => void this.errors.push(error);
    onSignInNeeded = () => void this.signIns++;
    onConnection = (connection: Connection) => void this.connections.push(connection);
}

async function visit(browser: Browser = new TestBrowser(), token: () => string = () => tokenOf("ann")): Promise<{ inbox: Inbox; notes: Notes }> {
    const notes = new Notes();
    const inbox = new Inbox(service.url, async () => token(), notes, new Store(), browser);
    open.push(inbox);
    await inbox.start();
    return { inbox, notes };
}

async function live(inbox: Inbox): Promise<void> {
    await eventually(() => expect(inbox.connection).toBe("live"));
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 });
const ids = (inbox: Inbox, tab: Tab = "all") => inbox.store.list(tab).map((item) => item.id);

describe("An inbox", () => {
    test("loads page after page to the end of the list", async () => {
        const all = Array.from({ length: 70 }, () => service.add({}, true).id).reverse();
        const { inbox } = await visit();
        for (let pages = 0; !inbox.store.reach.all.isComplete; pages++) {
            expect(pages).toBeLessThan(4);
            await inbox.load("all");
        }

        expect(ids(inbox)).toEqual(all);
        expect(inbox.store.counts!.unread).toBe(70);
    });

    test("shows what arrives, with the server's count", async () => {
        const { inbox, notes } = await visit();
        await inbox.load("all");
        await live(inbox);
        const { id } = service.add({ title: "Hello" });

        await eventually(() => expect(ids(inbox)).toEqual([id]));
        expect(notes.arrivals).toMatchObject([{ title: "Hello" }]);
        await eventually(() => expect(inbox.store.counts).toEqual(service.counts()));
    });

    test("goes on from the last event when the stream breaks, without gap or repetition", async () => {
        const { inbox, notes } = await visit();
        await inbox.load("all");
        await live(inbox);
        service.add();
        await eventually(() => expect(notes.arrivals).toHaveLength(1));
        service.dropStreams();
        service.add();
        service.add();

        await eventually(() => expect(notes.arrivals).toHaveLength(3));
        expect(ids(inbox)).toHaveLength(3);
        const streams = service.requests.filter((request) => request.path === "/events");
        expect(streams[0]!.lastEventId).toBeUndefined();
        expect(streams.at(-1)!.lastEventId).toBeDefined();
    });

    test("comes back when the service does", async () => {
        const { inbox } = await visit();
        await inbox.load("all");
        await live(inbox);
        service.add();
        await eventually(() => expect(ids(inbox)).toHaveLength(1));
        await service.stop();
        await eventually(() => expect(inbox.connection).toBe("reconnecting"));
        service.add();
        await service.start();
        inbox.hurry();

        await eventually(() => expect(ids(inbox)).toHaveLength(2));
        expect(inbox.connection).toBe("live");
    });

    test("asks for the changes since its last position after a reset, page by page", async () => {
        const [a, b, c] = [service.add({}, true), service.add({}, true), service.add({}, true)];
        const { inbox } = await visit();
        await inbox.load("all");
        await live(inbox);
        const d = service.add();
        await eventually(() => expect(ids(inbox)).toHaveLength(4));
        service.dropStreams();
        service.change(a.id, { status: "archived" });
        service.change(b.id, { title: "Renamed" });
        service.remove(c.id);
        const e = service.add();
        service.forgetLog();

        await eventually(() => expect(ids(inbox)).toEqual([e.id, d.id, b.id]));
        expect(inbox.store.get(b.id)!.title).toBe("Renamed");
        await eventually(() => expect(inbox.store.counts).toEqual(service.counts()));
        expect(service.requests.filter((request) => request.path.startsWith("/notifications/changes?since=")).length).toBeGreaterThan(1);
    });

    test("reads its lists anew when its position is too old as well", async () => {
        const a = service.add({}, true);
        const { inbox } = await visit();
        await inbox.load("all");
        await live(inbox);
        service.intercept = (request, response, path) => {
            if (path !== "/notifications/changes" || !request.url!.includes("since")) return false;
            answer(response, 200, { items: [], deleted: [], cursor: "9", hasMore: false, reset: true });
            return true;
        };
        service.items.delete(a.id);
        const b = service.add({}, true);
        service.publish("reset", {});

        await eventually(() => expect(ids(inbox)).toEqual([b.id]));
    });

    test("asks again when it could not read what it missed", async () => {
        const { inbox } = await visit();
        await inbox.load("all");
        await live(inbox);
        let refused = 0;
        service.intercept = (request, response) => {
            if (request.url!.includes("/events") || refused++ >= 2) return false;
            answer(response, 503, { title: "Not now." });
            return true;
        };
        const a = service.add({}, true);
        service.publish("reset", {});

        await eventually(() => expect(ids(inbox)).toEqual([a.id]));
    });

    test("shows a change at once, and the item returns with the service's reason when it is refused", async () => {
        const { id } = service.add({}, true);
        const { inbox, notes } = await visit();
        await inbox.load("all");
        service.intercept = (request, response) => {
            if (request.method !== "PATCH") return false;
            answer(response, 403, { code: "forbidden", detail: "This one stays." });
            return true;
        };
        const done = inbox.change(id, "archive");
        expect(ids(inbox)).toEqual([]);

        expect(await done).toBe(false);
        expect(ids(inbox)).toEqual([id]);
        expect(inbox.store.reasonOf(id)).toBe("This one stays.");
        expect(notes.errors).toHaveLength(1);
    });

    test("takes the count from the server only, never from its own change", async () => {
        const { id } = service.add({}, true);
        const { inbox } = await visit();
        await inbox.load("all");
        await live(inbox);
        const answered = inbox.change(id, "read");
        expect(inbox.store.get(id)!.status).toBe("read");
        expect(inbox.store.counts!.unread).toBe(1);

        await answered;
        await eventually(() => expect(inbox.store.counts).toEqual(service.counts()));
        expect(inbox.store.counts!.unread).toBe(0);
    });

    test("sends changes of one item one after the other", async () => {
        const { id } = service.add({}, true);
        const { inbox } = await visit();
        await inbox.load("all");
        await Promise.all([inbox.change(id, "read"), inbox.change(id, "unread"), inbox.change(id, "archive"), inbox.change(id, "unarchive"), inbox.change(id, "unread")]);

        const sent = service.requests.filter((request) => request.method === "PATCH").map((request) => request.path.split("/").at(-1));
        expect(sent).toEqual(["read", "unread", "archive", "unarchive", "unread"]);
        expect(inbox.store.get(id)!.status).toBe("unread");
    });

    test("sends what was done without a connection when there is one again", async () => {
        const [a, b, gone] = [service.add({}, true), service.add({}, true), service.add({}, true)];
        const { inbox } = await visit();
        await inbox.load("all");
        await live(inbox);
        await service.stop();
        expect(await inbox.change(a.id, "read")).toBe(true);
        expect(await inbox.change(b.id, "archive")).toBe(true);
        expect(await inbox.change(gone.id, "archive")).toBe(true);
        expect(ids(inbox)).toEqual([a.id]);
        service.items.delete(gone.id);
        await service.start();
        inbox.hurry();

        await eventually(() => expect(service.items.get(b.id)!.status).toBe("archived"));
        await eventually(() => expect(inbox.store.get(a.id)!.version).toBe(service.items.get(a.id)!.version));
        expect(service.items.get(a.id)!.status).toBe("read");
        expect(service.requests.filter((request) => request.path === "/notifications/sync")).toHaveLength(1);
    });

    test("shows an item first that comes back from a snooze, as the service's list does", async () => {
        const [a, b] = [service.add({}, true), service.add({}, true)];
        const { inbox, notes } = await visit();
        await inbox.load("all");
        await live(inbox);
        expect(await inbox.change(a.id, "snooze", new Date(Date.now() + 3_600_000))).toBe(true);
        expect(ids(inbox)).toEqual([b.id]);
        service.wake(a.id);

        await eventually(() => expect(ids(inbox)).toEqual([a.id, b.id]));
        expect(notes.arrivals.map((item) => item.id)).toEqual([a.id]);
    });

    test("marks all read but what waits to be shown", async () => {
        const shown = service.add({}, true);
        const { inbox } = await visit();
        await inbox.load("all");
        await live(inbox);
        const waiting = service.add({ createdAt: "2026-02-01T00:00:00Z" });
        await eventually(() => expect(inbox.store.get(waiting.id)).toBeDefined());
        inbox.store.hold(waiting.id);

        expect(await inbox.markAllRead()).toBe(true);
        expect(service.items.get(shown.id)!.status).toBe("read");
        expect(service.items.get(waiting.id)!.status).toBe("unread");
    });

    test("asks the page to sign in when its tokens are refused, and goes on afterwards", async () => {
        let number = 1;
        const { inbox, notes } = await visit(new TestBrowser(), () => tokenOf("ann", number));
        await inbox.load("all");
        await live(inbox);
        service.tokens.add(tokenOf("ann", 2));
        service.dropStreams();
        await eventually(() => expect(inbox.connection).toBe("signedOut"));
        expect(notes.signIns).toBe(1);
        number = 2;
        service.add();
        await inbox.retry("all");

        await live(inbox);
        await eventually(() => expect(ids(inbox)).toHaveLength(1));
    });

    test("asks again for a token when the page could not ask, and begins when it can", async () => {
        let tries = 0;
        const { inbox, notes } = await visit(new TestBrowser(), () => {
            if (tries++ === 0) throw new TypeError("Failed to fetch");
            return tokenOf("ann");
        });
        expect(inbox.connection).toBe("reconnecting");
        inbox.hurry();

        await live(inbox);
        expect(notes.signIns).toBe(0);
    });

    test("is not shown to the next person who signs in", async () => {
        service.add({ title: "Ann's" }, true);
        let user = "ann";
        const { inbox } = await visit(new TestBrowser(), () => tokenOf(user));
        await inbox.load("all");
        user = "bob";
        service.tokens.add(tokenOf("bob"));
        service.dropStreams();
        await eventually(() => expect(inbox.connection).toBe("signedOut"));
        service.items.clear();
        await inbox.retry("all");

        expect(ids(inbox)).toEqual([]);
        expect(inbox.store.get("Ann's")).toBeUndefined();
    });
});

describe("Tabs of one person", () => {
    test("share one stream, and all of them hear", async () => {
        const browser = new TestBrowser();
        const tabs = await Promise.all([visit(browser), visit(browser), visit(browser)]);
        for (const { inbox } of tabs) {
            await inbox.load("all");
            await live(inbox);
        }
        service.add();

        for (const { notes } of tabs) await eventually(() => expect(notes.arrivals).toHaveLength(1));
        expect(service.streams.size).toBe(1);
        expect(service.requests.filter((request) => request.path === "/events")).toHaveLength(1);
    });

    test("go on from the last event when the one with the stream closes", async () => {
        const browser = new TestBrowser();
        const first = await visit(browser);
        await live(first.inbox);
        const second = await visit(browser);
        await second.inbox.load("all");
        await live(second.inbox);
        service.add();
        await eventually(() => expect(second.notes.arrivals).toHaveLength(1));
        first.inbox.stop();
        service.add();

        await eventually(() => expect(second.notes.arrivals).toHaveLength(2));
        expect(service.requests.filter((request) => request.path === "/events").at(-1)!.lastEventId).toBeDefined();
    });

    test("have streams of their own where the browser has no locks", async () => {
        const browser = { locks: undefined, channel: undefined };
        const tabs = await Promise.all([visit(browser), visit(browser)]);
        for (const { inbox } of tabs) await live(inbox);

        await eventually(() => expect(service.streams.size).toBe(2));
    });

    test("of two persons in one browser share nothing", async () => {
        const browser = new TestBrowser();
        const ann = await visit(browser, () => tokenOf("ann"));
        const bob = await visit(browser, () => tokenOf("bob"));
        await live(ann.inbox);
        await live(bob.inbox);

        await eventually(() => expect(service.streams.size).toBe(2));
    });
});

test("After a thousand random operations with broken streams, lost logs and kills, two tabs and the server are equal", async () => {
    const seed = 20260101;
    const random = generator(seed);
    const browser = new TestBrowser();
    const tabs = [await visit(browser), await visit(browser)];
    for (const { inbox } of tabs) await Promise.all([inbox.load("all"), inbox.load("unread"), inbox.load("archived")]);
    for (let step = 0; step < 1000; step++) {
        const id = pick(random, [...service.items.keys()]);
        const { inbox } = pick(random, tabs)!;
        const act = random();
        if (act < 0.3 || !id) service.add();
        else if (act < 0.36) service.remove(id);
        else if (act < 0.6) service.change(id, { status: pick(random, ["unread", "read", "archived"] as const)! });
        else if (act < 0.97) void inbox.change(id, pick(random, ["read", "unread", "archive", "unarchive"] as const)!);
        else if (act < 0.985) service.dropStreams();
        else if (act < 0.99) service.forgetLog();
        else {
            await service.stop();
            await service.start();
        }
        if (step % 10 === 0) await new Promise(setImmediate);
    }
    for (const { inbox } of tabs) inbox.hurry();

    const truth = (statuses: string[]) => [...service.items.values()].filter((item) => statuses.includes(item.status)).sort(service.byArrival);
    for (const { inbox } of tabs) {
        await eventually(() => {
            for (const tab of ["all", "unread", "archived"] as const) if (!inbox.store.reach[tab].isComplete && !inbox.store.reach[tab].isLoading) void inbox.load(tab);
            expect(inbox.store.list("all"), `seed ${seed}`).toEqual(truth(["unread", "read"]));
            expect(inbox.store.list("unread")).toEqual(truth(["unread"]));
            expect(inbox.store.list("archived")).toEqual(truth(["archived"]));
            expect(inbox.store.counts).toEqual(service.counts());
        });
    }
});

function pick<T>(random: () => number, from: readonly T[]): T | undefined {
    return from[Math.floor(random() * from.length)];
}

/** Mulberry32. */
function generator(seed: number): () => number {
    return () => {
        seed = (seed + 0x6d2b79f5) | 0;
        let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
}
