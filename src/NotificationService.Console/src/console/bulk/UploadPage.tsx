import { Button, Checkbox, NativeSelect, TextInput, UnstyledButton, VisuallyHidden } from "@mantine/core";
import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Checkbox.css";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { CircleAlert, CircleCheck, CircleDashed, FileSpreadsheet, History, PencilLine, ScanSearch, Upload } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { Schema } from "../api/client.ts";
import { ApiProblem } from "../api/problem.ts";
import { Back } from "../look/Back.tsx";
import { channels } from "../look/Channel.tsx";
import look from "../look/look.module.css";
import { Card, Page } from "../look/Page.tsx";
import { Progress } from "../look/Progress.tsx";
import { Failed, Refused } from "../look/States.tsx";
import { Mark } from "../look/Status.tsx";
import { api } from "../session/browser.ts";
import { useMay } from "../session/react.ts";
import { useWords, wordOf } from "../words/index.ts";
import "../words/more.ts";
import styles from "./bulk.module.css";
import { beginningOf, type CsvBeginning } from "./csv.ts";
import { columnsQuery, rememberedQuery } from "./queries.ts";
import { targetName } from "./targets.ts";

const route = getRouteApi("/t/$tenant/bulk/upload");

/** Fields beside each other stand on one line, whatever is said of them. */
const below: ("label" | "input" | "description" | "error")[] = ["label", "input", "description", "error"];

interface Chosen extends CsvBeginning {
    file: File;
}

