import type { Fetch, Schema, Tokens } from "../api/client.ts";
import { ApiProblem, problemOf, SignedOut, Unreachable } from "../api/problem.ts";

export type Person = Schema<"SignedIn">["user"];
/** That somebody of the platform acts in another tenant for a while. */
export interface Elevation {
    id: string;
    name: string;
    /** The tenant in whose address they were before. */
    from: string;
    /** Milliseconds since 1970. */
    until: number;
}
export type SessionState = { kind: "unknown" } | { kind: "out" } | { kind: "in"; person: Person; elevation?: Elevation };

/** What a session takes from its browser; tests give their own. */
export interface SessionPlace {
    fetch: Fetch;
    storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
    locks: Pick<LockManager, "request"> | undefined;
    channel: Pick<BroadcastChannel, "postMessage" | "onmessage">;
    now(): number;
}

export interface Credentials {
    email: string;
    password: string;
    tenant?: string;
    code?: string;
}

const stored = "ns-session";
/** Asked for anew so long before the end that no call comes too late with it. */
const margin = 30_000;

/**
 * Who is signed in. The refresh token is a cookie that no script sees; the access token lives in this object only. What is kept in the browser's storage is the
 * value that the cookie's routes want beside it, and it is good for nothing without the cookie.
 */
export class Session implements Tokens {
    state: SessionState = { kind: "unknown" };
    private readonly place: SessionPlace;
    private readonly listeners = new Set<() => void>();
    private access: { token: string; until: number } | undefined;
    private refreshing: Promise<string> | undefined;
    /** Of the other tenant, and who one is without it. It is in this tab only, and gone when it is loaded anew. */
    private raised: { token: string; until: number; own: Person; timer: ReturnType<typeof setTimeout> } | undefined;

    constructor(place: SessionPlace) {
        this.place = place;
        place.channel.onmessage = (event: MessageEvent) => {
            // Another tab has signed out, or signed somebody in: what this one shows may be another person's.
            if (event.data === "out") this.leave();
            else if (event.data === "in") {
                this.access = undefined;
                void this.resume();
            }
        };
    }

    subscribe = (listener: () => void): (() => void) => {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
    };

    /** Finds out whether this browser is signed in. */
    async resume(): Promise<SessionState> {
        try {
            await this.token();
        } catch (error) {
            // Without the service nobody knows: the page says so and asks again.
            if (error instanceof Unreachable || (error instanceof ApiProblem && error.status >= 500)) throw error;
        }
        return this.state;
    }

    async signIn(credentials: Credentials): Promise<Person> {
        const response = await this.reach("/api/v1/auth/login", { ...credentials, session: "cookie" });
        if (!response.ok) throw await problemOf(response);
        const signedIn = (await response.json()) as Schema<"SignedIn">;
        this.take(signedIn);
        this.place.channel.postMessage("in");
        return signedIn.user;
    }

    /** Ends the session in all tabs. Without the service it is ended here only, and the cookie ends by itself. */
    async signOut(): Promise<void> {
        const csrf = this.place.storage.getItem(stored);
        try {
            if (csrf !== null) await this.reach("/api/v1/auth/logout", { session: "cookie" }, csrf);
        } finally {
            this.place.storage.removeItem(stored);
            this.leave();
            this.place.channel.postMessage("out");
        }
    }

    /** Acts as admin of another tenant, until the token ends or `descend` is called. */
    elevate(tenant: Omit<Elevation, "until">, token: string, seconds: number): void {
        if (this.state.kind !== "in") return;
        const until = this.place.now() + seconds * 1_000;
        const own = this.raised?.own ?? this.state.person;
        clearTimeout(this.raised?.timer);
        this.raised = { token, until, own, timer: setTimeout(() => this.descend(), seconds * 1_000) };
        this.change({ kind: "in", person: { ...own, tenantId: tenant.id, roles: ["admin"] }, elevation: { ...tenant, until } });
    }

    /** Who one is oneself again. */
    descend(): void {
        if (this.raised === undefined) return;
        const { own, timer } = this.raised;
        clearTimeout(timer);
        this.raised = undefined;
        this.change({ kind: "in", person: own });
    }

    token(): Promise<string> {
        if (this.raised !== undefined && this.raised.until > this.place.now()) return Promise.resolve(this.raised.token);
        this.descend();
        if (this.access !== undefined && this.access.until - margin > this.place.now()) return Promise.resolve(this.access.token);
        // However many calls wait: one request.
        this.refreshing ??= this.alone(() => this.refresh()).finally(() => {
            this.refreshing = undefined;
        });
        return this.refreshing;
    }

    refused(token: string): void {
        if (this.access?.token === token) this.access = undefined;
        if (this.raised?.token === token) this.descend();
    }

    /** One tab after the other, where the browser has locks: a refresh token is good for one use. */
    private alone<T>(act: () => Promise<T>): Promise<T> {
        return this.place.locks === undefined ? act() : (this.place.locks.request(stored, act) as Promise<T>);
    }

    private async refresh(): Promise<string> {
        const csrf = this.place.storage.getItem(stored);
        if (csrf === null) {
            this.leave();
            throw new SignedOut();
        }
        const response = await this.reach("/api/v1/auth/refresh-token", { session: "cookie" }, csrf);
        if (!response.ok) {
            const problem = await problemOf(response);
            if (response.status !== 401 && response.status !== 403) throw problem;
            this.place.storage.removeItem(stored);
            this.leave();
            throw new SignedOut(problem.message);
        }
        return this.take((await response.json()) as Schema<"SignedIn">);
    }

    private take(signedIn: Schema<"SignedIn">): string {
        if (signedIn.csrfToken) this.place.storage.setItem(stored, signedIn.csrfToken);
        this.access = { token: signedIn.accessToken, until: this.place.now() + signedIn.expiresIn * 1000 };
        if (this.raised !== undefined) this.raised.own = signedIn.user;
        else if (this.state.kind !== "in" || this.state.person.id !== signedIn.user.id || this.state.person.tenantId !== signedIn.user.tenantId) this.change({ kind: "in", person: signedIn.user });
        return signedIn.accessToken;
    }

    private leave(): void {
        this.access = undefined;
        clearTimeout(this.raised?.timer);
        this.raised = undefined;
        if (this.state.kind !== "out") this.change({ kind: "out" });
    }

    private change(state: SessionState): void {
        this.state = state;
        for (const listener of this.listeners) listener();
    }

    private async reach(path: string, body: object, csrf?: string): Promise<Response> {
        const headers: Record<string, string> = { "Content-Type": "application/json", Accept: "application/json" };
        if (csrf !== undefined) headers["X-CSRF-Token"] = csrf;
        try {
            return await this.place.fetch(path, { method: "POST", credentials: "same-origin", headers, body: JSON.stringify(body) });
        } catch (error) {
            throw new Unreachable(error instanceof Error ? error.message : String(error));
        }
    }
}
