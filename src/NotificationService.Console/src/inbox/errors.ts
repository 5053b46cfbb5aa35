/** The service refused. `code` is the stable one of its problem document. */
export class ApiError extends Error {
    override readonly name = "ApiError";
    readonly status: number;
    readonly code: string | undefined;
    readonly traceId: string | undefined;
    /** Milliseconds, when the service asked to wait. */
    readonly retryAfter: number | undefined;

    constructor(status: number, message: string, code?: string, traceId?: string, retryAfter?: number) {
        super(message);
        this.status = status;
        this.code = code;
        this.traceId = traceId;
        this.retryAfter = retryAfter;
    }
}

/** The service was not reached; what became of the request is unknown. */
export class ConnectionError extends Error {
    override readonly name = "ConnectionError";
}

/** The page gave no token, or the service takes none of those it gave. */
export class SignInError extends Error {
    override readonly name = "SignInError";
}
