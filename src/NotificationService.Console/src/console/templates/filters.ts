import { channels } from "../look/Channel.tsx";
import type { TemplateFilters } from "./queries.ts";

const text = (value: unknown): string | undefined => (typeof value === "string" || typeof value === "number" ? String(value).trim().slice(0, 100) || undefined : undefined);

/** An address may say anything: what this list does not know is left out. */
export function readTemplateFilters(search: Record<string, unknown>): TemplateFilters {
    const [wanted, category] = [text(search.search), text(search.category)];
    return { ...(wanted && { search: wanted }), ...(category && { category }) };
}

export interface TemplatePlace {
    tab?: "versions";
    channel?: string;
    locale?: string;
    /** The locale that stands beside it. */
    beside?: string;
    /** Whose difference to the version before, or to what is published, is shown. */
    version?: number;
}

export function readTemplatePlace(search: Record<string, unknown>): TemplatePlace {
    const channel = channels.find((one) => one === search.channel);
    const [locale, beside] = [text(search.locale), text(search.beside)];
    const version = Number(search.version);
    return { ...(search.tab === "versions" && { tab: "versions" }), ...(channel && { channel }), ...(locale && { locale }), ...(beside && { beside }), ...(Number.isSafeInteger(version) && version > 0 && { version }) };
}
