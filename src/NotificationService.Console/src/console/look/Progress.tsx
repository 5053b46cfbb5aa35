import styles from "./progress.module.css";
import type { Tone } from "./Status.tsx";

/** How far something is: its parts in their colours, and what is left. The words stand beside it. */
export function Progress({ label, total, parts }: { label: string; total: number; parts: readonly { tone: Tone; count: number }[] }) {
    const done = parts.reduce((sum, part) => sum + part.count, 0);
    const percent = total === 0 ? 0 : Math.min(100, Math.floor((done / total) * 100));
    return (
        <div role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent} className={styles.bar}>
            {parts.map(({ tone, count }) => count > 0 && <span key={tone} data-tone={tone} style={{ flexGrow: count }} />)}
            {total > done && <span style={{ flexGrow: total - done }} />}
        </div>
    );
}

/** A figure and what it counts. */
export function Figures({ items }: { items: readonly { name: string; value: React.ReactNode; tone?: Tone | undefined }[] }) {
    return (
        <dl className={styles.figures}>
            {items
                .filter((item) => item.value !== undefined && item.value !== null && item.value !== false)
                .map(({ name, value, tone }) => (
                    <div key={name} data-tone={tone}>
                        <dt>{name}</dt>
                        <dd>{value}</dd>
                    </div>
                ))}
        </dl>
    );
}
