import { Ban, CircleAlert, CircleCheck, CircleX, Copy, Ellipsis, ListChecks, MoveRight, Pause, ScanSearch } from "lucide-react";
import { Mark, Status, statuses } from "../look/Status.tsx";
import { useWords, wordOf } from "../words/index.ts";
import type { Job } from "./queries.ts";

const marks = {
    uploading: { tone: "progress", icon: Ellipsis },
    checking: { tone: "progress", icon: ScanSearch },
    checked: { tone: "neutral", icon: ListChecks },
    running: { tone: "progress", icon: MoveRight },
    paused: { tone: "warn", icon: Pause },
    completed: { tone: "good", icon: CircleCheck },
    cancelled: { tone: "neutral", icon: Ban },
    failed: { tone: "bad", icon: CircleX },
} as const;

export function JobState({ status }: { status: string }) {
    const { t } = useWords();
    const mark = marks[status as keyof typeof marks] ?? marks.uploading;
    return (
        <Mark tone={mark.tone} icon={mark.icon}>
            {wordOf(t, "jobState", status)}
        </Mark>
    );
}

const rowMarks = { staged: { tone: "neutral", icon: Ellipsis }, bad: { tone: "bad", icon: CircleAlert }, mended: { tone: "good", icon: CircleCheck }, repeated: { tone: "warn", icon: Copy } } as const;

/** Of a row: its notification's, or why it is none. */
export function RowState({ status }: { status: string }) {
    const { t } = useWords();
    if (status in statuses) return <Status status={status} />;
    const mark = rowMarks[status as keyof typeof rowMarks] ?? rowMarks.staged;
    return (
        <Mark tone={mark.tone} icon={mark.icon}>
            {wordOf(t, "rowState", status)}
        </Mark>
    );
}

/** A job is called what somebody called it, or what it sends. */
export const nameOf = (job: Job): string => job.name ?? job.template?.key ?? job.jobId;

/** Rows that are or will be notifications. */
export const goodOf = ({ status, rows }: Job): number => (status === "checked" ? rows.total - rows.bad - rows.repeated : rows.queued);

export const partsOf = (job: Job) => [
    { tone: "good" as const, count: job.status === "checking" ? Math.max(0, Math.round(job.progress * job.rows.total) - job.rows.bad) : goodOf(job) },
    { tone: "warn" as const, count: job.rows.repeated },
    { tone: "bad" as const, count: job.rows.bad },
];
