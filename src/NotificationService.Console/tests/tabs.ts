import type { Browser } from "../src/inbox/tabs.ts";

/** Web Locks and channels for tabs of one browser that are objects of one test. Node.js 20 has no locks of its own. */
export class TestBrowser implements Browser {
    readonly locks: Browser["locks"];
    readonly channel = (name: string) => new BroadcastChannel(`${this.name} ${name}`);
    private readonly name = `browser ${Math.random()}`;
    private readonly queues = new Map<string, Promise<unknown>>();

    constructor() {
        const request = (name: string, options: LockOptions, callback: LockGrantedCallback<unknown>) => {
            const before = this.queues.get(name) ?? Promise.resolve();
            const mine = before.then(() => {
                if (options.signal?.aborted) throw options.signal.reason;
                return callback({ name, mode: "exclusive" });
            });
            this.queues.set(name, mine.catch(() => undefined));
            return mine;
        };
        this.locks = { request: request as LockManager["request"] };
    }
}
