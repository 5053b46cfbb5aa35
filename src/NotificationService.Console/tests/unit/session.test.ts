import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refusal, Session } from "../../src/pages/inbox/session.ts";

interface Call {
    route: string;
    body: Record<string, unknown>;
    csrf: string | undefined;
}

let calls: Call[];
let answers: (() => Response | Promise<Response>)[];
let stored: Map<string, string>;

const signedIn = (token: string) => () => Response.json({ accessToken: token, csrfToken: "csrf", user: { name: "Ann", email: "ann@example.com" } });
const problem = (status: number, code: string) => () => Response.json({ code }, { status });
const ann = { email: "ann@example.com", password: "a password" };

beforeEach(() => {
    calls = [];
    answers = [];
    stored = new Map();
    vi.stubGlobal("navigator", {});
    vi.stubGlobal("localStorage", { getItem: (name: string) => stored.get(name) ?? null, setItem: (name: string, value: string) => stored.set(name, value), removeItem: (name: string) => stored.delete(name) });
    vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
        calls.push({ route: url.replace("/api/v1/auth/", ""), body: JSON.parse(String(init.body)), csrf: (init.headers as Record<string, string>)["X-CSRF-Token"] });
        return answers.shift()!();
    });
});
afterEach(() => vi.unstubAllGlobals());

async function session(): Promise<Session> {
    const made = new Session();
    answers.push(signedIn("first"));
    await made.signIn(ann);
    return made;
}

test("Each token is handed on once, and whoever asks again gets a new one by the cookie and the CSRF token", async () => {
    const one = await session();
    expect(await one.token()).toBe("first");
    answers.push(signedIn("second"));
    expect(await one.token()).toBe("second");
    expect(calls).toEqual([
        { route: "login", body: { ...ann, session: "cookie" }, csrf: undefined },
        { route: "refresh-token", body: { session: "cookie" }, csrf: "csrf" },
    ]);
});

test("No token is kept in the browser", async () => {
    await session();
    expect([...stored.values()]).toEqual(["csrf"]);
});

test("A refresh token that is good no more ends the sign-in", async () => {
    const one = await session();
    await one.token();
    answers.push(problem(401, "unauthorized"));
    await expect(one.token()).rejects.toBeInstanceOf(Refusal);
    expect(one.mayGoOn).toBe(false);
    expect(one.person).toBeUndefined();
});

test.each([[503], [429], [500]])("A service that answers %i is asked again, and nobody is signed out", async (status) => {
    const one = await session();
    await one.token();
    answers.push(problem(status, "unavailable"));
    await expect(one.token()).rejects.toBeInstanceOf(TypeError);
    expect(one.mayGoOn).toBe(true);
    answers.push(signedIn("later"));
    expect(await one.token()).toBe("later");
});

test("Without a connection nobody is signed out", async () => {
    const one = await session();
    await one.token();
    answers.push(() => Promise.reject(new TypeError("Failed to fetch")));
    await expect(one.token()).rejects.toBeInstanceOf(TypeError);
    expect(one.mayGoOn).toBe(true);
});

test("A page that was loaded anew goes on where the browser was signed in, and asks nothing where it was not", async () => {
    await session();
    const again = new Session();
    expect(again.mayGoOn).toBe(true);
    answers.push(signedIn("again"));
    await again.resume();
    expect(again.person?.name).toBe("Ann");
    expect(await again.token()).toBe("again");
    stored.clear();
    const count = calls.length;
    await expect(new Session().resume()).rejects.toBeInstanceOf(Refusal);
    expect(calls.length).toBe(count);
});

test("Signing out forgets everything, also when the service cannot be reached", async () => {
    const one = await session();
    answers.push(() => Promise.reject(new TypeError("Failed to fetch")));
    await expect(one.signOut()).rejects.toBeInstanceOf(TypeError);
    expect(stored.size).toBe(0);
    expect(one.mayGoOn).toBe(false);
    expect(calls.at(-1)).toEqual({ route: "logout", body: { session: "cookie" }, csrf: "csrf" });
});
