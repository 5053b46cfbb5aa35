import { type InboxApi, problem } from "./api.ts";
import { delayOf } from "./backoff.ts";
import { ApiError, SignInError } from "./errors.ts";
import { EventParser, type Message } from "./sse.ts";

export type StreamState = "connecting" | "live" | "waiting" | "refused";

export interface StreamListener {
    /** The stream began. Without resumption, whatever happened before it is unknown. */
    onOpen(resumed: boolean): void;
    onMessage(message: Message): void;
    onState(state: StreamState, reason?: unknown): void;
}

/** Three keep-alives of the server and nothing read: the connection is dead, whatever the network says. */
const silence = 45_000;

/**
 * The stream of events by fetch: EventSource can send no header, and a token in an address ends up in logs. Goes on by itself after every end, from the last id
 * that it read, until it is stopped or its sign-in is refused.
 */
export class EventStream {
    lastId: string | undefined;

    private readonly api: InboxApi;
    private readonly listener: StreamListener;
    private abort: AbortController | undefined;
    private wake: (() => void) | undefined;
    private failures = 0;
    private retry = 0;

    constructor(api: InboxApi, listener: StreamListener, lastId?: string) {
        this.api = api;
        this.listener = listener;
        this.lastId = lastId;
    }

    start(): void {
        if (this.abort) return;
        this.abort = new AbortController();
        void this.run(this.abort.signal);
    }

    stop(): void {
        this.abort?.abort();
        this.abort = undefined;
        this.wake?.();
    }

    /** Tries now instead of waiting: the network is back, or somebody looks. */
    hurry(): void {
        this.wake?.();
    }

    private async run(stopped: AbortSignal): Promise<void> {
        while (!stopped.aborted) {
            let wait: number | undefined;
            try {
                this.listener.onState("connecting");
                await this.read(stopped);
            } catch (reason) {
                if (stopped.aborted) return;
                if (isFinal(reason)) {
                    this.abort = undefined;
                    this.listener.onState("refused", reason);
                    return;
                }
                if (reason instanceof ApiError) {
                    // An id that the server cannot read would be refused for ever.
                    if (reason.status === 400 || reason.status === 422) this.lastId = undefined;
                    wait = reason.retryAfter;
                }
            }
            if (stopped.aborted) return;
            this.listener.onState("waiting");
            await this.pause(delayOf(this.failures++, Math.max(this.retry, wait ?? 0)));
        }
    }

    private async read(stopped: AbortSignal): Promise<void> {
        const connection = new AbortController();
        const signal = AbortSignal.any([stopped, connection.signal]);
        let timer = setTimeout(() => connection.abort(), silence);
        try {
            const resumed = this.lastId !== undefined;
            const response = await this.api.events(this.lastId, signal);
            if (!response.ok) throw await problem(response);
            if (!response.body || !response.headers.get("Content-Type")?.startsWith("text/event-stream")) throw new TypeError("The answer is no stream of events.");
            this.listener.onState("live");
            this.listener.onOpen(resumed);
            const parser = new EventParser((message) => this.take(message));
            const decoder = new TextDecoder();
            const reader = response.body.getReader();
            for (let part = await reader.read(); !part.done; part = await reader.read()) {
                clearTimeout(timer);
                timer = setTimeout(() => connection.abort(), silence);
                // A server that takes connections and drops them at once is no healthy one.
                this.failures = 0;
                parser.push(decoder.decode(part.value, { stream: true }));
                this.retry = parser.retry ?? this.retry;
            }
        } finally {
            clearTimeout(timer);
            connection.abort();
        }
    }

    private take(message: Message): void {
        if (message.id !== undefined) this.lastId = message.id;
        this.listener.onMessage(message);
    }

    private pause(milliseconds: number): Promise<void> {
        return new Promise((resolve) => {
            const timer = setTimeout(resolve, milliseconds);
            this.wake = () => {
                clearTimeout(timer);
                resolve();
            };
        });
    }
}

/** Another try would be refused as well, until the page does something. */
function isFinal(reason: unknown): boolean {
    return reason instanceof SignInError || (reason instanceof ApiError && reason.status === 403);
}
