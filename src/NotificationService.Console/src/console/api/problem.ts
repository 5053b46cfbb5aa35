import type { components } from "./schema.ts";

export type ProblemBody = components["schemas"]["Problem"];
export type FieldProblem = NonNullable<ProblemBody["errors"]>[number];

/** The service refused. What its problem document says is kept as it is. */
export class ApiProblem extends Error {
    override readonly name = "ApiProblem";
    readonly status: number;
    readonly code: string;
    readonly title: string;
    readonly traceId: string | undefined;
    readonly fields: readonly FieldProblem[];
    /** Seconds, when the service asked to wait. */
    readonly retryAfter: number | undefined;

    constructor(status: number, body: Partial<ProblemBody>, retryAfter?: number) {
        super(body.detail ?? body.title ?? `HTTP ${status}`);
        this.status = status;
        this.code = body.code ?? `http_${status}`;
        this.title = body.title ?? "";
        this.traceId = body.traceId ?? undefined;
        this.fields = body.errors ?? [];
        this.retryAfter = retryAfter;
    }

    /** What is wrong with one field of the request, by its JSON Pointer; a pointer that ends with `/` takes what is below it, too. */
    of(pointer: string): string | undefined {
        const found = this.fields.filter((field) => field.pointer === pointer || (pointer.endsWith("/") && field.pointer.startsWith(pointer)));
        return found.length > 0 ? found.map((field) => field.message).join(" ") : undefined;
    }

    /** What no field of a form shows. */
    besides(pointers: readonly string[]): readonly FieldProblem[] {
        return this.fields.filter((field) => !pointers.some((pointer) => field.pointer === pointer || (pointer.endsWith("/") && field.pointer.startsWith(pointer))));
    }
}

/** The service was not reached; what became of the request is unknown. */
export class Unreachable extends Error {
    override readonly name = "Unreachable";
}

/** Nobody is signed in any more. */
export class SignedOut extends Error {
    override readonly name = "SignedOut";
}

export async function problemOf(response: Response): Promise<ApiProblem> {
    const wait = Number(response.headers.get("Retry-After"));
    let body: Partial<ProblemBody> = {};
    try {
        const read: unknown = await response.json();
        if (read !== null && typeof read === "object") body = read;
    } catch {
        // What stands between the browser and the service may answer anything.
    }
    return new ApiProblem(response.status, body, Number.isFinite(wait) && wait > 0 ? wait : undefined);
}
