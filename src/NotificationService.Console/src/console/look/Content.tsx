import { getNonce } from "get-nonce";
import { Bell } from "lucide-react";
import { useMemo } from "react";
import { useWords } from "../words/index.ts";
import styles from "./content.module.css";
import look from "./look.module.css";
import { mailDocument } from "./mail.ts";

/** What a channel carries, as rendered by the service. */
export interface Rendered {
    subject?: string | null;
    html?: string | null;
    text?: string | null;
    title?: string | null;
    body?: string | null;
    actionUrl?: string | null;
    templateName?: string | null;
}

/** As the recipient sees it: a mail in a frame without scripts, a text as a bubble, a push as on a lock screen. */
export function Content({ channel, content }: { channel: string; content: Rendered }) {
    const { t } = useWords();
    const mail = useMemo(() => (content.html ? mailDocument(content.html, getNonce() ?? "") : undefined), [content.html]);
    if (channel === "email")
        return (
            <div className={styles.mail}>
                <p className={styles.subject}>{content.subject}</p>
                {mail === undefined ? <p className={styles.plain}>{content.text}</p> : <iframe title={t("mailFrame", { subject: content.subject ?? "" })} sandbox="" srcDoc={mail} className={styles.frame} />}
                {mail !== undefined && content.text && (
                    <details className={look.details}>
                        <summary>{t("mailText")}</summary>
                        <p className={styles.plain}>{content.text}</p>
                    </details>
                )}
            </div>
        );
    if (channel === "push" || channel === "in_app")
        return (
            <div className={styles.card}>
                <Bell size={16} aria-hidden />
                <div>
                    <p className={styles.title}>{content.title}</p>
                    <p className={styles.plain}>{content.body}</p>
                    {content.actionUrl && <p className={look.dim}>{content.actionUrl}</p>}
                </div>
            </div>
        );
    return <p className={styles.bubble}>{content.text ?? content.templateName}</p>;
}
