export const units = { minute: 60, hour: 3_600, day: 86_400 } as const;
export type Unit = keyof typeof units;

/** Seconds in the largest unit that leaves no rest. */
export function amountOf(seconds: number | null | undefined): { amount: string; unit: Unit } {
    if (seconds == null) return { amount: "", unit: "hour" };
    const unit = (["day", "hour", "minute"] as const).find((one) => seconds % units[one] === 0) ?? "minute";
    return { amount: String(seconds / units[unit]), unit };
}

export const secondsOf = (amount: string, unit: Unit): number | undefined => (amount.trim() === "" ? undefined : Math.round(Number(amount) * units[unit]));
