import { afterEach, describe, expect, test } from "vitest";
import { Api } from "../../src/console/api/client.ts";
import { SignedOut, Unreachable } from "../../src/console/api/problem.ts";
import { Session, type SessionPlace } from "../../src/console/session/session.ts";

const person = { id: "p1", userId: "ann", email: "ann@example.com", name: "Ann", tenantId: "t1", roles: ["admin"] };

/** One browser: tabs share the cookie, the storage, the locks and the channel. The service gives each refresh token out for one use. */
class TestBrowser {
    readonly stored = new Map<string, string>();
    readonly requests: { path: string; csrf: string | null; cookie: number | undefined }[] = [];
    cookie: number | undefined;
    used = new Set<number>();
    now = 1_000_000;
    away = false;
    refuse = false;
    private readonly tabs: SessionPlace[] = [];
    private queue: Promise<unknown> = Promise.resolve();
    private given = 0;

    tab(): Session {
        const channel = {
            onmessage: null as ((event: MessageEvent) => void) | null,
            postMessage: (data: unknown) => {
                for (const other of this.tabs) if (other.channel !== channel) other.channel.onmessage?.call(channel as unknown as BroadcastChannel, { data } as MessageEvent);
            },
        };
        const place: SessionPlace = {
            fetch: (path, init) => this.answer(path, init),
            storage: { getItem: (key) => this.stored.get(key) ?? null, setItem: (key, value) => void this.stored.set(key, value), removeItem: (key) => void this.stored.delete(key) },
            locks: {
                request: ((_: string, act: () => Promise<unknown>) => {
                    const mine = this.queue.then(act);
                    this.queue = mine.catch(() => undefined);
                    return mine;
                }) as LockManager["request"],
            },
            channel: channel as unknown as SessionPlace["channel"],
            now: () => this.now,
        };
        this.tabs.push(place);
        return new Session(place);
    }

    private async answer(path: string, init: RequestInit): Promise<Response> {
        const csrf = new Headers(init.headers).get("X-CSRF-Token");
        const { cookie } = this;
        this.requests.push({ path, csrf, cookie });
        await Promise.resolve();
        if (this.away) throw new TypeError("Failed to fetch");
        if (path.endsWith("/logout")) {
            this.cookie = undefined;
            return new Response(null, { status: 204 });
        }
        if (path.endsWith("/refresh-token") && (this.refuse || csrf !== "csrf" || cookie === undefined || this.used.has(cookie))) return Response.json({ code: "unauthorized", title: "Sign in first", status: 401, type: "x" }, { status: 401 });
        if (cookie !== undefined) this.used.add(cookie);
        this.cookie = ++this.given;
        return Response.json({ accessToken: `access ${this.cookie}`, csrfToken: "csrf", tokenType: "Bearer", expiresIn: 900, user: person });
    }
}

async function signedIn(): Promise<[TestBrowser, Session]> {
    const browser = new TestBrowser();
    const session = browser.tab();
    await session.signIn({ email: "ann@example.com", password: "correct horse" });
    return [browser, session];
}

describe("A session", () => {
    test("asks once for a token that many calls wait for", async () => {
        const [browser, session] = await signedIn();
        browser.now += 900_000;
        const tokens = await Promise.all(Array.from({ length: 20 }, () => session.token()));
        expect(new Set(tokens)).toEqual(new Set(["access 2"]));
        expect(browser.requests.filter((request) => request.path.endsWith("/refresh-token"))).toHaveLength(1);
    });

    test("asks for the next token before the present one ends", async () => {
        const [browser, session] = await signedIn();
        browser.now += 869_000;
        expect(await session.token()).toBe("access 1");
        browser.now += 2_000;
        expect(await session.token()).toBe("access 2");
    });

    test("is found again when the page is loaded anew, with nothing but the cookie and its value", async () => {
        const [browser] = await signedIn();
        const next = browser.tab();
        expect(await next.resume()).toEqual({ kind: "in", person });
        expect([...browser.stored.values()]).toEqual(["csrf"]);
    });

    test("of several tabs at once uses no refresh token twice", async () => {
        const [browser, first] = await signedIn();
        const tabs = [first, browser.tab(), browser.tab(), browser.tab()];
        browser.now += 900_000;
        const tokens = await Promise.all(tabs.map((tab) => tab.token()));
        expect(new Set(tokens).size).toBe(4);
        expect(tabs.map((tab) => tab.state.kind)).toEqual(["in", "in", "in", "in"]);
    });

    test("ends in every tab", async () => {
        const [browser, first] = await signedIn();
        const second = browser.tab();
        await second.resume();
        await first.signOut();
        expect(second.state.kind).toBe("out");
        expect(browser.stored.size).toBe(0);
        await expect(second.token()).rejects.toBeInstanceOf(SignedOut);
    });

    test("ends here even if the service is away", async () => {
        const [browser, session] = await signedIn();
        browser.away = true;
        await expect(session.signOut()).rejects.toBeInstanceOf(Unreachable);
        expect(session.state.kind).toBe("out");
        expect(browser.stored.size).toBe(0);
    });

    test("that the service does not take any more is out", async () => {
        const [browser, session] = await signedIn();
        browser.refuse = true;
        browser.now += 900_000;
        await expect(session.token()).rejects.toBeInstanceOf(SignedOut);
        expect(session.state.kind).toBe("out");
    });

    test("is not out because the service is away", async () => {
        const [browser, session] = await signedIn();
        browser.away = true;
        browser.now += 900_000;
        await expect(session.token()).rejects.toBeInstanceOf(Unreachable);
        expect(session.state.kind).toBe("in");
        browser.away = false;
        expect(await session.token()).toBe("access 2");
    });

    test("of nobody asks nothing", async () => {
        const browser = new TestBrowser();
        expect(await browser.tab().resume()).toEqual({ kind: "out" });
        expect(browser.requests).toHaveLength(0);
    });
});

