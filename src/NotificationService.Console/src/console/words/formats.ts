const units: [Intl.RelativeTimeFormatUnit, number][] = [
    ["hour", 3_600_000],
    ["minute", 60_000],
    ["second", 1_000],
];

const day = 86_400_000;

/** "5 min. ago" within a day, else the date. */
export function age(at: string, locale: string, now: number): string {
    const passed = now - Date.parse(at);
    if (Math.abs(passed) >= day) {
        const date = new Date(at);
        return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", ...(date.getFullYear() !== new Date(now).getFullYear() && { year: "numeric" }) }).format(date);
    }
    const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
    for (const [unit, length] of units) if (Math.abs(passed) >= length) return format.format(-Math.trunc(passed / length), unit);
    return format.format(0, "second");
}

/** To the second, with the zone. */
export function exactly(at: string, locale: string, timeZone?: string): string {
    return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "long", ...(timeZone && { timeZone }) }).format(new Date(at));
}

export function clock(at: string, locale: string): string {
    return new Intl.DateTimeFormat(locale, { timeStyle: "medium" }).format(new Date(at));
}

/** "840 ms", "2.1 s", "4 min", "3.5 h". */
export function duration(milliseconds: number, locale: string): string {
    const write = (value: number, unit: string) => new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
    if (milliseconds < 1_000) return write(Math.round(milliseconds), "millisecond");
    if (milliseconds < 60_000) return write(milliseconds / 1_000, "second");
    if (milliseconds < 3_600_000) return write(milliseconds / 60_000, "minute");
    return milliseconds < 48 * 3_600_000 ? write(milliseconds / 3_600_000, "hour") : write(milliseconds / day, "day");
}
