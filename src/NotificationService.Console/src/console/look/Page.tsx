import { type ReactNode, useEffect, useRef } from "react";
import styles from "./look.module.css";

let shown: string | undefined;

/** A page has one heading, which takes the focus when the reader has come from another page, and gives the window its title. */
export function Page({ title, lead, actions, children, width }: { title: string; lead?: ReactNode; actions?: ReactNode; children: ReactNode; width?: "form" }) {
    const heading = useRef<HTMLHeadingElement>(null);
    useEffect(() => {
        document.title = `${title} · NotificationService`;
        // Not at the first page: a reader's place is the browser's then.
        if (shown !== undefined && shown !== location.pathname) heading.current?.focus({ preventScroll: true });
        shown = location.pathname;
    }, [title]);
    return (
        <div className={styles.page} data-width={width}>
            <header className={styles.pageHeader}>
                <div className={styles.pageTitle}>
                    <h1 ref={heading} tabIndex={-1}>
                        {title}
                    </h1>
                    {lead}
                </div>
                {actions && <div className={styles.pageActions}>{actions}</div>}
            </header>
            {children}
        </div>
    );
}

export function Card({ title, actions, children, flush = false }: { title?: string; actions?: ReactNode; children: ReactNode; flush?: boolean }) {
    return (
        <section className={styles.card} data-flush={flush}>
            {title && (
                <header className={styles.cardHeader}>
                    <h2>{title}</h2>
                    {actions}
                </header>
            )}
            {children}
        </section>
    );
}

/** Names and values. What has no value is left out. */
export function Facts({ items }: { items: readonly (readonly [string, ReactNode])[] }) {
    return (
        <dl className={styles.facts}>
            {items
                .filter(([, value]) => value !== undefined && value !== null && value !== "")
                .map(([name, value]) => (
                    <div key={name}>
                        <dt>{name}</dt>
                        <dd>{value}</dd>
                    </div>
                ))}
        </dl>
    );
}
