import { Ban, Check, CheckCheck, CircleHelp, CircleX, Clock, CornerDownLeft, Ellipsis, Eye, Hourglass, type LucideIcon, MoveRight, ShieldOff } from "lucide-react";
import { useWords, wordOf } from "../words/index.ts";
import styles from "./look.module.css";

export type Tone = "neutral" | "progress" | "good" | "warn" | "bad";

/** Of a delivery and of a notification. "Sent" is not good yet: nothing has come back. */
export const statuses: Record<string, { tone: Tone; icon: LucideIcon }> = {
    scheduled: { tone: "neutral", icon: Clock },
    cancelled: { tone: "neutral", icon: Ban },
    queued: { tone: "progress", icon: Ellipsis },
    sending: { tone: "progress", icon: MoveRight },
    sent: { tone: "progress", icon: Check },
    delivered: { tone: "good", icon: CheckCheck },
    read: { tone: "good", icon: Eye },
    suppressed: { tone: "warn", icon: ShieldOff },
    expired: { tone: "warn", icon: Hourglass },
    ambiguous: { tone: "warn", icon: CircleHelp },
    failed: { tone: "bad", icon: CircleX },
    bounced: { tone: "bad", icon: CornerDownLeft },
};

/** Icon, word and colour, so that none of them has to be seen. */
export function Mark({ tone, icon: Icon, children }: { tone: Tone; icon: LucideIcon; children: React.ReactNode }) {
    return (
        <span className={styles.mark} data-tone={tone}>
            <Icon size={14} aria-hidden />
            <span>{children}</span>
        </span>
    );
}

export function Status({ status }: { status: string }) {
    const { t } = useWords();
    const known = statuses[status] ?? { tone: "neutral" as const, icon: CircleHelp };
    return (
        <Mark tone={known.tone} icon={known.icon}>
            {wordOf(t, "status", status)}
        </Mark>
    );
}
