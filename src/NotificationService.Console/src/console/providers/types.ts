import type { Schema } from "../api/client.ts";
import { api } from "../session/browser.ts";

export type ProviderType = Schema<"ProviderTypeResponse">;

/** A field of a provider's form, with its name in the API: a dot where it stands within another. */
export interface ProviderField extends Schema<"ProviderFieldResponse"> {
    name: string;
}

/** The types of this service do not change while it runs. */
export const typesQuery = (tenant: string) => ({ queryKey: [tenant, "provider-types"], queryFn: async ({ signal }: { signal: AbortSignal }) => (await api.get("/api/v1/admin/provider-types", { signal })).items, staleTime: Number.POSITIVE_INFINITY });

export const typesOf = (types: readonly ProviderType[], channel: string): string[] => types.filter((one) => one.channels.includes(channel)).map((one) => one.type);

export const fieldsOf = (type: ProviderType | undefined): ProviderField[] => (type?.fields ?? []).map((field) => ({ ...field, name: field.pointer.split("/").slice(2).join(".") }));

type Settings = Record<string, unknown>;
const isObject = (value: unknown): value is Settings => value !== null && typeof value === "object" && !Array.isArray(value);

/** A setting as the form shows it. */
export function readSetting(settings: unknown, name: string): string {
    let at: unknown = settings;
    for (const part of name.split(".")) at = isObject(at) ? at[part] : undefined;
    if (Array.isArray(at)) return at.join(", ");
    return at === undefined || at === null || typeof at === "object" ? "" : String(at);
}

/** The settings with one of them as the form has it; empty is not set. What the form does not know stays. */
export function withSetting(settings: unknown, { name, kind }: Pick<ProviderField, "name" | "kind">, value: string): Settings {
    const [first = "", ...rest] = name.split(".");
    const whole: Settings = isObject(settings) ? settings : {};
    const { [first]: old, ...others } = whole;
    if (rest.length > 0) {
        const inner = withSetting(old, { name: rest.join("."), kind }, value);
        return Object.keys(inner).length === 0 ? others : { ...others, [first]: inner };
    }
    if (value.trim() === "") return others;
    return { ...others, [first]: written(kind, value.trim()) };
}

/** What is no number is sent as it is written, so that the service says what is wrong with it. */
function written(kind: string, value: string): unknown {
    if (kind === "number" && Number.isFinite(Number(value))) return Number(value);
    if (kind === "boolean") return value === "true";
    if (kind === "texts")
        return value
            .split(",")
            .map((one) => one.trim())
            .filter((one) => one !== "");
    return value;
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