describe("The API", () => {
    const answers: (Response | Error)[] = [];
    const seen: { path: string; init: RequestInit }[] = [];
    const tokens = { given: 0, token: async () => `t${tokens.given}`, refused: () => void tokens.given++ };
    const api = new Api(tokens, async (path, init) => {
        seen.push({ path, init });
        const next = answers.shift();
        if (next instanceof Error) throw next;
        return next as Response;
    });
    afterEach(() => {
        seen.length = 0;
        answers.length = 0;
        tokens.given = 0;
    });

    test("puts what others wrote into addresses so that it stays in its place", async () => {
        answers.push(Response.json({}));
        await api.get("/api/v1/admin/templates/{template}", { path: { template: "../a b/?x=1#" } });
        expect(seen[0]!.path).toBe("/api/v1/admin/templates/..%2Fa%20b%2F%3Fx%3D1%23");
    });

    test("leaves out of the address what has no value", async () => {
        answers.push(Response.json({ items: [] }));
        await api.get("/api/v1/services/notifications", { query: { status: "failed", channel: undefined, reference: "" } });
        expect(seen[0]!.path).toBe("/api/v1/services/notifications?status=failed");
    });

    test("asks once more with the next token when one was refused, and not a third time", async () => {
        answers.push(Response.json({}, { status: 401 }), Response.json({ items: [] }));
        await api.get("/api/v1/services/notifications", {});
        expect(seen.map((one) => new Headers(one.init.headers).get("Authorization"))).toEqual(["Bearer t0", "Bearer t1"]);
        answers.push(Response.json({}, { status: 401 }), Response.json({ code: "unauthorized" }, { status: 401 }));
        await expect(api.get("/api/v1/services/notifications", {})).rejects.toMatchObject({ status: 401, code: "unauthorized" });
    });

    test("gives a problem's fields by their pointers, and what no field shows besides", async () => {
        const errors = [
            { pointer: "/recipient/email", code: "email_invalid", message: "An e-mail address is written name@example.com." },
            { pointer: "/data/orderId", code: "required", message: "orderId is needed." },
            { pointer: "/sendAt", code: "past", message: "This is past." },
        ];
        answers.push(Response.json({ code: "validation_failed", title: "x", status: 422, type: "x", traceId: "abc", errors }, { status: 422 }));
        const problem = await api.post("/api/v1/services/notifications/{id}/retry", { path: { id: "1" } }).catch((error) => error);
        expect(problem.of("/recipient/email")).toContain("name@example.com");
        expect(problem.of("/data/")).toBe("orderId is needed.");
        expect(problem.besides(["/recipient/email", "/data/"]).map((field: { pointer: string }) => field.pointer)).toEqual(["/sendAt"]);
        expect(problem.traceId).toBe("abc");
    });

    test("knows an answer that is no problem document, and a service that is away", async () => {
        answers.push(new Response("<html>Bad gateway</html>", { status: 502 }), new TypeError("Failed to fetch"));
        await expect(api.get("/api/v1/admin/tenant", {})).rejects.toMatchObject({ name: "ApiProblem", status: 502, code: "http_502" });
        await expect(api.get("/api/v1/admin/tenant", {})).rejects.toBeInstanceOf(Unreachable);
    });

    test("reads an answer without a body as nothing", async () => {
        answers.push(new Response(null, { status: 204 }));
        expect(await api.delete("/api/v1/admin/suppressions/{id}", { path: { id: "1" } })).toBeUndefined();
    });
});

describe("Acting in another tenant", () => {
    const oak = { id: "t2", name: "Oak", from: "maple" };
    const elevated = async () => {
        const browser = new TestBrowser();
        const session = browser.tab();
        await session.signIn({ email: "ann@example.com", password: "x" });
        session.elevate(oak, "elevated", 60);
        return { browser, session };
    };

    test("is with that tenant's token and role, until it is left", async () => {
        const { session } = await elevated();
        expect(await session.token()).toBe("elevated");
        expect(session.state).toMatchObject({ kind: "in", person: { id: "p1", tenantId: "t2", roles: ["admin"] }, elevation: { name: "Oak" } });
        session.descend();
        expect(await session.token()).toBe("access 1");
        expect(session.state).toEqual({ kind: "in", person });
    });

    test("ends with its time, and when its token is refused", async () => {
        const late = await elevated();
        late.browser.now += 60_000;
        expect(await late.session.token()).toBe("access 1");
        const { session } = await elevated();
        session.refused("elevated");
        expect(session.state).toEqual({ kind: "in", person });
    });

    test("ends with the session, and is no other tab's", async () => {
        const { browser, session } = await elevated();
        expect(await browser.tab().token()).toBe("access 2");
        await session.signOut();
        expect(session.state).toEqual({ kind: "out" });
        await expect(session.token()).rejects.toThrow(SignedOut);
    });
});
