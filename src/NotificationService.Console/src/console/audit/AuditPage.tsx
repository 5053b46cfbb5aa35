import { Button, NativeSelect, UnstyledButton } from "@mantine/core";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { CircleCheck, ScrollText, ShieldCheck, TriangleAlert } from "lucide-react";
import type { Schema } from "../api/client.ts";
import { Dialog } from "../look/Dialog.tsx";
import { Chips, FindBy, withFilter } from "../look/Filters.tsx";
import { itemsOf, List } from "../look/List.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Facts, Page } from "../look/Page.tsx";
import { pagesOf } from "../look/pages.ts";
import type { Column } from "../look/Rows.tsx";
import { Refused } from "../look/States.tsx";
import { api } from "../session/browser.ts";
import { exactly } from "../words/formats.ts";
import { useWords, wordOf } from "../words/index.ts";
import styles from "./audit.module.css";
import type { AuditFilters } from "./filters.ts";

type Entry = Schema<"AuditEntryResponse">;

const route = getRouteApi("/t/$tenant/audit-log");
const finds = [
    { field: "action", word: "action" },
    { field: "actor", word: "actorId" },
    { field: "target", word: "target" },
] as const;

/** Who changed what, when and from where; and whether the log is still whole. */
export function AuditPage() {
    const { t } = useWords();
    const { tenant } = route.useParams();
    const filters = route.useSearch();
    const { entry, days = 7, ...wanted } = filters;
    const navigate = useNavigate();
    const change = (to: AuditFilters) => void navigate({ to: "/t/$tenant/audit-log", params: { tenant }, search: to });
    const list = useInfiniteQuery(pagesOf([tenant, "audit-log", wanted, days], (place, signal, begun) => api.get("/api/v1/admin/audit-log", { query: { ...wanted, since: new Date(begun - days * 86_400_000).toISOString(), limit: 100, ...place }, signal })));
    const verify = useMutation({ mutationFn: () => api.post("/api/v1/admin/audit-log/verify", {}) });
    const shown = itemsOf(list).find((one) => one.id === entry);
    const hidden = Object.keys(wanted).length;
    const actorOf = (item: Entry) => item.actor.name || item.actor.id || wordOf(t, "actor", item.actor.kind);
    const open = (item: Entry) => (
        <UnstyledButton className={look.cover} onClick={() => change({ ...filters, entry: item.id })}>
            {item.action}
        </UnstyledButton>
    );
    const columns: Column<Entry>[] = [
        { key: "at", title: t("time"), width: "112px", cell: (item) => <Moment at={item.at} /> },
        { key: "action", title: t("action"), width: "1.4fr", cell: open },
        { key: "actor", title: t("actor"), width: "1.4fr", cell: actorOf },
        { key: "target", title: t("target"), width: "2fr", cell: (item) => <code title={item.target}>{item.target}</code> },
        { key: "from", title: t("from"), width: "140px", cell: (item) => item.from.ip ?? <span className={look.dim}>–</span> },
    ];
    return (
        <Page
            title={t("nav.audit")}
            lead={<p className={look.dim}>{t("auditWhat")}</p>}
            actions={
                <Button variant="default" leftSection={<ShieldCheck size={14} />} loading={verify.isPending} onClick={() => verify.mutate()}>
                    {t("auditVerify")}
                </Button>
            }
        >
            {verify.data && (
                <p role="status" className={styles.verdict} data-valid={verify.data.valid}>
                    {verify.data.valid ? <CircleCheck size={16} aria-hidden /> : <TriangleAlert size={16} aria-hidden />}
                    {verify.data.valid ? t("auditValid", { count: verify.data.entries }) : t("auditBroken", { count: verify.data.firstBroken?.sequence ?? 0 })}
                </p>
            )}
            <Refused error={verify.error} />
            <Card flush>
                <search className={look.filters}>
                    <NativeSelect label={t("since")} value={String(days)} onChange={(event) => change({ ...wanted, ...(event.currentTarget.value !== "7" && { days: Number(event.currentTarget.value) as 1 }) })}>
                        <option value="1">{t("since.24h")}</option>
                        <option value="7">{t("since.7d")}</option>
                        <option value="30">{t("since.30d")}</option>
                        <option value="365">{t("since.year")}</option>
                    </NativeSelect>
                    <FindBy fields={finds} onFind={(field, text) => change({ ...filters, [field]: text })} />
                </search>
                <Chips items={finds.flatMap(({ field, word }) => (wanted[field] === undefined ? [] : [{ name: t(word), value: wanted[field], onRemove: () => change(withFilter(filters, field, "")) }]))} />
                <List
                    list={list}
                    label={t("nav.audit")}
                    id={(item) => item.id}
                    columns={columns}
                    hidden={hidden}
                    onClear={() => change(days === 7 ? {} : { days: days as 1 })}
                    empty={{ icon: ScrollText, title: t("audit.none"), why: t("audit.noneWhy") }}
                    card={(item) => (
                        <>
                            <div className={look.line} data-split="true">
                                {open(item)}
                                <span className={look.dim}>
                                    <Moment at={item.at} />
                                </span>
                            </div>
                            <span className={`${look.dim} ${look.clip}`}>
                                {actorOf(item)} · {item.target}
                            </span>
                        </>
                    )}
                />
            </Card>
            {shown && <EntryDialog entry={shown} actor={actorOf(shown)} onClose={() => change({ ...wanted, ...(days !== 7 && { days: days as 1 }) })} />}
        </Page>
    );
}

function EntryDialog({ entry, actor, onClose }: { entry: Entry; actor: string; onClose: () => void }) {
    const { t, locale } = useWords();
    return (
        <Dialog title={entry.action} size="lg" onClose={onClose}>
            <div className={look.stack}>
                <Facts
                    items={[
                        [t("time"), exactly(entry.at, locale)],
                        [t("actor"), `${actor} (${wordOf(t, "actor", entry.actor.kind)})`],
                        [t("target"), <code key="target">{entry.target}</code>],
                        [t("from"), entry.from.ip],
                        [t("userAgent"), entry.from.userAgent],
                    ]}
                />
                {(["before", "after"] as const).map(
                    (part) =>
                        entry[part] != null && (
                            <section key={part} aria-label={t(part)}>
                                <h2 className={look.dim}>{t(part)}</h2>
                                <pre className={styles.raw} tabIndex={0}>
                                    {JSON.stringify(entry[part], null, 2)}
                                </pre>
                            </section>
                        ),
                )}
                <p className={look.dim}>
                    {t("hash")} <code>{entry.hash}</code>
                </p>
            </div>
        </Dialog>
    );
}
