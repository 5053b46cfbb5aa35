import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ChevronRight, Send } from "lucide-react";
import { useState } from "react";
import look from "../look/look.module.css";
import { Card } from "../look/Page.tsx";
import { Failed, Refused, Waiting } from "../look/States.tsx";
import { api } from "../session/browser.ts";
import { useWords } from "../words/index.ts";
import styles from "./bulk.module.css";
import { type BadRow, type BadRows, type Cause, type Corrected, causesOf, cellOf, correctedFile, pasted, type Repair, repaired, repairs, withCell } from "./corrections.ts";
import { badRowsQuery, type Job } from "./queries.ts";

/** Rows of a cause that are shown before somebody asks for more. */
const shownAtFirst = 25;

/** The bad rows by what is wrong with them, to be corrected here and sent after the others. */
export function Corrections({ tenant, job, maySend }: { tenant: string; job: Job; maySend: boolean }) {
    const { t } = useWords();
    const client = useQueryClient();
    const [corrected, setCorrected] = useState<Corrected>(new Map());
    const query = useQuery(badRowsQuery(tenant, job));
    const bad = query.data;
    const mayContinue = job.status === "completed" || (job.status === "failed" && job.reason === "bad_rows");
    const send = useMutation({
        mutationFn: async (rows: BadRows) => {
            const form = new FormData();
            form.append("continues", job.jobId);
            form.append("file", new File([correctedFile(rows, corrected)], "corrected.csv", { type: "text/csv" }));
            await api.upload("/api/v1/services/notifications/bulk/csv", form, () => {}, new AbortController().signal);
        },
        onSuccess: async () => {
            setCorrected(new Map());
            await client.invalidateQueries({ queryKey: [tenant, "bulk"] });
        },
    });
    return (
        <Card title={t("bulk.toCorrect", { count: job.rows.bad })}>
            {bad === undefined ? (
                query.isPending ? (
                    <Waiting rows={3} />
                ) : (
                    <Failed error={query.error} onRetry={() => void query.refetch()} />
                )
            ) : bad.rows.length === 0 ? (
                <p className={look.dim}>{t("bulk.rowsGone")}</p>
            ) : (
                <>
                    {bad.rows.length < job.rows.bad && <p className={look.dim}>{t("bulk.firstOnly", { count: bad.rows.length })}</p>}
                    <ul className={styles.causes}>
                        {causesOf(bad.rows).map((cause) => (
                            <CauseRows key={`${cause.code} ${cause.message}`} cause={cause} columns={bad.columns} corrected={corrected} onCorrect={maySend ? setCorrected : undefined} />
                        ))}
                    </ul>
                    {maySend && (
                        <div className={styles.act}>
                            <Button leftSection={<Send size={14} />} disabled={corrected.size === 0 || !mayContinue} loading={send.isPending} onClick={() => send.mutate(bad)}>
                                {t("bulk.sendCorrected", { count: corrected.size })}
                            </Button>
                            {corrected.size > 0 && (
                                <Button variant="default" disabled={send.isPending} onClick={() => setCorrected(new Map())}>
                                    {t("bulk.discard")}
                                </Button>
                            )}
                            <p className={look.dim}>{t(mayContinue ? "bulk.correctWhat" : job.mode === "all_or_nothing" ? "bulk.correctWhole" : "bulk.correctLater")}</p>
                        </div>
                    )}
                    <Refused error={send.error} />
                </>
            )}
        </Card>
    );
}

interface CauseProps {
    cause: Cause;
    columns: readonly string[];
    corrected: Corrected;
    onCorrect: ((corrected: Corrected) => void) | undefined;
}

function CauseRows({ cause, columns, corrected, onCorrect }: CauseProps) {
    const { t } = useWords();
    const [open, setOpen] = useState(false);
    const [count, setCount] = useState(shownAtFirst);
    const touched = cause.rows.filter((row) => corrected.has(row.line)).length;
    return (
        <li>
            <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)} className={styles.cause}>
                <summary>
                    <ChevronRight size={14} aria-hidden />
                    <span className={styles.causeText}>
                        {cause.message} <code>{cause.code}</code>
                    </span>
                    <span className={look.dim}>
                        {touched > 0 && `${t("bulk.correctedOf", { count: touched })} · `}
                        {t("bulk.rowCount", { count: cause.rows.length })}
                    </span>
                </summary>
                {open && (
                    <>
                        {onCorrect && cause.rows.length > 1 && <ForAll columns={columns} rows={cause.rows} onRepair={(column, repair, text) => onCorrect(repaired(corrected, cause.rows, column, repair, text))} />}
                        <Grid label={cause.message} rows={cause.rows.slice(0, count)} columns={columns} corrected={corrected} onCorrect={onCorrect} />
                        {cause.rows.length > count && (
                            <Button variant="default" size="compact-sm" onClick={() => setCount(count + 100)}>
                                {t("showMore")}
                            </Button>
                        )}
                    </>
                )}
            </details>
        </li>
    );
}

