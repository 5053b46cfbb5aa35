import { Api } from "../api/client.ts";
import { Session } from "./session.ts";

/** What the whole page shares. */
export const session = new Session({
    fetch: (input, init) => fetch(input, init),
    storage: localStorage,
    locks: navigator.locks,
    channel: new BroadcastChannel("ns-session"),
    now: () => Date.now(),
});

export const api = new Api(session);
