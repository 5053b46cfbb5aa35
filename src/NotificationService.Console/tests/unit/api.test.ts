import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InboxApi } from "../../src/inbox/api.ts";
import { delayOf } from "../../src/inbox/backoff.ts";
import { ApiError, ConnectionError, SignInError } from "../../src/inbox/errors.ts";
import { ownerOf, Tokens } from "../../src/inbox/tokens.ts";
import { answer, TestService, tokenOf } from "../service.ts";

let service: TestService;

beforeEach(async () => void (service = await new TestService().start()));
afterEach(() => service.stop());

function api(...tokens: string[]): { api: InboxApi; asked: () => number } {
    let asked = 0;
    return { api: new InboxApi(service.url, new Tokens(async () => tokens[Math.min(asked++, tokens.length - 1)]!)), asked: () => asked };
}

describe("The client of the user API", () => {
    test("sends the token in a header and never in an address", async () => {
        await api("t1").api.counts();

        expect(service.requests).toMatchObject([{ path: "/notifications/unread-count", authorization: "Bearer t1" }]);
        expect(service.requests[0]!.path).not.toContain("t1");
    });

    test("asks the page for another token when one is refused, once, and goes on", async () => {
        service.tokens.add("t2");
        const client = api("t1", "t2");

        expect(await client.api.counts()).toMatchObject({ unread: 0 });
        await client.api.counts();
        expect(client.asked()).toBe(2);
    });

    test("gives up when the second token is refused too", async () => {
        service.tokens.add("t9");
        const client = api("t1", "t2");

        await expect(client.api.counts()).rejects.toThrow(SignInError);
        expect(client.asked()).toBe(2);
        expect(service.requests).toHaveLength(2);
    });

    test("asks once for callers who come together", async () => {
        const client = api("t1");

        await Promise.all([client.api.counts(), client.api.counts(), client.api.list({})]);
        expect(client.asked()).toBe(1);
    });

    test("takes no token of another person for the one it began with", async () => {
        service.tokens.add(tokenOf("bob"));

        await expect(api(tokenOf("ann"), tokenOf("bob")).api.counts()).rejects.toThrow(SignInError);
    });

    test("says what the service said", async () => {
        service.intercept = (_, response) => {
            answer(response, 429, { code: "rate_limited", detail: "Wait a little.", traceId: "abc" }, { "Retry-After": "2" });
            return true;
        };

        const error = await api("t1").api.counts().catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(ApiError);
        expect(error).toMatchObject({ status: 429, code: "rate_limited", message: "Wait a little.", traceId: "abc", retryAfter: 2000 });
    });

    test("tells a service that is not reached from one that refuses", async () => {
        await service.stop();

        await expect(api("t1").api.counts()).rejects.toThrow(ConnectionError);
    });

    test("tells a page that could not ask from one that has no token to give", async () => {
        const failing = (reason: unknown) => new InboxApi(service.url, new Tokens(() => Promise.reject(reason as Error))).counts();

        await expect(failing(new TypeError("Failed to fetch"))).rejects.toThrow(ConnectionError);
        await expect(failing(new Error("401"))).rejects.toThrow(SignInError);
        await expect(new InboxApi(service.url, new Tokens(() => "")).counts()).rejects.toThrow(SignInError);
    });

    test("escapes what goes into an address", async () => {
        await api("t1").api.list({ category: "a&b" }, "c/d=");
        await api("t1").api.change("../x", "read").catch(() => undefined);

        expect(service.requests.map((request) => request.path)).toEqual(["/notifications?category=a%26b&cursor=c%2Fd%3D", "/notifications/..%2Fx/read"]);
    });
});

describe("The name under which tabs share", () => {
    test("is the same for two tokens of a person", () => expect(ownerOf(tokenOf("ann", 1))).toBe(ownerOf(tokenOf("ann", 2))));
    test("differs between persons for whom the same backend asked", () => expect(ownerOf(tokenOf("ann"))).not.toBe(ownerOf(tokenOf("bob"))));
    test("is unknown for a token that cannot be read", () => expect(ownerOf("opaque")).toBeUndefined());
});

describe("The wait before the next try", () => {
    test("doubles up to a minute", () => expect([0, 1, 2, 10, 1000].map((failures) => delayOf(failures, 0, () => 1))).toEqual([1000, 2000, 4000, 60_000, 60_000]));
    test("is never shorter than asked for, and never the same for all", () => {
        expect(delayOf(0, 5000, () => 0)).toBe(5000);
        expect(delayOf(0, 5000, () => 1)).toBe(7500);
    });
});