/** One repair for all rows of a cause. */
function ForAll({ columns, rows, onRepair }: { columns: readonly string[]; rows: readonly BadRow[]; onRepair: (column: number, repair: Repair, text: string) => void }) {
    const { t } = useWords();
    const [column, setColumn] = useState(0);
    const [repair, setRepair] = useState<Repair>("set");
    const [text, setText] = useState("");
    return (
        <form
            className={styles.forAll}
            onSubmit={(event) => {
                event.preventDefault();
                if (text !== "" || repair === "set") onRepair(column, repair, text);
            }}
        >
            <NativeSelect label={t("bulk.column")} value={String(column)} onChange={(event) => setColumn(Number(event.currentTarget.value))}>
                {columns.map((name, index) => (
                    <option key={index} value={index}>
                        {name}
                    </option>
                ))}
            </NativeSelect>
            <NativeSelect label={t("bulk.repair")} value={repair} onChange={(event) => setRepair(event.currentTarget.value as Repair)}>
                {repairs.map((one) => (
                    <option key={one} value={one}>
                        {t(`bulk.repair.${one}`)}
                    </option>
                ))}
            </NativeSelect>
            <TextInput label={t("bulk.repairText")} placeholder={repair === "before" ? "+33" : ""} value={text} onChange={(event) => setText(event.currentTarget.value)} />
            <Button type="submit" variant="default">
                {t("bulk.forAll", { count: rows.length })}
            </Button>
        </form>
    );
}

/** Cells as in a spreadsheet: arrows and Enter go from row to row, what is pasted fills those below. */
function Grid({ label, rows, columns, corrected, onCorrect }: { label: string; rows: readonly BadRow[]; columns: readonly string[]; corrected: Corrected; onCorrect: ((corrected: Corrected) => void) | undefined }) {
    const { t } = useWords();
    const move = (from: HTMLElement, row: number, column: number) => from.closest("table")?.querySelector<HTMLInputElement>(`[data-cell="${row} ${column}"]`)?.focus();
    return (
        <section className={styles.scroll} aria-label={label} tabIndex={onCorrect ? undefined : 0}>
            <table className={styles.grid2}>
                <thead>
                    <tr>
                        <th scope="col">{t("bulk.lineTitle")}</th>
                        {columns.map((name, index) => (
                            <th scope="col" key={index}>
                                {name}
                            </th>
                        ))}
                    </tr>
                </thead>
                <tbody>
                    {rows.map((row, place) => (
                        <tr key={row.line}>
                            <th scope="row">{row.line}</th>
                            {columns.map((name, column) => {
                                const value = cellOf(corrected, row, column);
                                return (
                                    <td key={column} data-corrected={corrected.get(row.line)?.has(column) === true}>
                                        {onCorrect ? (
                                            <input
                                                data-cell={`${place} ${column}`}
                                                aria-label={t("bulk.cellOf", { column: name, line: row.line })}
                                                value={value}
                                                onChange={(event) => onCorrect(withCell(corrected, row, column, event.currentTarget.value))}
                                                onPaste={(event) => {
                                                    const text = event.clipboardData.getData("text/plain");
                                                    if (!/[\t\n]/.test(text)) return;
                                                    event.preventDefault();
                                                    onCorrect(pasted(corrected, rows, columns.length, { row: place, column }, text));
                                                }}
                                                onKeyDown={(event) => {
                                                    const down = event.key === "ArrowDown" || (event.key === "Enter" && !event.shiftKey);
                                                    const up = event.key === "ArrowUp" || (event.key === "Enter" && event.shiftKey);
                                                    if (!down && !up) return;
                                                    event.preventDefault();
                                                    move(event.currentTarget, place + (down ? 1 : -1), column);
                                                }}
                                            />
                                        ) : (
                                            value
                                        )}
                                    </td>
                                );
                            })}
                        </tr>
                    ))}
                </tbody>
            </table>
        </section>
    );
}
