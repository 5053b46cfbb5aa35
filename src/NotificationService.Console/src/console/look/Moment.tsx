import { Tooltip } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { age, exactly } from "../words/formats.ts";
import { useWords } from "../words/index.ts";
import styles from "./look.module.css";

/** All ages on a page grow together, and only while somebody may look. */
const clock = {
    now: Date.now(),
    listeners: new Set<() => void>(),
    timer: undefined as ReturnType<typeof setInterval> | undefined,
    subscribe(listener: () => void) {
        clock.listeners.add(listener);
        clock.timer ??= setInterval(() => {
            if (document.hidden) return;
            clock.now = Date.now();
            for (const one of clock.listeners) one();
        }, 10_000);
        return () => {
            clock.listeners.delete(listener);
            if (clock.listeners.size > 0) return;
            clearInterval(clock.timer);
            clock.timer = undefined;
        };
    },
};

export function useNow(): number {
    return useSyncExternalStore(clock.subscribe, () => clock.now);
}

/** How long ago. The exact time with its zone on hover, and where `focusable` on focus. */
export function Moment({ at, focusable = false }: { at: string; focusable?: boolean }) {
    const { locale } = useWords();
    // What has just come is not in the future because the clock ticks every ten seconds.
    const now = Math.max(useNow(), Math.min(Date.parse(at), Date.now()));
    const time = (
        <time dateTime={at} className={styles.moment} {...(focusable && { tabIndex: 0 })} {...(!focusable && { title: exactly(at, locale) })}>
            {age(at, locale, now)}
        </time>
    );
    if (!focusable) return time;
    return <Tooltip label={`${exactly(at, locale)} · ${exactly(at, locale, "UTC")}`}>{time}</Tooltip>;
}
