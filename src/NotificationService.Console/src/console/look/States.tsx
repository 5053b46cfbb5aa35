import { Button } from "@mantine/core";
import { CircleAlert, type LucideIcon, SearchX, Sparkles } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { ApiProblem, SignedOut, Unreachable } from "../api/problem.ts";
import { type Translate, useWords } from "../words/index.ts";
import styles from "./look.module.css";

/** Nothing for 200 ms: what comes sooner would only flicker. */
export function useLate(): boolean {
    const [late, setLate] = useState(false);
    useEffect(() => {
        const timer = setTimeout(() => setLate(true), 200);
        return () => clearTimeout(timer);
    }, []);
    return late;
}

export function Waiting({ rows = 8, height = 36 }: { rows?: number; height?: number }) {
    const { t } = useWords();
    const late = useLate();
    return (
        <div role="status" aria-label={t("loading")} className={styles.waiting} data-late={late}>
            {late && Array.from({ length: rows }, (_, row) => <div key={row} style={{ height, opacity: 1 - row / (rows + 2) }} />)}
        </div>
    );
}

export function Empty({ icon: Icon = Sparkles, title, children, action }: { icon?: LucideIcon; title: string; children?: ReactNode; action?: ReactNode }) {
    return (
        <div className={styles.empty}>
            <Icon size={24} aria-hidden />
            <p className={styles.emptyTitle}>{title}</p>
            {children && <p>{children}</p>}
            {action && <div className={styles.emptyAction}>{action}</div>}
        </div>
    );
}

export function NoMatch({ count, onClear }: { count: number; onClear: () => void }) {
    const { t } = useWords();
    return (
        <Empty
            icon={SearchX}
            title={t("noMatch")}
            action={
                <Button variant="default" onClick={onClear}>
                    {t("clearFilters", { count })}
                </Button>
            }
        >
            {t("noMatchWhy")}
        </Empty>
    );
}

/** What happened, why, and what to do, as one text. */
export function sentenceOf(error: unknown, t: Translate): string {
    if (error instanceof Unreachable) return t("error.unreachable");
    if (error instanceof SignedOut) return t("error.signedOut");
    if (error instanceof ApiProblem) {
        if (error.status === 403) return t("error.forbidden");
        if (error.status === 404) return t("error.notFound");
        if (error.status === 429) return t("error.rateLimited", { count: error.retryAfter ?? 60 });
        if (error.status >= 500) return t("error.server");
        return error.message;
    }
    return t("error.page");
}

function Details({ error }: { error: unknown }) {
    const { t } = useWords();
    const lines = error instanceof ApiProblem ? [`${error.status} ${error.code}`, ...(error.status >= 500 || error.status === 403 || error.status === 404 ? [error.message] : []), ...(error.traceId ? [`traceId ${error.traceId}`] : [])] : error instanceof Error ? [error.message] : [];
    if (lines.length === 0) return null;
    return (
        <details className={styles.details}>
            <summary>{t("details")}</summary>
            <pre>{lines.join("\n")}</pre>
        </details>
    );
}

/** In the place of what could not be loaded. */
export function Failed({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
    const { t } = useWords();
    return (
        <div className={styles.empty} role="alert">
            <CircleAlert size={24} aria-hidden className={styles.badIcon} />
            <p className={styles.emptyTitle}>{t("failedLoad")}</p>
            <p>{sentenceOf(error, t)}</p>
            {onRetry && (
                <div className={styles.emptyAction}>
                    <Button variant="default" onClick={onRetry}>
                        {t("retryLoad")}
                    </Button>
                </div>
            )}
            <Details error={error} />
        </div>
    );
}

/** Beside the button whose press was refused. `known` are the pointers that fields show themselves, `sentence` is better than the service's own. */
export function Refused({ error, sentence, known = [] }: { error: unknown; sentence?: string | undefined; known?: readonly string[] }) {
    const { t } = useWords();
    if (!error) return null;
    const others = error instanceof ApiProblem ? error.besides(known) : [];
    const shown = error instanceof ApiProblem && error.fields.length > 0;
    return (
        <div className={styles.refused} role="alert">
            <CircleAlert size={16} aria-hidden />
            <div>
                {shown ? (
                    <>
                        <p>{others.length === 0 ? t("error.seeFields") : t("error.refused")}</p>
                        {others.length > 0 && (
                            <ul>
                                {others.map((field) => (
                                    <li key={field.pointer + field.code}>
                                        <code>{field.pointer}</code> {field.message}
                                    </li>
                                ))}
                            </ul>
                        )}
                    </>
                ) : (
                    <p>{sentence ?? sentenceOf(error, t)}</p>
                )}
                <Details error={error} />
            </div>
        </div>
    );
}
