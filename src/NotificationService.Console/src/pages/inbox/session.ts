/** Who is signed in, as the service answers it. */
export interface Person {
    name: string | null;
    email: string;
}

/** What a person types. */
export interface Credentials {
    email: string;
    password: string;
    tenant?: string;
    code?: string;
}

/** The service said no: its problem's code, and its status. */
export class Refusal extends Error {
    readonly code: string;
    readonly status: number;

    constructor(code: string, status: number) {
        super(code);
        this.code = code;
        this.status = status;
    }
}

interface SignedIn {
    accessToken: string;
    csrfToken: string;
    user: Person;
}

/** Not the session, which is a cookie that no script sees, but what shows that a request with that cookie comes from this page. */
const place = "notification-service-csrf";

/**
 * A sign-in with the refresh token in a cookie. The access token is in memory only and handed on once: whoever asks again was refused, and a new one is fetched.
 * Tabs take turns, because a cookie is good for one use.
 */
export class Session {
    person: Person | undefined;
    private fresh: string | undefined;
    private asking: Promise<void> | undefined;

    /** Whether somebody may be signed in in this browser. */
    get mayGoOn(): boolean {
        return this.csrf !== null;
    }

    async signIn(credentials: Credentials): Promise<void> {
        this.take(await post<SignedIn>("login", { ...credentials, session: "cookie" }));
    }

    /** A token for the element. A `TypeError`, as of `fetch` without a connection, means that it may be tried again. */
    async token(): Promise<string> {
        if (!this.fresh) await (this.asking ??= this.refresh().finally(() => (this.asking = undefined)));
        const token = this.fresh!;
        this.fresh = undefined;
        return token;
    }

    async resume(): Promise<void> {
        await this.refresh();
    }

    async signOut(): Promise<void> {
        const csrf = this.csrf;
        this.forget();
        if (csrf) await post("logout", { session: "cookie" }, csrf);
    }

    forget(): void {
        this.person = undefined;
        this.fresh = undefined;
        store(null);
    }

    /** Another tab signed out. */
    onEnd(ended: () => void): void {
        window.addEventListener("storage", (event) => event.key === place && event.newValue === null && ended());
    }

    private get csrf(): string | null {
        try {
            return localStorage.getItem(place);
        } catch {
            return kept;
        }
    }

    private async refresh(): Promise<void> {
        const turn = navigator.locks ? <T>(work: () => Promise<T>) => navigator.locks.request(place, work) : <T>(work: () => Promise<T>) => work();
        await turn(async () => {
            const { csrf } = this;
            if (!csrf) throw new Refusal("unauthorized", 401);
            try {
                this.take(await post<SignedIn>("refresh-token", { session: "cookie" }, csrf));
            } catch (error) {
                if (!(error instanceof Refusal)) throw error;
                if (error.status !== 401 && error.status !== 403) throw new TypeError(error.message, { cause: error });
                this.forget();
                throw error;
            }
        });
    }

    private take(signedIn: SignedIn): void {
        this.fresh = signedIn.accessToken;
        this.person = signedIn.user;
        store(signedIn.csrfToken);
    }
}

/** For a browser that keeps nothing: until the page is left. */
let kept: string | null = null;

function store(csrf: string | null): void {
    kept = csrf;
    try {
        if (csrf === null) localStorage.removeItem(place);
        else localStorage.setItem(place, csrf);
    } catch {
        // Kept in memory.
    }
}

async function post<T>(route: string, body: unknown, csrf?: string): Promise<T> {
    const response = await fetch(`/api/v1/auth/${route}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", ...(csrf ? { "X-CSRF-Token": csrf } : {}) },
        body: JSON.stringify(body),
        credentials: "same-origin",
        cache: "no-store",
    });
    const answer = response.status === 204 ? undefined : await response.json().catch(() => undefined);
    if (!response.ok) throw new Refusal((answer as { code?: string } | undefined)?.code ?? "", response.status);
    return answer as T;
}
