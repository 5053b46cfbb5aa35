import { arrivalOf, type Counts, type Item, type Page, type Status } from "./item.ts";

export type Tab = "all" | "unread" | "archived";

/** How far a list is read. */
export interface Reach {
    /** In the service's order, as far as its pages go; what came since stands first. Which of them are shown follows from the items. */
    ids: string[];
    cursor: string | undefined;
    isLoading: boolean;
    isLoaded: boolean;
    isComplete: boolean;
    error: unknown;
}

/** A change that is shown before the server has agreed to it. */
export interface Pending {
    readonly id: string;
    readonly patch: Partial<Item>;
    /** When it was begun, by the store's own clock. */
    readonly at: number;
}

const longestMemoryOfDeleted = 1_000;

/**
 * What is known of the inbox. Items and counts carry versions, and an older one never replaces a newer one, in whatever order answers and events come in. Lists keep
 * an order and no more: which item is in which list follows from the item, so that they cannot contradict each other.
 */
export class Store {
    counts: Counts | undefined;
    readonly reach: Record<Tab, Reach> = { all: untouched(), unread: untouched(), archived: untouched() };

    private readonly items = new Map<string, { item: Item; at: number }>();
    private readonly deleted = new Map<string, number>();
    private pending: Pending[] = [];
    private readonly reasons = new Map<string, string>();
    private readonly held = new Set<string>();
    private readonly kept = new Set<string>();
    /** What has come since the lists were read, in the order in which it came: later than all that was there, whatever it says of its time. */
    private readonly arrived = new Map<string, number>();
    private newest = 0;
    private readonly listeners = new Set<() => void>();
    private clock = 0;
    private readonly now: () => number;

    constructor(now: () => number = Date.now) {
        this.now = now;
    }

    subscribe(listener: () => void): () => void {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
    }

    /** What the server says of an item. False when that is no news. */
    put(item: Item): boolean {
        const known = this.items.get(item.id);
        if ((known && known.item.version >= item.version) || (this.deleted.get(item.id) ?? -1) >= item.version) return false;
        this.items.set(item.id, { item, at: ++this.clock });
        this.newest = Math.max(this.newest, arrivalOf(item));
        if (known && arrivalOf(item) > arrivalOf(known.item)) this.arrive(item.id);
        this.changed();
        return true;
    }

    /** An item has come, or come back: it stands first. */
    arrive(id: string): void {
        this.newest += 0.001;
        this.arrived.delete(id);
        this.arrived.set(id, this.newest);
        for (const reach of Object.values(this.reach)) reach.ids = reach.ids.filter((other) => other !== id);
        this.changed();
    }

    /** An item that is gone; what was under way before it is older, whenever it arrives. */
    drop(id: string, version = Number.MAX_VALUE): void {
        if ((this.items.get(id)?.item.version ?? -1) > version) return;
        this.deleted.delete(id);
        this.deleted.set(id, version);
        if (this.deleted.size > longestMemoryOfDeleted) this.deleted.delete(this.deleted.keys().next().value!);
        this.forget(id);
        this.changed();
    }

    /** False when it is older than what is known. */
    setCounts(counts: Counts): boolean {
        if (this.counts && this.counts.version >= counts.version) return false;
        this.counts = counts;
        this.changed();
        return true;
    }

    /** A moment before a question to the server, for `addFirstPage`. */
    moment(): number {
        return this.clock;
    }

    addPage(tab: Tab, page: Page): void {
        const reach = this.reach[tab];
        for (const item of page.items) this.put(item);
        const there = new Set(page.items.map((item) => item.id));
        // What was put among them by guess has its place now.
        reach.ids = [...reach.ids.filter((id) => !there.has(id)), ...there];
        reach.cursor = page.nextCursor ?? undefined;
        Object.assign(reach, { isLoading: false, isLoaded: true, isComplete: !reach.cursor, error: undefined });
        this.changed();
    }

    /** The list from its beginning. What it should have and has not is gone, unless it was heard of after the question. */
    addFirstPage(tab: Tab, page: Page, asked: number): void {
        const reach = this.reach[tab];
        const there = new Set(page.items.map((item) => item.id));
        const last = page.items.at(-1);
        const hadBefore = last && reach.ids.includes(last.id) ? new Set(reach.ids.slice(0, reach.ids.indexOf(last.id))) : new Set<string>();
        for (const [id, { item, at }] of this.items) {
            if (at > asked || there.has(id) || !this.belongs(tab, item)) continue;
            if (!page.nextCursor || hadBefore.has(id)) this.forget(id);
        }
        // What was heard of since the question came after all of these.
        for (const id of there) if ((this.items.get(id)?.at ?? 0) <= asked) this.arrived.delete(id);
        reach.ids = [];
        this.addPage(tab, page);
    }

    setReach(tab: Tab, change: Partial<Reach>): void {
        Object.assign(this.reach[tab], change);
        this.changed();
    }

    /** As it is shown: with changes that the server has not agreed to yet. */
    get(id: string): Item | undefined {
        const known = this.items.get(id);
        return known && this.withPending(known.item);
    }

    /** What a tab shows, newest first. */
    list(tab: Tab): Item[] {
        const reach = this.reach[tab];
        if (!reach.isLoaded) return [];
        this.settle(tab);
        return reach.ids.flatMap((id) => {
            const item = this.held.has(id) ? undefined : this.get(id);
            return item && (this.belongs(tab, item) || (tab === "unread" && item.status === "read" && this.kept.has(id))) ? [item] : [];
        });
    }