/** What is sent, a file, and what its columns are. Every file is checked first, and sent from the job's own page without a second upload. */
export function UploadPage() {
    const { t, locale } = useWords();
    const { tenant } = route.useParams();
    const { template = "" } = route.useSearch();
    const navigate = useNavigate();
    const client = useQueryClient();
    const mayAdmin = useMay("admin");
    const [file, setFile] = useState<Chosen>();
    const [unread, setUnread] = useState(false);
    const [wanted, setWanted] = useState<string[]>([]);
    const [chosen, setChosen] = useState<Record<string, string>>({});
    const [more, setMore] = useState({ name: "", sendAt: "", rate: "", key: "", whole: false });
    const [sent, setSent] = useState(0);
    const stop = useRef<AbortController>(undefined);
    useEffect(() => () => stop.current?.abort(), []);
    const templates = useQuery({ queryKey: [tenant, "templates"], queryFn: async ({ signal }) => (await api.get("/api/v1/admin/templates", { query: { limit: 100 }, signal })).items, enabled: mayAdmin });
    const published = useQuery({ queryKey: [tenant, "template", template], queryFn: ({ signal }) => api.get("/api/v1/admin/templates/{template}", { path: { template }, signal }), enabled: mayAdmin && template !== "" });
    const available: readonly string[] = published.data?.channels ?? channels;
    const asked = wanted.filter((channel) => available.includes(channel));
    const remembered = useQuery(rememberedQuery(tenant, template));
    const header = file?.header ?? [];
    const lastTime = Object.fromEntries(header.flatMap((column) => (remembered.data?.[column] ? [[column, remembered.data[column]]] : [])));
    const mapping = { ...lastTime, ...Object.fromEntries(Object.entries(chosen).filter(([column]) => header.includes(column))) };
    const seen = useQuery({ ...columnsQuery(tenant, { template, channels: asked, columns: header, mapping }), enabled: template !== "" && header.length > 0 && !remembered.isPending, placeholderData: keepPreviousData });

    const upload = useMutation({
        mutationFn: () => {
            const form = new FormData();
            const add = (name: string, value: string) => value !== "" && form.append(name, value);
            add("template", template);
            add("channels", asked.join(","));
            add("mapping", JSON.stringify(mapping));
            add("name", more.name.trim());
            add("sendAt", more.sendAt === "" ? "" : new Date(more.sendAt).toISOString());
            add("ratePerMinute", more.rate.trim());
            add("idempotencyColumn", more.key);
            add("mode", more.whole ? "all_or_nothing" : "");
            add("dryRun", "true");
            form.append("file", file!.file, file!.file.name);
            setSent(0);
            stop.current = new AbortController();
            return api.upload<Schema<"BulkAccepted">>("/api/v1/services/notifications/bulk/csv", form, setSent, stop.current.signal);
        },
        onSuccess: async ({ jobId }) => {
            await client.invalidateQueries({ queryKey: [tenant, "bulk"] });
            void navigate({ to: "/t/$tenant/bulk/$id", params: { tenant, id: jobId } });
        },
    });
    const problem = upload.error instanceof ApiProblem ? upload.error : undefined;
    const unknown = seen.error instanceof ApiProblem ? seen.error.of("/template") : undefined;
    const take = async (taken: File) => {
        upload.reset();
        const read = await beginningOf(taken);
        setUnread(read === undefined);
        setFile(read && { ...read, file: taken });
    };
    const choose = (key: string) => void navigate({ to: "/t/$tenant/bulk/upload", params: { tenant }, search: key === "" ? {} : { template: key }, replace: true });
    const set = (to: Partial<typeof more>) => setMore({ ...more, ...to });
    const isFileStep = file === undefined;
    return (
        <Page
            title={t("bulk.upload")}
            lead={
                <Back tenant={tenant} section="bulk">
                    {t("nav.bulk")}
                </Back>
            }
        >
            <form
                className={styles.form}
                noValidate
                onSubmit={(event) => {
                    event.preventDefault();
                    upload.mutate();
                }}
            >
                <ol className={styles.steps} aria-label={t("bulk.steps")}>
                    {(["bulk.step.map", "bulk.step.check", "bulk.step.send"] as const).map((step, index) => (
                        <li key={step} aria-current={index === (upload.isPending ? 1 : 0) ? "step" : undefined}>
                            <span aria-hidden>{index + 1}</span>
                            {t(step)}
                        </li>
                    ))}
                </ol>
                <Card title={t("bulk.what")}>
                    <div className={styles.grid}>
                        {mayAdmin && templates.isError ? (
                            <Failed error={templates.error} onRetry={() => void templates.refetch()} />
                        ) : mayAdmin ? (
                            <NativeSelect label={t("template")} value={template} onChange={(event) => choose(event.currentTarget.value)} error={unknown ?? problem?.of("/template")}>
                                <option value="">{t("chooseTemplate")}</option>
                                {(templates.data ?? []).map((one) => (
                                    <option key={one.id} value={one.key} disabled={one.publishedVersion == null}>
                                        {one.name} ({one.key}){one.publishedVersion == null ? ` – ${t("notPublished")}` : ""}
                                    </option>
                                ))}
                            </NativeSelect>
                        ) : (
                            <TextInput label={t("templateKey")} value={template} onChange={(event) => choose(event.currentTarget.value)} error={unknown ?? problem?.of("/template")} />
                        )}
                        <TextInput label={t("name")} description={t("bulk.nameWhy")} inputWrapperOrder={below} value={more.name} onChange={(event) => set({ name: event.currentTarget.value })} error={problem?.of("/name")} />
                    </div>
                    <Checkbox.Group label={t("channels")} description={t("channelsWhy")} value={asked} onChange={setWanted} error={problem?.of("/channels")}>
                        <div className={styles.channels}>
                            {available.map((channel) => (
                                <Checkbox key={channel} value={channel} label={wordOf(t, "channel", channel)} />
                            ))}
                        </div>
                    </Checkbox.Group>
                </Card>
                <Drop file={file} unread={unread} onFile={take} />
                {!isFileStep && template !== "" && (
                    <Card flush title={t("bulk.columns")}>
                        {seen.data === undefined ? (
                            <div className={styles.pad}>{seen.error ? <Refused error={seen.error} known={["/template"]} /> : <p className={look.dim}>{t("loading")}</p>}</div>
                        ) : (
                            <Columns file={file} seen={seen.data} lastTime={lastTime} chosen={chosen} onChoose={(column, target) => setChosen({ ...chosen, [column]: target })} />
                        )}
                    </Card>
                )}
                <details className={styles.more}>
                    <summary>{t("bulk.more")}</summary>
                    <div className={styles.grid}>
                        <TextInput type="datetime-local" label={t("sendAt")} description={t("bulk.sendAtWhy")} inputWrapperOrder={below} value={more.sendAt} onChange={(event) => set({ sendAt: event.currentTarget.value })} error={problem?.of("/sendAt")} />
                        <TextInput type="number" inputMode="numeric" min={1} label={t("bulk.rate")} description={t("bulk.rateWhy")} inputWrapperOrder={below} value={more.rate} onChange={(event) => set({ rate: event.currentTarget.value })} error={problem?.of("/ratePerMinute")} />
                        <NativeSelect label={t("bulk.key")} description={t("bulk.keyWhy")} inputWrapperOrder={below} value={more.key} onChange={(event) => set({ key: event.currentTarget.value })} error={problem?.of("/idempotencyColumn")}>
                            <option value="">{t("bulk.noKey")}</option>
                            {header.map((column) => (
                                <option key={column} value={column}>
                                    {column}
                                </option>
                            ))}
                        </NativeSelect>
                    </div>
                    <Checkbox label={t("bulk.whole")} description={t("bulk.wholeWhy")} checked={more.whole} onChange={(event) => set({ whole: event.currentTarget.checked })} />
                </details>
                {upload.isPending && (
                    <Card title={t("bulk.uploading")}>
                        <Progress label={t("bulk.uploading")} total={100} parts={[{ tone: "progress", count: Math.round(sent * 100) }]} />
                        <p className={look.dim} role="status">
                            {sent < 1 ? t("bulk.sent", { percent: new Intl.NumberFormat(locale, { style: "percent" }).format(sent) }) : t("bulk.storing")}
                        </p>
                    </Card>
                )}
                {!(upload.error instanceof DOMException) && <Refused error={upload.error} known={["/template", "/name", "/channels", "/sendAt", "/ratePerMinute", "/idempotencyColumn"]} />}
                <div className={styles.act}>
                    <Button type="submit" leftSection={<ScanSearch size={14} />} loading={upload.isPending} disabled={file === undefined || seen.data === undefined || seen.isError || seen.data.problems.length > 0}>
                        {t("bulk.check")}
                    </Button>
                    {upload.isPending && (
                        <Button variant="default" onClick={() => stop.current?.abort()}>
                            {t("bulk.stop")}
                        </Button>
                    )}
                    <p className={look.dim}>{t("bulk.checkWhat")}</p>
                </div>
            </form>
        </Page>
    );
}

