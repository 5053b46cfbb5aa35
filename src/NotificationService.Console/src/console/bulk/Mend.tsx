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
import { type BadRow, type BadRows, type Cause, causesOf, cellOf, correctedFile, type Mended, pasted, type Repair, repaired, repairs, withCell } from "./mend.ts";
import { badRowsQuery, type Job } from "./queries.ts";

/** Rows of a cause that are shown before somebody asks for more. */
const shownAtFirst = 25;

/** The bad rows by what is wrong with them, to be corrected here and sent after the others. */
export function Mend({ tenant, job, maySend }: { tenant: string; job: Job; maySend: boolean }) {
    const { t } = useWords();
    const client = useQueryClient();
    const [mended, setMended] = useState<Mended>(new Map());
    const query = useQuery(badRowsQuery(tenant, job));
    const bad = query.data;
    const mayContinue = job.status === "completed" || (job.status === "failed" && job.reason === "bad_rows");
    const send = useMutation({
        mutationFn: async (rows: BadRows) => {
            const form = new FormData();
            form.append("continues", job.jobId);
            form.append("file", new File([correctedFile(rows, mended)], "corrected.csv", { type: "text/csv" }));
            await api.upload("/api/v1/services/notifications/bulk/csv", form, () => {}, new AbortController().signal);
        },
        onSuccess: async () => {
            setMended(new Map());
            await client.invalidateQueries({ queryKey: [tenant, "bulk"] });
        },
    });
    return (
        <Card title={t("bulk.toMend", { count: job.rows.bad })}>
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
                            <CauseRows key={`${cause.code} ${cause.message}`} cause={cause} columns={bad.columns} mended={mended} onMend={maySend ? setMended : undefined} />
                        ))}
                    </ul>
                    {maySend && (
                        <div className={styles.act}>
                            <Button leftSection={<Send size={14} />} disabled={mended.size === 0 || !mayContinue} loading={send.isPending} onClick={() => send.mutate(bad)}>
                                {t("bulk.sendMended", { count: mended.size })}
                            </Button>
                            {mended.size > 0 && (
                                <Button variant="default" disabled={send.isPending} onClick={() => setMended(new Map())}>
                                    {t("bulk.discard")}
                                </Button>
                            )}
                            <p className={look.dim}>{t(mayContinue ? "bulk.mendWhat" : job.mode === "all_or_nothing" ? "bulk.mendWhole" : "bulk.mendLater")}</p>
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
    mended: Mended;
    onMend: ((mended: Mended) => void) | undefined;
}

function CauseRows({ cause, columns, mended, onMend }: CauseProps) {
    const { t } = useWords();
    const [open, setOpen] = useState(false);
    const [count, setCount] = useState(shownAtFirst);
    const touched = cause.rows.filter((row) => mended.has(row.line)).length;
    return (
        <li>
            <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)} className={styles.cause}>
                <summary>
                    <ChevronRight size={14} aria-hidden />
                    <span className={styles.causeText}>
                        {cause.message} <code>{cause.code}</code>
                    </span>
                    <span className={look.dim}>
                        {touched > 0 && `${t("bulk.mendedOf", { count: touched })} · `}
                        {t("bulk.rowCount", { count: cause.rows.length })}
                    </span>
                </summary>
                {open && (
                    <>
                        {onMend && cause.rows.length > 1 && <ForAll columns={columns} rows={cause.rows} onRepair={(column, repair, text) => onMend(repaired(mended, cause.rows, column, repair, text))} />}
                        <Grid label={cause.message} rows={cause.rows.slice(0, count)} columns={columns} mended={mended} onMend={onMend} />
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
function Grid({ label, rows, columns, mended, onMend }: { label: string; rows: readonly BadRow[]; columns: readonly string[]; mended: Mended; onMend: ((mended: Mended) => void) | undefined }) {
    const { t } = useWords();
    const move = (from: HTMLElement, row: number, column: number) => from.closest("table")?.querySelector<HTMLInputElement>(`[data-cell="${row} ${column}"]`)?.focus();
    return (
        <section className={styles.scroll} aria-label={label} tabIndex={onMend ? undefined : 0}>
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
                                const value = cellOf(mended, row, column);
                                return (
                                    <td key={column} data-mended={mended.get(row.line)?.has(column) === true}>
                                        {onMend ? (
                                            <input
                                                data-cell={`${place} ${column}`}
                                                aria-label={t("bulk.cellOf", { column: name, line: row.line })}
                                                value={value}
                                                onChange={(event) => onMend(withCell(mended, row, column, event.currentTarget.value))}
                                                onPaste={(event) => {
                                                    const text = event.clipboardData.getData("text/plain");
                                                    if (!/[\t\n]/.test(text)) return;
                                                    event.preventDefault();
                                                    onMend(pasted(mended, rows, columns.length, { row: place, column }, text));
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
