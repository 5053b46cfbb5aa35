import { problemOf, Unreachable } from "./problem.ts";
import type { components, paths } from "./schema.ts";

export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

type Method = "get" | "post" | "put" | "patch" | "delete";
type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;
/** The addresses that know a method. */
export type PathOf<M extends Method> = { [P in keyof paths]: paths[P][M] extends object ? P : never }[keyof paths];
type Member<T, Name extends string> = T extends { [K in Name]?: infer V } ? Exclude<V, undefined> : never;
type QueryOf<O> = Member<Member<O, "parameters">, "query">;
type PlaceOf<O> = Member<Member<O, "parameters">, "path">;
type BodyOf<O> = Member<Member<Member<O, "requestBody">, "content">, "application/json">;
type GoodStatus = 200 | 201 | 202;
type Answers<R> = { [S in keyof R & GoodStatus]: R[S] extends { content: { "application/json": infer B } } ? B : undefined }[keyof R & GoodStatus];
export type AnswerOf<P extends keyof paths, M extends Method> = Operation<P, M> extends { responses: infer R } ? (keyof R & GoodStatus extends never ? undefined : Answers<R>) : never;

type Part<Name extends string, T> = [T] extends [never] ? { [K in Name]?: never } : { [K in Name]: T };
type QueryPart<T> = [T] extends [never] ? { query?: never } : { query?: { [K in keyof T]?: T[K] | undefined } };
export type Options<P extends keyof paths, M extends Method> = Part<"path", PlaceOf<Operation<P, M>>> & QueryPart<QueryOf<Operation<P, M>>> & Part<"body", BodyOf<Operation<P, M>>> & { signal?: AbortSignal; idempotencyKey?: string };

/** Who is signed in, as the calls see it. */
export interface Tokens {
    token(): Promise<string>;
    /** The token was refused: the next one is another, or there is none. */
    refused(token: string): void;
}

export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

export function addressOf(template: string, place: object = {}, query: object = {}): string {
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String((place as Record<string, unknown>)[name])));
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
    const text = search.toString();
    return text === "" ? path : `${path}?${text}`;
}

/** The public API, with the types of its own document. */
export class Api {
    private readonly tokens: Tokens;
    private readonly send: Fetch;

    constructor(tokens: Tokens, send: Fetch = (input, init) => fetch(input, init)) {
        this.tokens = tokens;
        this.send = send;
    }

    get<P extends PathOf<"get">>(path: P, options: Options<P, "get">): Promise<AnswerOf<P, "get">> {
        return this.call("get", path, options);
    }

    post<P extends PathOf<"post">>(path: P, options: Options<P, "post">): Promise<AnswerOf<P, "post">> {
        return this.call("post", path, options);
    }

    put<P extends PathOf<"put">>(path: P, options: Options<P, "put">): Promise<AnswerOf<P, "put">> {
        return this.call("put", path, options);
    }

    patch<P extends PathOf<"patch">>(path: P, options: Options<P, "patch">): Promise<AnswerOf<P, "patch">> {
        return this.call("patch", path, options);
    }

    delete<P extends PathOf<"delete">>(path: P, options: Options<P, "delete">): Promise<AnswerOf<P, "delete">> {
        return this.call("delete", path, options);
    }

    /** What is no JSON, such as a CSV file. */
    async raw(address: string, signal?: AbortSignal): Promise<Response> {
        const response = await this.authorized((token) => this.reach(address, { method: "GET", credentials: "omit", headers: { Authorization: `Bearer ${token}` }, ...(signal && { signal }) }));
        if (!response.ok) throw await problemOf(response);
        return response;
    }

    /** A form with a file. `onSent` is told how much of it is on its way, 0 to 1. */
    async upload<A>(address: string, form: FormData, onSent: (part: number) => void, signal: AbortSignal): Promise<A> {
        const response = await this.authorized((token) => sentForm(address, token, form, onSent, signal));
        if (!response.ok) throw await problemOf(response);
        return (await response.json()) as A;
    }

    /** A token that was good when it was taken may end on the way: once more with the next. */
    private async authorized(send: (token: string) => Promise<Response>): Promise<Response> {
        for (let attempt = 0; ; attempt++) {
            const token = await this.tokens.token();
            const response = await send(token);
            if (response.status !== 401) return response;
            this.tokens.refused(token);
            if (attempt > 0) return response;
        }
    }

    private async call<A>(method: Method, path: string, options: { path?: object; query?: object; body?: unknown; signal?: AbortSignal; idempotencyKey?: string }): Promise<A> {
        const address = addressOf(path, options.path, options.query);
        const init: RequestInit = { method: method.toUpperCase(), credentials: "omit", ...(options.signal && { signal: options.signal }) };
        const response = await this.authorized((token) => {
            const headers: Record<string, string> = { Authorization: `Bearer ${token}`, Accept: "application/json" };
            if (options.body !== undefined) headers["Content-Type"] = "application/json";
            if (options.idempotencyKey !== undefined) headers["Idempotency-Key"] = options.idempotencyKey;
            return this.reach(address, { ...init, headers, ...(options.body !== undefined && { body: JSON.stringify(options.body) }) });
        });
        if (!response.ok) throw await problemOf(response);
        return (response.status === 204 || response.headers.get("Content-Length") === "0" ? undefined : await response.json()) as A;
    }

    private async reach(address: string, init: RequestInit): Promise<Response> {
        try {
            return await this.send(address, init);
        } catch (error) {
            if (error instanceof DOMException && error.name === "AbortError") throw error;
            throw new Unreachable(error instanceof Error ? error.message : String(error));
        }
    }
}

/** By the older way, which alone says how far an upload is. */
function sentForm(address: string, token: string, form: FormData, onSent: (part: number) => void, signal: AbortSignal): Promise<Response> {
    return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.open("POST", address);
        request.setRequestHeader("Authorization", `Bearer ${token}`);
        request.setRequestHeader("Accept", "application/json");
        request.upload.onprogress = (event) => event.lengthComputable && onSent(event.loaded / event.total);
        request.onload = () => resolve(new Response(request.responseText, { status: request.status, headers: { "Retry-After": request.getResponseHeader("Retry-After") ?? "" } }));
        request.onerror = () => reject(new Unreachable("the upload broke off"));
        request.onabort = () => reject(new DOMException("The upload was given up.", "AbortError"));
        signal.addEventListener("abort", () => request.abort(), { once: true });
        request.send(form);
    });
}
