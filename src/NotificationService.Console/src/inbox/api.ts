import { ApiError, ConnectionError, SignInError } from "./errors.ts";
import type { Changes, Counts, Item, Operation, Page, Status, SyncResult } from "./item.ts";
import type { Tokens } from "./tokens.ts";

export interface Filter {
    status?: Status;
    category?: string;
    limit?: number;
}

export type Change = "read" | "unread" | "archive" | "unarchive" | "snooze";

const patience = 15_000;

/** The user API. Every call carries the token in a header; a 401 asks the page once for another. */
export class InboxApi {
    private readonly base: string;
    private readonly tokens: Tokens;

    constructor(src: string, tokens: Tokens) {
        this.base = `${src.replace(/\/+$/, "")}/api/v1/users/me`;
        this.tokens = tokens;
    }

    /** An empty cursor begins too, and spares the service counting what nobody asks for. */
    list(filter: Filter, cursor = ""): Promise<Page> {
        return this.json(`/notifications${query({ ...filter, cursor })}`);
    }

    counts(): Promise<Counts> {
        return this.json("/notifications/unread-count");
    }

    change(id: string, change: Change, until?: string): Promise<Item> {
        return this.json(`/notifications/${encodeURIComponent(id)}/${change}`, "PATCH", until === undefined ? undefined : { until });
    }

    async remove(id: string): Promise<void> {
        await this.send(`/notifications/${encodeURIComponent(id)}`, "DELETE");
    }

    async markAllRead(which: { category?: string; before?: string }): Promise<void> {
        await this.send("/notifications/mark-all-read", "POST", which);
    }

    async seen(): Promise<void> {
        await this.send("/notifications/seen", "POST", {});
    }

    changes(since: string): Promise<Changes> {
        return this.json(`/notifications/changes${query({ since })}`);
    }

    sync(operations: Operation[]): Promise<SyncResult> {
        return this.json("/notifications/sync", "POST", { operations });
    }

    /** The stream's response, whose body goes on. */
    events(lastEventId: string | undefined, signal: AbortSignal): Promise<Response> {
        const headers: Record<string, string> = { Accept: "text/event-stream" };
        if (lastEventId !== undefined) headers["Last-Event-ID"] = lastEventId;
        return this.authorized("/events", { headers, signal });
    }

    private async json<T>(path: string, method = "GET", body?: unknown): Promise<T> {
        const response = await this.send(path, method, body);
        try {
            return (await response.json()) as T;
        } catch (reason) {
            throw new ConnectionError("The answer broke off.", { cause: reason });
        }
    }

    private async send(path: string, method = "GET", body?: unknown): Promise<Response> {
        // A change goes on when the page is left by the link that made it.
        const init: RequestInit = { method, keepalive: method !== "GET", signal: AbortSignal.timeout(patience), headers: { Accept: "application/json" } };
        if (body !== undefined) {
            init.body = JSON.stringify(body);
            init.headers = { ...init.headers, "Content-Type": "application/json" };
        }
        const response = await this.authorized(path, init);
        if (!response.ok) throw await problem(response);
        return response;
    }

    private async authorized(path: string, init: RequestInit): Promise<Response> {
        const token = await this.tokens.current();
        const response = await this.fetch(path, init, token);
        if (response.status !== 401) return response;
        void response.body?.cancel();
        const second = await this.fetch(path, init, await this.tokens.after(token));
        if (second.status !== 401) return second;
        void second.body?.cancel();
        throw new SignInError("The service refused the page's token.");
    }

    private async fetch(path: string, init: RequestInit, token: string): Promise<Response> {
        try {
            return await fetch(this.base + path, { ...init, cache: "no-store", credentials: "omit", headers: { ...init.headers, Authorization: `Bearer ${token}` } });
        } catch (reason) {
            throw new ConnectionError("The service was not reached.", { cause: reason });
        }
    }
}

export async function problem(response: Response): Promise<ApiError> {
    const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    const text = [body.detail, body.title].find((value) => typeof value === "string" && value) ?? `HTTP ${response.status}`;
    const optional = (value: unknown) => (typeof value === "string" ? value : undefined);
    return new ApiError(response.status, String(text), optional(body.code), optional(body.traceId), retryAfter(response));
}

function retryAfter(response: Response): number | undefined {
    const header = response.headers.get("Retry-After");
    const seconds = header === null ? NaN : /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
    return Number.isNaN(seconds) ? undefined : Math.max(0, seconds * 1000);
}

function query(values: Record<string, string | number | undefined>): string {
    const given = Object.entries(values).filter((pair): pair is [string, string | number] => pair[1] !== undefined);
    return given.length === 0 ? "" : `?${given.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")}`;
}
