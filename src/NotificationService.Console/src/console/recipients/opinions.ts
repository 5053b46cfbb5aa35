import type { Preferences } from "./queries.ts";

/** Wanted, not wanted, or nothing said. */
export type Opinion = boolean | undefined;

export interface Place {
    /** Absent: whatever it is about. */
    category?: string;
    /** Absent: on whichever channel. */
    channel?: string;
}

export function opinionAt({ channels, categories }: Preferences, { category, channel }: Place): Opinion {
    if (category === undefined) return channel === undefined ? undefined : channels[channel];
    const said = categories[category];
    return channel === undefined ? (said?.enabled ?? undefined) : said?.channels?.[channel];
}

/** The same with one opinion changed; a category of which nothing is said any more is left out. */
export function withOpinion(preferences: Preferences, { category, channel }: Place, opinion: Opinion): Preferences {
    const change = (all: Record<string, boolean>, key: string): Record<string, boolean> => {
        const { [key]: _, ...rest } = all;
        return opinion === undefined ? rest : { ...rest, [key]: opinion };
    };
    if (category === undefined) return channel === undefined ? preferences : { ...preferences, channels: change(preferences.channels, channel) };
    const { enabled, channels, ...rest } = preferences.categories[category] ?? {};
    const next = channel === undefined ? { ...rest, ...(opinion !== undefined && { enabled: opinion }), ...(channels && { channels }) } : { ...rest, ...(enabled != null && { enabled }), channels: change(channels ?? {}, channel) };
    if (next.channels && Object.keys(next.channels).length === 0) delete next.channels;
    const { [category]: _, ...others } = preferences.categories;
    return { ...preferences, categories: Object.keys(next).length === 0 ? others : { ...others, [category]: next } };
}

/** By pressing again and again. */
export const nextOpinion = (opinion: Opinion): Opinion => (opinion === undefined ? true : opinion ? false : undefined);