/** A file by dropping it or by choosing it. */
function Drop({ file, unread, onFile }: { file: Chosen | undefined; unread: boolean; onFile: (file: File) => Promise<void> }) {
    const { t, locale } = useWords();
    const input = useRef<HTMLInputElement>(null);
    const [over, setOver] = useState(false);
    const delimiter = file?.delimiter === "\t" ? t("bulk.tab") : file?.delimiter;
    return (
        <section
            aria-label={t("bulk.file")}
            className={styles.drop}
            data-over={over}
            data-there={file !== undefined}
            onDragOver={(event) => {
                event.preventDefault();
                setOver(true);
            }}
            onDragLeave={() => setOver(false)}
            onDrop={(event) => {
                event.preventDefault();
                setOver(false);
                const [taken] = event.dataTransfer.files;
                if (taken) void onFile(taken);
            }}
        >
            {file ? <FileSpreadsheet size={20} aria-hidden /> : <Upload size={20} aria-hidden />}
            <div>
                <p className={styles.dropTitle}>{file ? file.file.name : t("bulk.drop")}</p>
                <p className={look.dim}>
                    {file
                        ? `${new Intl.NumberFormat(locale, { style: "unit", unit: file.file.size < 1_000_000 ? "kilobyte" : "megabyte", maximumFractionDigits: 1 }).format(file.file.size / (file.file.size < 1_000_000 ? 1_000 : 1_000_000))} · ${file.encoding} · ${t("bulk.separatedBy", { delimiter: delimiter ?? "" })}`
                        : t("bulk.dropWhat")}
                </p>
                {unread && (
                    <p role="alert" className={styles.wrong}>
                        <CircleAlert size={14} aria-hidden /> {t("bulk.noHeader")}
                    </p>
                )}
            </div>
            <Button variant="default" onClick={() => input.current?.click()}>
                {t(file ? "bulk.otherFile" : "bulk.choose")}
            </Button>
            <input
                ref={input}
                type="file"
                accept=".csv,.txt,.tsv,text/csv"
                aria-label={t("bulk.file")}
                tabIndex={-1}
                className={styles.hidden}
                onChange={(event) => {
                    const [taken] = event.currentTarget.files ?? [];
                    // The same file again is a change, too.
                    event.currentTarget.value = "";
                    if (taken) void onFile(taken);
                }}
            />
        </section>
    );
}

interface ColumnsProps {
    file: Chosen;
    seen: Schema<"BulkColumnsResponse">;
    lastTime: Record<string, string>;
    chosen: Record<string, string>;
    onChoose: (column: string, target: string) => void;
}

