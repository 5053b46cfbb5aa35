import type { InboxApi } from "./api.ts";
import type { Message } from "./sse.ts";
import { EventStream, type StreamListener, type StreamState } from "./stream.ts";

type Note =
    | { kind: "message"; message: Message }
    | { kind: "open"; resumed: boolean; lastId: string | undefined }
    | { kind: "state"; state: StreamState; lastId: string | undefined }
    | { kind: "hello" }
    | { kind: "hurry" };

/** What a browser gives; tests give their own. */
export interface Browser {
    locks: Pick<LockManager, "request"> | undefined;
    channel: ((name: string) => BroadcastChannel) | undefined;
}

function browser(): Browser {
    return {
        locks: globalThis.navigator?.locks,
        channel: typeof BroadcastChannel === "undefined" ? undefined : (name) => new BroadcastChannel(name),
    };
}

/**
 * One stream for all tabs of a person: a browser opens six connections to a server over HTTP/1.1, and the seventh tab would wait for ever. Whoever holds the lock
 * has the stream and passes on what it reads. A tab that closes or dies loses the lock; the next one goes on from the last id that it heard of.
 * Where the page has no locks (it came without TLS) every tab has a stream of its own.
 */
export class SharedStream {
    private readonly api: InboxApi;
    private readonly name: string;
    private readonly listener: StreamListener;
    private readonly browser: Browser;
    private channel: BroadcastChannel | undefined;
    private stream: EventStream | undefined;
    private release: (() => void) | undefined;
    private waiting: AbortController | undefined;
    private lastId: string | undefined;
    private state: StreamState = "connecting";

    constructor(api: InboxApi, name: string, listener: StreamListener, given: Browser = browser()) {
        this.api = api;
        this.name = name;
        this.listener = listener;
        this.browser = given;
    }

    get isLeader(): boolean {
        return this.stream !== undefined;
    }

    start(): void {
        if (this.waiting) return;
        this.waiting = new AbortController();
        const { locks, channel } = this.browser;
        if (!locks || !channel) return this.lead();
        this.channel = channel(this.name);
        this.channel.onmessage = (event: MessageEvent<Note>) => this.hear(event.data);
        this.say({ kind: "hello" });
        locks
            .request(this.name, { signal: this.waiting.signal }, () => new Promise<void>((resolve) => {
                this.release = resolve;
                this.lead();
            }))
            .catch(() => undefined);
    }

    stop(): void {
        this.waiting?.abort();
        this.waiting = undefined;
        this.stream?.stop();
        this.stream = undefined;
        this.release?.();
        this.release = undefined;
        this.channel?.close();
        this.channel = undefined;
    }

    hurry(): void {
        if (this.stream) this.stream.hurry();
        else this.say({ kind: "hurry" });
    }

    private lead(): void {
        if (!this.waiting) return this.release?.();
        this.stream = new EventStream(this.api, {
            onOpen: (resumed) => {
                this.say({ kind: "open", resumed, lastId: this.lastId });
                this.listener.onOpen(resumed);
            },
            onMessage: (message) => {
                this.lastId = message.id ?? this.lastId;
                this.say({ kind: "message", message });
                this.listener.onMessage(message);
            },
            onState: (state, reason) => this.change(state, reason),
        }, this.lastId);
        this.stream.start();
    }

    private change(state: StreamState, reason: unknown): void {
        this.state = state;
        this.listener.onState(state, reason);
        if (state !== "refused") return this.say({ kind: "state", state, lastId: this.lastId });
        // Another tab may have a better token: it gets the lock, and finds out for itself.
        this.stop();
    }

    private say(note: Note): void {
        this.channel?.postMessage(note);
    }

    private hear(note: Note): void {
        if (note.kind === "hello") {
            if (this.stream) this.say({ kind: "state", state: this.state, lastId: this.lastId });
        } else if (note.kind === "hurry") this.stream?.hurry();
        // What the leader before said may arrive after the lock.
        else if (this.stream) return;
        else if (note.kind === "message") {
            this.lastId = note.message.id ?? this.lastId;
            this.listener.onMessage(note.message);
        } else {
            this.lastId = note.lastId ?? this.lastId;
            if (note.kind === "open") this.listener.onOpen(note.resumed);
            else this.listener.onState(note.state);
        }
    }
}
