import { channels } from "../look/Channel.tsx";

/** What the form holds: texts, as they were typed. */
export interface SendForm {
    template: string;
    channels: string[];
    recipient: { name: string; email: string; phone: string; whatsapp: string; userId: string; locale: string };
    data: Record<string, string>;
    /** Further data, as JSON. */
    more: string;
    reference: string;
    priority: string;
}

export const emptyForm: SendForm = { template: "", channels: [], recipient: { name: "", email: "", phone: "", whatsapp: "", userId: "", locale: "" }, data: {}, more: "", reference: "", priority: "normal" };

export interface SendRequest {
    template: string;
    channels?: string[];
    recipient: Record<string, string>;
    data: Record<string, unknown>;
    reference?: string;
    priority?: string;
}

const filled = (values: Record<string, string>): Record<string, string> => Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value.trim() === "" ? [] : [[name, value.trim()]])));

/** Further data is an object, or nothing. */
export function readMore(text: string): Record<string, unknown> | undefined {
    if (text.trim() === "") return {};
    try {
        const read: unknown = JSON.parse(text);
        return read !== null && typeof read === "object" && !Array.isArray(read) ? (read as Record<string, unknown>) : undefined;
    } catch {
        return undefined;
    }
}

/** The request that the form makes; what was left empty is left out, and the order of channels is the table's. */
export function requestOf(form: SendForm): SendRequest {
    return {
        template: form.template,
        ...(form.channels.length > 0 && { channels: channels.filter((channel) => form.channels.includes(channel)) }),
        recipient: filled(form.recipient),
        data: { ...readMore(form.more), ...filled(form.data) },
        ...(form.reference.trim() !== "" && { reference: form.reference.trim() }),
        ...(form.priority !== "normal" && { priority: form.priority }),
    };
}

/** The names that the template wants for these channels, each once. */
export function variablesOf(variables: unknown, wanted: readonly string[]): string[] {
    if (variables === null || typeof variables !== "object") return [];
    const names = Object.entries(variables).flatMap(([channel, list]) => (Array.isArray(list) && (wanted.length === 0 || wanted.includes(channel)) ? list.filter((name): name is string => typeof name === "string") : []));
    return [...new Set(names)].filter((name) => !name.startsWith("recipient."));
}
