import { type Change, InboxApi } from "./api.ts";
import { delayOf } from "./backoff.ts";
import { ApiError, ConnectionError, SignInError } from "./errors.ts";
import type { Counts, Item, Operation } from "./item.ts";
import type { Message } from "./sse.ts";
import { statusOf, Store, type Pending, type Tab } from "./store.ts";
import type { StreamState } from "./stream.ts";
import { type Browser, SharedStream } from "./tabs.ts";
import { hash, ownerOf, type TokenProvider, Tokens } from "./tokens.ts";

export type Connection = "connecting" | "live" | "reconnecting" | "signedOut";

export interface InboxListener {
    onArrive(item: Item): void;
    onCount(counts: Counts): void;
    onError(error: unknown): void;
    onSignInNeeded(error: unknown): void;
    onConnection(connection: Connection): void;
}

/** What somebody did, and can take back. */
export interface Act {
    item: Item;
    change: Change;
}

const pageSize = 30;
const longestQueue = 1_000;

/** The inbox of one person: loads, listens, changes. Knows no page and no element. */
export class Inbox {
    readonly store: Store;
    connection: Connection = "connecting";

    private readonly src: string;
    private readonly api: InboxApi;
    private readonly tokens: Tokens;
    private readonly listener: InboxListener;
    private readonly browser: Browser | undefined;
    private stream: SharedStream | undefined;
    private owner: string | undefined;
    private isStarted = false;
    private position: string | undefined;
    private isStale = false;
    private refreshTimer: ReturnType<typeof setTimeout> | undefined;
    private refreshTries = 0;
    private startTimer: ReturnType<typeof setTimeout> | undefined;
    private startTries = 0;
    private refreshing: Promise<void> | undefined;
    private readonly turns = new Map<string, Promise<unknown>>();
    private unsent: { operation: Operation; pending: Pending }[] = [];
    private sending: Promise<void> | undefined;
    private tries = 0;
    private timer: ReturnType<typeof setTimeout> | undefined;

    constructor(src: string, provider: TokenProvider, listener: InboxListener, store = new Store(), browser?: Browser) {
        this.src = src;
        this.tokens = new Tokens(provider);
        this.api = new InboxApi(src, this.tokens);
        this.listener = listener;
        this.store = store;
        this.browser = browser;
    }

    /** Also after `stop`, and after the page was asked for a new token. */
    async start(): Promise<void> {
        if (this.isStarted) return;
        this.isStarted = true;
        this.become("connecting");
        await this.connect();
    }

    private async connect(): Promise<void> {
        clearTimeout(this.startTimer);
        this.startTimer = undefined;
        try {
            const token = await this.tokens.current();
            if (!this.isStarted) return;
            // Where nobody can read whose the token is, tabs share at worst nothing.
            const owner = ownerOf(token) ?? hash(token);
            if (owner !== this.owner) {
                if (this.owner) this.store.clear();
                this.owner = owner;
                this.stream = undefined;
            }
            this.stream ??= new SharedStream(this.api, `notification-inbox ${this.src} ${owner}`, {
                onOpen: (resumed) => this.opened(resumed),
                onMessage: (message) => this.take(message),
                onState: (state, reason) => this.heard(state, reason),
            }, this.browser);
            this.stream.start();
            this.startTries = 0;
        } catch (error) {
            this.failed(error);
            if (!this.isStarted) return;
            this.become("reconnecting");
            this.startTimer = setTimeout(() => void this.connect(), delayOf(this.startTries++));
            return;
        }
        await this.count().catch((error: unknown) => this.failed(error));
    }

    stop(): void {
        this.isStarted = false;
        this.stream?.stop();
        clearTimeout(this.timer);
        clearTimeout(this.refreshTimer);
        clearTimeout(this.startTimer);
        this.timer = undefined;
        this.startTimer = undefined;
    }

    /** Somebody looks, or the network is back. */
    hurry(): void {
        if (this.connection === "signedOut") return void this.retry();
        if (this.startTimer !== undefined) void this.connect();
        else if (this.connection === "reconnecting") this.stream?.hurry();
        void this.sendUnsent();
    }

    /** The page has signed in again, or somebody asks to try. */
    async retry(tab?: Tab): Promise<void> {
        if (this.connection === "signedOut") {
            this.stop();
            this.tokens.forget();
            await this.start();
        }
        if (tab) await this.load(tab);
    }

    /** The first page, or the next one. */
    async load(tab: Tab): Promise<void> {
        const reach = this.store.reach[tab];
        if (reach.isLoading || reach.isComplete) return;
        this.store.setReach(tab, { isLoading: true, error: undefined });
        try {
            if (this.position === undefined) await this.markPosition();
            const asked = this.store.moment();
            const page = await this.page(tab, reach.cursor);
            if (reach.isLoaded) this.store.addPage(tab, page);
            else this.store.addFirstPage(tab, page, asked);
        } catch (error) {
            this.store.setReach(tab, { isLoading: false, error });
            this.failed(error);
        }
    }

