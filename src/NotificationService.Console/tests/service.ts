import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Counts, Item } from "../src/inbox/item.ts";

interface LoggedEvent {
    id: number;
    event: string;
    data: unknown;
}

/** A request that was seen, for what a test says of headers. */
export interface Seen {
    method: string;
    path: string;
    authorization: string | undefined;
    lastEventId: string | undefined;
}

/**
 * The user API in memory, over real sockets, which can be made to fail: it drops streams, refuses tokens, answers errors and forgets its log. One person's inbox.
 */
export class TestService {
    readonly items = new Map<string, Item>();
    /** Lists have the last arrival first; ids and times of items may say otherwise. */
    private readonly arrivals = new Map<string, number>();
    readonly requests: Seen[] = [];
    /** Tokens that are taken; empty: all of them. */
    readonly tokens = new Set<string>();
    readonly streams = new Set<ServerResponse>();
    /** Answers instead of the service, while it returns true. */
    intercept: ((request: IncomingMessage, response: ServerResponse, path: string) => boolean) | undefined;
    /** Milliseconds that browsers wait before they connect again. */
    retry = 10;
    /** The oldest event that can still be replayed. */
    oldest = 0;
    /** Pages and scripts by path. */
    readonly files = new Map<string, { type: string; body: string | (() => string); headers?: Record<string, string> }>();
    private log: LoggedEvent[] = [];
    private tombstones: { id: string; version: number }[] = [];
    private version = 0;
    private counted: Counts = { unread: 0, unseen: 0, version: 0 };
    private server: Server | undefined;
    private port = 0;

    get url(): string {
        return `http://localhost:${this.port}`;
    }

    async start(): Promise<this> {
        this.server = createServer((request, response) => void this.handle(request, response));
        await new Promise<void>((resolve) => this.server!.listen(this.port, "localhost", resolve));
        this.port = (this.server.address() as AddressInfo).port;
        return this;
    }

    /** As if killed: every connection breaks. `start` brings it back on the same port, with everything that was committed. */
    async stop(): Promise<void> {
        this.server?.closeAllConnections();
        this.streams.clear();
        await new Promise<void>((resolve) => (this.server ? this.server.close(() => resolve()) : resolve()));
        this.server = undefined;
    }

    file(path: string, file: string, type: string): void {
        this.files.set(path, { type, body: () => readFileSync(file, "utf8") });
    }

    dropStreams(): void {
        for (const stream of this.streams) stream.destroy();
        this.streams.clear();
    }

    /** The log of events is gone, as after 24 hours. */
    forgetLog(): void {
        this.oldest = this.version + 1;
        this.log = [];
    }

    add(item: Partial<Item> = {}, isQuiet = false): Item {
        const version = ++this.version;
        const at = item.createdAt ?? new Date(Date.UTC(2026, 0, 1) + version * 1000).toISOString();
        const added: Item = {
            id: `01900000-0000-7000-8000-${String(version).padStart(12, "0")}`,
            title: `Item ${version}`,
            body: null,
            category: "general",
            priority: "normal",
            status: "unread",
            seen: false,
            actionUrl: null,
            actions: [],
            data: {},
            createdAt: at,
            readAt: null,
            archivedAt: null,
            snoozedUntil: null,
            ...item,
            version,
        };
        this.items.set(added.id, added);
        this.arrivals.set(added.id, version);
        if (!isQuiet) this.publish("notification.created", added);
        this.recount(isQuiet);
        return added;
    }

    change(id: string, change: Partial<Item>): Item {
        const item = { ...this.items.get(id)!, ...change, version: ++this.version };
        this.items.set(id, item);
        this.publish("notification.updated", item);
        this.recount();
        return item;
    }

    /** The end of a snooze: the item comes again, unread. */
    wake(id: string): Item {
        const item: Item = { ...this.items.get(id)!, status: "unread", seen: false, readAt: null, snoozedUntil: null, version: ++this.version };
        this.items.set(id, item);
        this.arrivals.set(id, item.version);
        this.publish("notification.created", item);
        this.recount();
        return item;
    }

    /** The order of lists. */
    byArrival = (a: Item, b: Item): number => this.arrivals.get(b.id)! - this.arrivals.get(a.id)!;

    remove(id: string): void {
        this.items.delete(id);
        this.tombstones.push({ id, version: ++this.version });
        this.publish("notification.deleted", { id, version: this.version });
        this.recount();
    }

    counts(): Counts {
        return this.counted;
    }

    publish(event: string, data: unknown): void {
        const logged = { id: ++this.version, event, data };
        this.log.push(logged);
        for (const stream of this.streams) write(stream, logged);
    }

