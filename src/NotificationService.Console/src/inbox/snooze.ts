import type { Strings } from "./words.ts";

/** Until when an item may rest, in the reader's own time. */
export function snoozeTimes(now: Date): { key: keyof Strings; until: Date }[] {
    const at = (days: number, hour: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
    const toMonday = (8 - now.getDay()) % 7 || 7;
    return [
        { key: "snoozeHour", until: new Date(now.getTime() + 3_600_000) },
        ...(now.getHours() < 17 ? [{ key: "snoozeEvening" as const, until: at(0, 18) }] : []),
        { key: "snoozeTomorrow", until: at(1, 9) },
        // On a Sunday Monday is tomorrow.
        { key: "snoozeWeek", until: at(toMonday === 1 ? 8 : toMonday, 9) },
    ];
}