    async seen(): Promise<void> {
        if (!this.store.counts?.unseen) return;
        try {
            await this.api.seen();
            await this.countIfAlone();
        } catch (error) {
            this.failed(error);
        }
    }

    /** Shows the change at once; the item returns with the reason if the service does not agree. True once it agreed, or will be asked. */
    async change(id: string, change: Change, until?: Date): Promise<boolean> {
        if (!this.store.get(id)) return false;
        const at = new Date().toISOString();
        const pending = this.store.begin(id, patchOf(change, at, until));
        // One after the other for each item, or "read, unread" may arrive as "unread, read".
        const turn = (this.turns.get(id) ?? Promise.resolve()).then(() => this.send(pending, change, at, until));
        this.turns.set(id, turn);
        const agreed = await turn;
        if (this.turns.get(id) === turn) this.turns.delete(id);
        return agreed;
    }

    /** For good, so it is shown only when it is so. */
    async remove(id: string): Promise<boolean> {
        try {
            await this.api.remove(id);
        } catch (error) {
            if (!(error instanceof ApiError && error.status === 404)) {
                this.store.refuse(id, reasonOf(error));
                this.failed(error);
                return false;
            }
        }
        this.store.drop(id);
        await this.countIfAlone();
        return true;
    }

    /** Everything but what waits to be shown: nobody has looked at that. */
    async markAllRead(category?: string): Promise<boolean> {
        const before = this.store.firstHeld();
        const readAt = new Date().toISOString();
        const pending = this.store.unreadIds().filter((id) => !category || this.store.get(id)?.category === category).map((id) => this.store.begin(id, { status: "read", seen: true, readAt }));
        try {
            await this.api.markAllRead({ ...(category ? { category } : {}), ...(before === undefined ? {} : { before: new Date(before).toISOString() }) });
            for (const one of pending) this.store.commit(one);
            await this.countIfAlone();
            return true;
        } catch (error) {
            for (const one of pending) this.store.rollBack(one);
            this.failed(error);
            return false;
        }
    }

    private page(tab: Tab, cursor?: string) {
        const status = statusOf(tab);
        return this.api.list({ ...(status ? { status } : {}), limit: pageSize }, cursor);
    }

    private async send(pending: Pending, change: Change, at: string, until: Date | undefined): Promise<boolean> {
        const { id } = pending;
        try {
            if (change !== "snooze" && this.unsent.some((other) => other.operation.id === id)) throw new ConnectionError("Earlier changes wait.");
            this.store.commit(pending, await this.api.change(id, change, until?.toISOString()));
            await this.countIfAlone();
            return true;
        } catch (error) {
            if (error instanceof ConnectionError && change !== "snooze" && this.unsent.length < longestQueue) {
                this.unsent.push({ operation: { id, action: change, at }, pending });
                this.sendLater();
                return true;
            }
            if (error instanceof ApiError && error.status === 404) this.store.drop(id);
            this.store.rollBack(pending, reasonOf(error));
            this.failed(error);
            return false;
        }
    }

    /** What was done without a connection, with its times: the later change of an item wins, also against other devices. */
    private sendUnsent(): Promise<void> {
        if (this.unsent.length === 0) return Promise.resolve();
        this.sending ??= this.sync().finally(() => (this.sending = undefined));
        return this.sending;
    }

    private async sync(): Promise<void> {
        const batch = this.unsent.slice(0, 100);
        try {
            const { ignored } = await this.api.sync(batch.map((one) => one.operation));
            const refused = new Map(ignored?.map((one) => [one.id, one.reason]));
            this.unsent = this.unsent.slice(batch.length);
            for (const { operation, pending } of batch) {
                if (refused.get(operation.id) === "not_found") this.store.drop(operation.id);
                // Another device decided later: what it decided is on its way here.
                if (refused.has(operation.id)) this.store.rollBack(pending);
                else this.store.commit(pending);
            }
            this.tries = 0;
            await this.countIfAlone();
        } catch (error) {
            if (!(error instanceof ConnectionError) && !(error instanceof SignInError) && !isPassing(error)) {
                this.unsent = this.unsent.slice(batch.length);
                for (const { pending } of batch) this.store.rollBack(pending, reasonOf(error));
            }
            this.failed(error);
        }
        if (this.unsent.length > 0) this.sendLater();
    }

    private sendLater(): void {
        if (this.timer !== undefined || !this.isStarted) return;
        this.timer = setTimeout(() => {
            this.timer = undefined;
            void this.sendUnsent();
        }, delayOf(this.tries++));
    }