    async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const url = new URL(request.url ?? "/", "http://localhost");
        const file = this.files.get(url.pathname);
        if (file) {
            response.writeHead(200, { "Content-Type": file.type, "Cache-Control": "no-store", ...file.headers });
            response.end(typeof file.body === "function" ? file.body() : file.body);
            return;
        }
        const path = url.pathname.replace("/api/v1/users/me", "");
        const header = (name: string) => request.headers[name] as string | undefined;
        this.requests.push({ method: request.method!, path: path + url.search, authorization: header("authorization"), lastEventId: header("last-event-id") });
        if (this.intercept?.(request, response, path)) return;
        const token = header("authorization")?.replace("Bearer ", "");
        if (!token || (this.tokens.size > 0 && !this.tokens.has(token))) return answer(response, 401, { code: "unauthorized", title: "The token has ended." });
        if (path === "/events") return this.stream(response, header("last-event-id"));
        const body = await read(request);
        answerWith(response, () => this.call(request.method!, path, url.searchParams, body));
    }

    private call(method: string, path: string, query: URLSearchParams, body: Record<string, unknown>): [number, unknown] {
        const [, , id, action] = path.split("/");
        if (path === "/notifications" && method === "GET") return [200, this.page(query)];
        if (id === "unread-count") return [200, this.counted];
        if (id === "changes") return [200, this.changesSince(query.get("since"))];
        if (id === "mark-all-read") {
            for (const item of this.items.values()) {
                const isMeant = item.status === "unread" && (!body.category || item.category === body.category) && (!body.before || item.createdAt < String(body.before));
                if (isMeant) this.change(item.id, { status: "read", seen: true, readAt: new Date().toISOString() });
            }
            return [200, {}];
        }
        if (id === "seen") {
            for (const item of this.items.values()) if (!item.seen) this.items.set(item.id, { ...item, seen: true });
            this.recount();
            return [200, {}];
        }
        if (id === "sync") {
            const ignored: { id: string; reason: string }[] = [];
            for (const operation of body.operations as { id: string; action: string }[]) {
                if (this.items.has(operation.id)) this.change(operation.id, effectOf(operation.action, body));
                else ignored.push({ id: operation.id, reason: "not_found" });
            }
            return [200, { applied: (body.operations as unknown[]).length - ignored.length, ignored, cursor: String(this.version) }];
        }
        if (action === "snooze" && !(Date.parse(String(body.until)) > Date.now())) return [422, { code: "validation_failed", title: "'until' is a time to come." }];
        if (!id || !this.items.has(id)) return [404, { code: "not_found", title: "There is no such notification." }];
        if (method === "DELETE") {
            this.remove(id);
            return [204, undefined];
        }
        return [200, action ? this.change(id, effectOf(action, body)) : this.items.get(id)];
    }

    private page(query: URLSearchParams): unknown {
        const status = query.get("status");
        const cursor = query.get("cursor");
        const limit = Number(query.get("limit") ?? 50);
        const found = [...this.items.values()]
            .filter((item) => (status ? item.status === status : item.status !== "archived") && !(item.snoozedUntil && Date.parse(item.snoozedUntil) > Date.now()))
            .filter((item) => !cursor || this.arrivals.get(item.id)! < Number(cursor))
            .sort(this.byArrival);
        const items = found.slice(0, limit);
        return { items, nextCursor: found.length > limit ? String(this.arrivals.get(items.at(-1)!.id)) : null };
    }

    private changesSince(since: string | null): unknown {
        const cursor = String(this.version);
        const after = Number(since ?? 0);
        const items = [...this.items.values()].filter((item) => item.version > after).sort((a, b) => a.version - b.version);
        const page = items.slice(0, 2);
        const hasMore = items.length > page.length;
        return {
            items: page,
            deleted: this.tombstones.filter((stone) => stone.version > after).map((stone) => stone.id),
            cursor: hasMore ? String(page.at(-1)!.version) : cursor,
            hasMore,
            reset: false,
        };
    }

    private stream(response: ServerResponse, lastId: string | undefined): void {
        response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
        response.write(`retry: ${this.retry}\n\n: here\n\n`);
        if (lastId !== undefined && Number(lastId) < this.oldest - 1) write(response, { id: this.version, event: "reset", data: {} });
        else if (lastId !== undefined) for (const event of this.log) if (event.id > Number(lastId)) write(response, event);
        this.streams.add(response);
        response.on("close", () => this.streams.delete(response));
    }

    private recount(isQuiet = false): void {
        const active = [...this.items.values()].filter((item) => item.status !== "archived" && !item.snoozedUntil);
        const unread = active.filter((item) => item.status === "unread").length;
        const unseen = active.filter((item) => !item.seen).length;
        if (unread === this.counted.unread && unseen === this.counted.unseen) return;
        this.counted = { unread, unseen, version: ++this.version };
        if (!isQuiet) this.publish("unread_count.changed", this.counted);
    }
}

/** A token as the service makes them, so far as the element reads it. */
export function tokenOf(user: string, number = 1): string {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    return `${part({ alg: "none" })}.${part({ iss: "test", tenant: "demo", sub: "the backend's account", uid: user, jti: number })}.signature`;
}

export function answer(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
    response.writeHead(status, { "Content-Type": status < 400 ? "application/json" : "application/problem+json", ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
}

function answerWith(response: ServerResponse, call: () => [number, unknown]): void {
    const [status, body] = call();
    answer(response, status, body);
}

function effectOf(action: string, body: Record<string, unknown>): Partial<Item> {
    const now = new Date().toISOString();
    switch (action) {
        case "read":
            return { status: "read", seen: true, readAt: now, snoozedUntil: null };
        case "unread":
            return { status: "unread", readAt: null, snoozedUntil: null };
        case "archive":
            return { status: "archived", archivedAt: now, snoozedUntil: null };
        case "unarchive":
            return { status: "read", archivedAt: null, snoozedUntil: null };
        default:
            return { snoozedUntil: body.until as string };
    }
}

function write(stream: ServerResponse, event: LoggedEvent): void {
    stream.write(`event: ${event.event}\nid: ${event.id}\ndata: ${JSON.stringify(event.data)}\n\n`);
}

async function read(request: IncomingMessage): Promise<Record<string, unknown>> {
    let text = "";
    for await (const part of request) text += String(part);
    return text ? (JSON.parse(text) as Record<string, unknown>) : {};
}