function Columns({ file, seen, lastTime, chosen, onChoose }: ColumnsProps) {
    const { t } = useWords();
    const groups = [
        { name: t("recipient"), targets: seen.targets.filter((target) => target.startsWith("recipient.")) },
        { name: t("bulk.variables"), targets: seen.targets.filter((target) => target.startsWith("data.")) },
    ];
    const missing = seen.problems.filter((problem) => !file.header.includes(problem.column ?? ""));
    const hidden = seen.columns.filter((column) => column.target == null && chosen[column.column] === undefined).length;
    const [all, setAll] = useState(false);
    const many = file.header.length > 12 && hidden > 3;
    const shown = many && !all ? seen.columns.filter((column) => column.target != null || chosen[column.column] !== undefined || seen.problems.some((problem) => problem.column === column.column)) : seen.columns;
    return (
        <>
            {missing.length > 0 && (
                <ul className={styles.problems}>
                    {missing.map((problem) => (
                        <li key={problem.message}>
                            <CircleAlert size={14} aria-hidden />
                            <span>{problem.message}</span>
                        </li>
                    ))}
                </ul>
            )}
            <table className={styles.columns}>
                <thead>
                    <tr>
                        <th scope="col">{t("bulk.column")}</th>
                        <th scope="col">{t("example")}</th>
                        <th scope="col">{t("bulk.field")}</th>
                        <th scope="col">{t("bulk.match")}</th>
                    </tr>
                </thead>
                <tbody>
                    {shown.map(({ column, target, also }, index) => {
                        const place = file.header.indexOf(column);
                        const sample = file.rows.map((row) => row[place] ?? "").find((value) => value !== "");
                        const wrong = seen.problems.filter((problem) => problem.column === column);
                        const known = target == null || seen.targets.includes(target);
                        return (
                            <tr key={`${index} ${column}`}>
                                <th scope="row" title={column}>
                                    <span className={look.clip}>{column}</span>
                                </th>
                                <td title={sample}>
                                    <span className={`${look.clip} ${look.dim}`}>{sample ?? "–"}</span>
                                </td>
                                <td>
                                    <NativeSelect aria-label={t("bulk.fieldOf", { column })} value={target ?? "ignore"} onChange={(event) => onChoose(column, event.currentTarget.value)} error={wrong.length > 0 ? wrong.map((problem) => problem.message).join(" ") : undefined}>
                                        <option value="ignore">{t("bulk.unused")}</option>
                                        {!known && <option value={target}>{target}</option>}
                                        {groups.map((group) => (
                                            <optgroup key={group.name} label={group.name}>
                                                {group.targets.map((one) => (
                                                    <option key={one} value={one}>
                                                        {targetName(t, one)}
                                                    </option>
                                                ))}
                                            </optgroup>
                                        ))}
                                        <option value="reference">{t("reference")}</option>
                                    </NativeSelect>
                                    {also && <p className={look.dim}>{t("bulk.also", { variable: also.replace(/^data\./, "") })}</p>}
                                </td>
                                <td>
                                    <Match how={wrong.length > 0 ? "wrong" : chosen[column] !== undefined ? "chosen" : lastTime[column] !== undefined ? "lastTime" : target == null ? "unused" : "name"} />
                                </td>
                            </tr>
                        );
                    })}
                </tbody>
            </table>
            {many && (
                <UnstyledButton className={styles.showAll} onClick={() => setAll(!all)}>
                    {all ? t("bulk.fewerColumns") : t("bulk.allColumns", { count: hidden })}
                </UnstyledButton>
            )}
            <VisuallyHidden role="status">{seen.problems.length > 0 ? t("bulk.problems", { count: seen.problems.length }) : t("bulk.fits")}</VisuallyHidden>
        </>
    );
}

const matches = {
    name: { tone: "good", icon: CircleCheck },
    lastTime: { tone: "good", icon: History },
    chosen: { tone: "progress", icon: PencilLine },
    unused: { tone: "neutral", icon: CircleDashed },
    wrong: { tone: "bad", icon: CircleAlert },
} as const;

function Match({ how }: { how: keyof typeof matches }) {
    const { t } = useWords();
    return (
        <Mark tone={matches[how].tone} icon={matches[how].icon}>
            {t(`bulk.match.${how}`)}
        </Mark>
    );
}