    private opened(resumed: boolean): void {
        void this.sendUnsent();
        if (!resumed) void this.refresh();
    }

    private heard(state: StreamState, reason: unknown): void {
        if (state === "live") this.become("live");
        else if (state === "waiting") this.become("reconnecting");
        else if (state === "refused") this.failed(reason, true);
    }

    private take(message: Message): void {
        if (message.event === "reset") return void this.refresh();
        let data: unknown;
        try {
            data = JSON.parse(message.data || "null");
        } catch {
            return;
        }
        if (typeof data !== "object" || data === null) return;
        if (message.event === "unread_count.changed") this.setCounts(data as Counts);
        else if (message.event === "notification.deleted") this.store.drop((data as Item).id, (data as Item).version);
        else if (message.event === "notification.updated") this.store.put(data as Item);
        else if (message.event === "notification.created" && this.store.put(data as Item)) {
            this.store.arrive((data as Item).id);
            this.listener.onArrive(data as Item);
        }
    }

    /** What was missed is unknown: asks for the changes since the last known position, or reads the lists anew. */
    private refresh(): Promise<void> {
        this.isStale = true;
        this.refreshing ??= this.catchUpWhileStale()
            .catch((error: unknown) => {
                this.failed(error);
                this.refreshLater();
            })
            .finally(() => (this.refreshing = undefined));
        return this.refreshing;
    }

    private refreshLater(): void {
        if (!this.isStarted) return;
        clearTimeout(this.refreshTimer);
        this.refreshTimer = setTimeout(() => void this.refresh(), delayOf(this.refreshTries++));
    }

    /** What is asked for while an answer is under way may be newer than the answer. */
    private async catchUpWhileStale(): Promise<void> {
        while (this.isStale) {
            this.isStale = false;
            await this.catchUp();
            this.refreshTries = 0;
        }
    }

    private async catchUp(): Promise<void> {
        if (!(await this.applyChanges())) {
            await this.markPosition();
            for (const tab of ["all", "unread", "archived"] as const) {
                if (!this.store.reach[tab].isLoaded) continue;
                const asked = this.store.moment();
                this.store.addFirstPage(tab, await this.page(tab), asked);
            }
        }
        await this.count();
    }

    private async applyChanges(): Promise<boolean> {
        try {
            while (this.position !== undefined) {
                const changes = await this.api.changes(this.position);
                if (changes.reset) return false;
                for (const item of changes.items) this.store.put(item);
                for (const id of changes.deleted) this.store.drop(id);
                this.position = changes.cursor;
                if (!changes.hasMore) return true;
            }
        } catch (error) {
            // A position that the service cannot read. Lists can be read without one.
            if (!(error instanceof ApiError) || isPassing(error)) throw error;
        }
        return false;
    }

    /** Where the log of changes is now, which is where the counts are. To be noted before lists are read. */
    private async markPosition(): Promise<void> {
        const counts = await this.api.counts();
        this.position = String(counts.version);
        this.setCounts(counts);
    }

    private async count(): Promise<void> {
        this.setCounts(await this.api.counts());
    }

    /** The stream brings the counts; without it they are asked for. */
    private async countIfAlone(): Promise<void> {
        if (this.connection !== "live") await this.count().catch(() => undefined);
    }

    private setCounts(counts: Counts): void {
        if (this.store.setCounts(counts)) this.listener.onCount(counts);
    }

    private failed(error: unknown, ends = false): void {
        if (error instanceof SignInError || (ends && error instanceof ApiError && error.status === 403)) {
            const was = this.connection;
            this.become("signedOut");
            this.stop();
            if (was !== "signedOut") this.listener.onSignInNeeded(error);
        } else this.listener.onError(error);
    }

    private become(connection: Connection): void {
        if (this.connection === connection) return;
        this.connection = connection;
        this.listener.onConnection(connection);
    }
}

function isPassing(error: unknown): boolean {
    return error instanceof ApiError && (error.status === 429 || error.status >= 500);
}

/** What the service said, for people; nothing where it only was not reached. */
function reasonOf(error: unknown): string {
    return error instanceof ApiError ? error.message : "";
}

/** As the service has it: whatever is decided about an item ends its snooze. */
function patchOf(change: Change, now: string, until: Date | undefined): Partial<Item> {
    switch (change) {
        case "read":
            return { status: "read", seen: true, readAt: now, snoozedUntil: null };
        case "unread":
            return { status: "unread", readAt: null, snoozedUntil: null };
        case "archive":
            return { status: "archived", archivedAt: now, snoozedUntil: null };
        case "unarchive":
            return { status: "read", archivedAt: null, snoozedUntil: null };
        case "snooze":
            return { snoozedUntil: until?.toISOString() ?? null };
    }
}
