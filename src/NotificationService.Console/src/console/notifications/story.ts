import type { Schema } from "../api/client.ts";

type TimelineItem = Schema<"TimelineItem">;

export interface Moment {
    at: number;
    item: TimelineItem;
    /** Where it stands on the line, 0 to 1. */
    place: number;
}

export interface Wait {
    from: number;
    to: number;
    milliseconds: number;
}

export interface Story {
    channels: { channel: string; deliveryId: string; moments: Moment[] }[];
    /** What is drawn shorter than it was: a part of the line and how long it lasted. */
    waits: Wait[];
    start: number;
    end: number;
}

/** A pause that takes more than this share of everything else is folded. */
const longest = 0.35;

/**
 * Places what happened on one line for all channels. Time is to scale, but for pauses: a night between two calls would leave nothing of the calls to see.
 */
export function storyOf(items: readonly TimelineItem[]): Story {
    const times = [...new Set(items.map((item) => Date.parse(item.at)))].sort((a, b) => a - b);
    const start = times[0] ?? 0;
    const end = times.at(-1) ?? 0;
    const gaps = times.slice(1).map((time, index) => time - (times[index] as number));
    const whole = gaps.reduce((sum, gap) => sum + gap, 0);
    const short = [...gaps].sort((a, b) => b - a).find((gap) => whole === 0 || gap <= (whole - gap) * longest + 1) ?? 0;
    const folded = gaps.map((gap) => gap > Math.max(60_000, short * 4));
    // Every step is seen: two that came at once stand beside each other.
    const widths = gaps.map((gap, index) => (folded[index] ? 0.3 : gap));
    const shown = widths.reduce((sum, width, index) => sum + (folded[index] ? 0 : width), 0) || 1;
    const scaled = widths.map((width, index) => (folded[index] ? width : 0.09 + width / shown));
    const total = scaled.reduce((sum, width) => sum + width, 0) || 1;
    const places = new Map<number, number>();
    const waits: Wait[] = [];
    let place = 0;
    times.forEach((time, index) => {
        places.set(time, times.length === 1 ? 0.5 : place);
        const next = place + (scaled[index] ?? 0) / total;
        if (folded[index]) waits.push({ from: place, to: next, milliseconds: gaps[index] as number });
        place = next;
    });
    const channels = new Map<string, Story["channels"][number]>();
    for (const item of [...items].sort((a, b) => a.sequence - b.sequence)) {
        const of = channels.get(item.deliveryId) ?? { channel: item.channel, deliveryId: item.deliveryId, moments: [] };
        channels.set(item.deliveryId, of);
        of.moments.push({ at: Date.parse(item.at), item, place: places.get(Date.parse(item.at)) as number });
    }
    return { channels: [...channels.values()], waits, start, end };
}
