/** A field of a provider's form: its name in the API, with a dot where it stands within another. */
export interface ProviderField {
    name: string;
    kind?: "number" | "boolean" | readonly string[];
    /** What stands there when nothing is written. */
    otherwise?: string;
    long?: true;
}

export interface ProviderType {
    channels: readonly string[];
    credentials: readonly ProviderField[];
    settings: readonly ProviderField[];
    /** Where the vendor reports to, below /webhooks/; and where that is pasted at the vendor. */
    reports?: { path: string; place: string };
}

const sender: readonly ProviderField[] = [{ name: "from.email" }, { name: "from.name" }, { name: "replyTo.email" }];
const twilio: readonly ProviderField[] = [{ name: "from" }, { name: "messagingServiceSid" }];

/** What each type is configured with, as docs/providers.md says it. */
export const types: Record<string, ProviderType> = {
    sandbox: { channels: ["email", "sms", "push", "whatsapp"], credentials: [{ name: "receiptSecret" }], settings: [] },
    smtp: {
        channels: ["email"],
        credentials: [{ name: "username" }, { name: "password" }],
        settings: [{ name: "host" }, { name: "port", kind: "number", otherwise: "587" }, { name: "tls", kind: ["required", "starttls", "none"], otherwise: "required" }, ...sender],
    },
    sendgrid: {
        channels: ["email"],
        credentials: [{ name: "apiKey" }, { name: "webhookPublicKey", long: true }],
        settings: [...sender, { name: "baseUrl", otherwise: "https://api.sendgrid.com" }],
        reports: { path: "sendgrid", place: "SendGrid › Settings › Mail Settings › Event Webhook" },
    },
    twilio: {
        channels: ["sms"],
        credentials: [{ name: "accountSid" }, { name: "authToken" }],
        settings: [...twilio, { name: "maxSegments", kind: "number", otherwise: "10" }, { name: "baseUrl", otherwise: "https://api.twilio.com" }],
        reports: { path: "twilio", place: "Twilio › Phone Numbers › A message comes in (HTTP POST)" },
    },
    twilio_whatsapp: {
        channels: ["whatsapp"],
        credentials: [{ name: "accountSid" }, { name: "authToken" }],
        settings: [...twilio, { name: "baseUrl", otherwise: "https://api.twilio.com" }],
        reports: { path: "twilio", place: "Twilio › WhatsApp senders › Webhook URL for incoming messages" },
    },
    fcm: {
        channels: ["push"],
        credentials: [{ name: "serviceAccountJson", long: true }],
        settings: [{ name: "projectId" }, { name: "androidChannelId" }, { name: "dryRun", kind: "boolean" }, { name: "baseUrl", otherwise: "https://fcm.googleapis.com" }],
    },
    whatsapp_cloud: {
        channels: ["whatsapp"],
        credentials: [{ name: "accessToken" }, { name: "appSecret" }, { name: "verifyToken" }],
        settings: [{ name: "phoneNumberId" }, { name: "apiVersion", otherwise: "v23.0" }, { name: "baseUrl", otherwise: "https://graph.facebook.com" }],
        reports: { path: "whatsapp", place: "Meta › App › WhatsApp › Configuration › Callback URL" },
    },
};

export const typesOf = (channel: string): string[] => Object.keys(types).filter((type) => types[type]!.channels.includes(channel));

type Settings = Record<string, unknown>;
const isObject = (value: unknown): value is Settings => value !== null && typeof value === "object" && !Array.isArray(value);

/** A setting as the form shows it. */
export function readSetting(settings: unknown, name: string): string {
    let at: unknown = settings;
    for (const part of name.split(".")) at = isObject(at) ? at[part] : undefined;
    return at === undefined || at === null || typeof at === "object" ? "" : String(at);
}

/** The settings with one of them as the form has it; empty is not set. What the form does not know stays. */
export function withSetting(settings: unknown, { name, kind }: ProviderField, value: string): Settings {
    const [first = "", ...rest] = name.split(".");
    const whole: Settings = isObject(settings) ? settings : {};
    const { [first]: old, ...others } = whole;
    if (rest.length > 0) {
        const inner = withSetting(old, { name: rest.join("."), ...(kind && { kind }) }, value);
        return Object.keys(inner).length === 0 ? others : { ...others, [first]: inner };
    }
    if (value.trim() === "") return others;
    const number = Number(value);
    return { ...others, [first]: kind === "number" && Number.isFinite(number) ? number : kind === "boolean" ? value === "true" : value.trim() };
}

interface Placed {
    id: string;
    priority: number;
    weight: number;
    enabled: boolean;
    usable: boolean;
    parked?: unknown;
}

/** First what is tried first; of one priority the heavier. */
export const inOrder = <P extends Placed>(providers: readonly P[]): P[] => [...providers].sort((a, b) => a.priority - b.priority || b.weight - a.weight || (a.id < b.id ? -1 : 1));

/** Which priorities change when one is moved up or down among those of its channel. */
export function moved(providers: readonly Placed[], id: string, by: -1 | 1): { id: string; priority: number }[] {
    const order = inOrder(providers);
    const from = order.findIndex((one) => one.id === id);
    const to = from + by;
    if (from < 0 || to < 0 || to >= order.length) return [];
    const [one] = order.splice(from, 1);
    order.splice(to, 0, one as Placed);
    // Ten between each, as far as there is room, so that the next one fits in between.
    const step = Math.max(1, Math.min(10, Math.floor(1_000 / order.length)));
    return order.flatMap((provider, index) => (provider.priority === (index + 1) * step ? [] : [{ id: provider.id, priority: (index + 1) * step }]));
}

/** The part of its channel's traffic that goes to it now, from 0 to 1: the first that can send, and those of its priority by weight. */
export function shareOf(providers: readonly Placed[], id: string): number {
    const able = inOrder(providers).filter((one) => one.enabled && one.usable && !one.parked);
    const first = able.filter((one) => one.priority === able[0]?.priority);
    const all = first.reduce((sum, one) => sum + one.weight, 0);
    const own = first.find((one) => one.id === id);
    if (own === undefined) return 0;
    return all === 0 ? 1 / first.length : own.weight / all;
}