    /** When the next snoozed item is due, if any. */
    nextWaking(): number | undefined {
        let next: number | undefined;
        for (const { item } of this.items.values()) {
            const until = item.snoozedUntil ? Date.parse(item.snoozedUntil) : NaN;
            if (until > this.now() && (next === undefined || until < next)) next = until;
        }
        return next;
    }

    /** Shows a change at once. It ends by `commit` or `rollBack`. */
    begin(id: string, patch: Partial<Item>): Pending {
        const pending = { id, patch, at: this.clock };
        this.pending.push(pending);
        this.reasons.delete(id);
        this.changed();
        return pending;
    }

    /** The server agreed, and said what the item is now; or it only agreed, and then the item is taken to be as it was asked for, unless something was heard of it since. */
    commit(pending: Pending, item?: Item): void {
        const known = this.items.get(pending.id);
        if (item) this.put(item);
        else if (known && known.at <= pending.at) this.items.set(pending.id, { ...known, item: { ...known.item, ...pending.patch } });
        this.end(pending);
    }

    /** The item returns to what the server last said of it. */
    rollBack(pending: Pending, reason?: string): void {
        if (reason !== undefined) this.reasons.set(pending.id, reason);
        this.end(pending);
    }

    /** What was refused without having been shown. */
    refuse(id: string, reason: string): void {
        this.reasons.set(id, reason);
        this.changed();
    }

    /** Why the last change of an item was refused. */
    reasonOf(id: string): string | undefined {
        return this.reasons.get(id);
    }

    /** New items wait, so that nothing moves under the pointer. */
    hold(id: string): void {
        this.held.add(id);
        this.changed();
    }

    get heldCount(): number {
        let count = 0;
        for (const id of this.held) if (this.items.has(id)) count++;
        return count;
    }

    release(): void {
        if (this.held.size === 0) return;
        this.held.clear();
        this.changed();
    }

    /** What was read in the list of unread items stays where it is until the list is left. */
    keep(id: string): void {
        this.kept.add(id);
    }

    letGo(): void {
        if (this.kept.size === 0) return;
        this.kept.clear();
        this.changed();
    }

    /** Everything shown in any list that is unread. */
    unreadIds(): string[] {
        return [...this.items.values()].map(({ item }) => this.withPending(item)).filter((item) => item.status === "unread" && !this.held.has(item.id)).map((item) => item.id);
    }

    /** Somebody else signed in. */
    clear(): void {
        this.counts = undefined;
        this.pending = [];
        for (const known of [this.items, this.deleted, this.reasons, this.held, this.kept, this.arrived]) known.clear();
        for (const reach of Object.values(this.reach)) Object.assign(reach, untouched());
        this.changed();
    }

    /** When the first of those that wait came. */
    firstHeld(): number | undefined {
        const times = [...this.held].flatMap((id) => this.items.get(id)?.item ?? []).map(arrivalOf);
        return times.length === 0 ? undefined : Math.min(...times);
    }

    /** For what depends on the time alone. */
    changed(): void {
        for (const listener of this.listeners) listener();
    }

    /** Gives a place to what belongs to a list and was in none of its pages. */
    private settle(tab: Tab): void {
        const reach = this.reach[tab];
        reach.ids = reach.ids.filter((id) => this.items.has(id));
        const there = new Set(reach.ids);
        for (const id of this.arrived.keys()) {
            if (!there.has(id) && !this.held.has(id) && this.items.has(id)) reach.ids.unshift(id);
        }
        const others = [...this.items.values()].filter(({ item }) => !there.has(item.id) && !this.arrived.has(item.id) && this.belongs(tab, this.withPending(item)));
        for (const { item } of others) {
            const at = reach.ids.findIndex((id) => this.timeOf(id) <= arrivalOf(item));
            // Below what was read there may be gaps: its page will bring it.
            if (at >= 0) reach.ids.splice(at, 0, item.id);
            else if (reach.isComplete) reach.ids.push(item.id);
        }
    }

    private timeOf(id: string): number {
        const known = this.items.get(id);
        return this.arrived.get(id) ?? (known ? arrivalOf(known.item) : Infinity);
    }

    private end(pending: Pending): void {
        this.pending = this.pending.filter((other) => other !== pending);
        this.changed();
    }

    private forget(id: string): void {
        this.items.delete(id);
        this.held.delete(id);
        this.kept.delete(id);
        this.arrived.delete(id);
        this.reasons.delete(id);
    }

    private withPending(item: Item): Item {
        let shown = item;
        for (const { id, patch } of this.pending) if (id === item.id) shown = { ...shown, ...patch };
        return shown;
    }

    private belongs(tab: Tab, item: Item): boolean {
        if (tab === "archived") return item.status === "archived";
        if (item.snoozedUntil && Date.parse(item.snoozedUntil) > this.now()) return false;
        return tab === "unread" ? item.status === "unread" : item.status !== "archived";
    }
}

/** What the server is asked for, for a tab; it leaves archived items out by itself. */
export function statusOf(tab: Tab): Status | undefined {
    return tab === "all" ? undefined : tab;
}

function untouched(): Reach {
    return { ids: [], cursor: undefined, isLoading: false, isLoaded: false, isComplete: false, error: undefined };
}
