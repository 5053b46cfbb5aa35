/** What the backend of a real page does, with a service account: here it is the demo's, whose secret is no secret. */
const person = "ann";

/** The service's problem, or that there is no demo. */
export class Refused extends Error {
    readonly status: number;

    constructor(status: number, detail: string) {
        super(detail);
        this.status = status;
    }
}

let account: { token: string; until: number } | undefined;

/** A token of Ann's, as a backend gets one for who is signed in to it. */
export async function personToken(): Promise<string> {
    return (await call<{ accessToken: string }>(`recipients/${person}/tokens`, {})).accessToken;
}

/** The body of a send, in the language of the page. */
export function notification(template: string, locale: string, number: number): Record<string, unknown> {
    const data: Record<string, Record<string, unknown>> = {
        "order-shipped": { orderId: `A-${1008 + number}` },
        "ticket-updated": { ticketId: `T-${40 + number}`, title: locale === "fr" ? "Le plombier vient mardi" : "The plumber comes on Tuesday", updatedBy: "Max" },
        welcome: { name: "Ann" },
    };
    return { template, channel: "in_app", recipient: { userId: person, name: "Ann", locale }, data: data[template] };
}

/** The id of its delivery, which is that of the item in the inbox. */
export async function send(body: unknown): Promise<string> {
    return (await call<{ deliveries: { id: string }[] }>("notifications/send", body)).deliveries[0]!.id;
}

async function call<T>(route: string, body: unknown): Promise<T> {
    const response = await fetch(`/api/v1/services/${route}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${await accountToken()}`, "Idempotency-Key": crypto.randomUUID() },
        body: JSON.stringify(body),
    });
    return answerOf<T>(response);
}

async function accountToken(): Promise<string> {
    if (account && account.until > Date.now()) return account.token;
    const form = new URLSearchParams({ grant_type: "client_credentials", client_id: "demo-service", client_secret: "demo-service-secret" });
    const answer = await answerOf<{ access_token: string; expires_in: number }>(await fetch("/oauth/token", { method: "POST", body: form }));
    account = { token: answer.access_token, until: Date.now() + (answer.expires_in - 30) * 1000 };
    return account.token;
}

async function answerOf<T>(response: Response): Promise<T> {
    const answer = (await response.json().catch(() => ({}))) as { title?: string; detail?: string };
    if (response.ok) return answer as T;
    if (response.status === 401) account = undefined;
    throw new Refused(response.status, answer.detail ?? answer.title ?? "");
}
