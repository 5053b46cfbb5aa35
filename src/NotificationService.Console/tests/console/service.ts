import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import type { AnswerOf, PathOf } from "../../src/console/api/client.ts";

const dist = new URL("../../dist/console", import.meta.url).pathname;
const types: Record<string, string> = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" };

export interface Asked {
    method: string;
    path: string;
    params: Record<string, string>;
    query: URLSearchParams;
    body: unknown;
}

/** A text is given as it is: a file. */
type Answer = { status: number; body?: unknown };
type Method = "get" | "post" | "put" | "patch" | "delete";

/**
 * The built console behind the policy that the service serves it with, and the public API in memory. What it answers has the types of the service's own document,
 * and what a test does not teach it is 404.
 */
export class ConsoleService {
    readonly requests: Asked[] = [];
    /** What browsers reported of the policy, and what they were refused. */
    roles = ["admin"];
    private readonly routes: { method: string; pattern: RegExp; names: string[]; answer: (asked: Asked) => Answer }[] = [];
    private readonly server: Server = createServer((request, response) => void this.handle(request, response));

    constructor() {
        const person = () => ({ id: "01890a5d-ac96-774b-bcce-b302099a8001", userId: "ann", email: "ann@example.com", name: "Ann Example", tenantId: "01890a5d-ac96-774b-bcce-b302099a8000", roles: this.roles });
        const signedIn = () => ({ status: 200, body: { accessToken: "access", csrfToken: "csrf", tokenType: "Bearer", expiresIn: 900, user: person() } });
        this.on("post", "/api/v1/auth/login", ({ body }) => ((body as { password: string }).password === "correct horse" ? signedIn() : { status: 401, body: { type: "urn:x", title: "Sign in first", status: 401, code: "unauthorized", detail: "The e-mail address or the password is wrong." } }));
        this.on("post", "/api/v1/auth/refresh-token", signedIn);
        this.on("post", "/api/v1/auth/logout", () => ({ status: 204 }));
        this.answers("get", "/api/v1/admin/tenant", () => ({
            id: person().tenantId,
            key: "maple",
            name: "Maple Court",
            status: "active",
            locale: "en",
            timezone: "UTC",
            retentionDays: {},
            limits: { daily: {} },
            smsCaps: {},
            sendingDomains: [],
            allowedOrigins: [],
            brand: { name: "Maple Court" },
            createdAt: "2026-01-01T00:00:00Z",
        }));
    }

    /** Answers 200 with what the document says that this route answers. */
    answers<M extends Method, P extends PathOf<M>>(method: M, path: P, answer: (asked: Asked) => AnswerOf<P, M>): void {
        this.on(method, path, (asked) => ({ status: 200, body: answer(asked) }));
    }

    /** The last one to be taught wins. */
    on(method: Method, path: string, answer: (asked: Asked) => Answer): void {
        const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);
        this.routes.unshift({ method: method.toUpperCase(), pattern: new RegExp(`^${path.replace(/\{\w+\}/g, "([^/]+)")}$`), names, answer });
    }

    get url(): string {
        return `http://localhost:${(this.server.address() as AddressInfo).port}`;
    }

    start(): Promise<void> {
        return new Promise((resolve) => this.server.listen(0, "localhost", resolve));
    }

    stop(): Promise<void> {
        this.server.closeAllConnections();
        return new Promise((resolve) => this.server.close(() => resolve()));
    }

    private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const url = new URL(request.url ?? "/", "http://localhost");
        if (!url.pathname.startsWith("/api/")) return this.page(url.pathname, response);
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const text = Buffer.concat(chunks).toString();
        const method = request.method ?? "GET";
        const route = this.routes.find((one) => one.method === method && one.pattern.test(url.pathname));
        const values = route?.pattern.exec(url.pathname)?.slice(1) ?? [];
        const asked: Asked = { method, path: url.pathname, params: Object.fromEntries(values.map((value, index) => [route?.names[index], decodeURIComponent(value)])), query: url.searchParams, body: text === "" ? undefined : /json/.test(request.headers["content-type"] ?? "") ? JSON.parse(text) : text };
        this.requests.push(asked);
        const { status, body } = route?.answer(asked) ?? { status: 404, body: { type: "urn:x", title: "Not found", status: 404, code: "not_found", traceId: "0af7651916cd43dd8448eb211c80319c" } };
        response.writeHead(status, { "Content-Type": typeof body === "string" ? "text/csv" : status < 400 ? "application/json" : "application/problem+json", "Cache-Control": "no-store" });
        response.end(typeof body === "string" ? body : body === undefined ? undefined : JSON.stringify(body));
    }

    private page(path: string, response: ServerResponse): void {
        const file = `${dist}${path}`;
        if (path.startsWith("/assets/")) {
            const found = !path.includes("..") && existsSync(file);
            response.writeHead(found ? 200 : 404, { "Content-Type": types[extname(file)] ?? "application/octet-stream", "Cache-Control": "immutable, max-age=31536000" });
            response.end(found ? readFileSync(file) : undefined);
            return;
        }
        const nonce = randomBytes(16).toString("base64url");
        const policy = `default-src 'none'; script-src 'self' 'nonce-${nonce}'; style-src 'self' 'nonce-${nonce}'; font-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;
        response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy });
        response.end(readFileSync(`${dist}/index.html`, "utf8").replaceAll("__CSP_NONCE__", nonce));
    }
}
