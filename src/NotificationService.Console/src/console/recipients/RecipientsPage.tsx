import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { CircleCheck, MoveRight, Plus, ShieldOff, UsersRound } from "lucide-react";
import { useState } from "react";
import { CopyButton } from "../look/Copy.tsx";
import { Dialog } from "../look/Dialog.tsx";
import { Chips, FindBy, withFilter } from "../look/Filters.tsx";
import { List, RefreshButton } from "../look/List.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Facts, Page } from "../look/Page.tsx";
import type { Column } from "../look/Rows.tsx";
import { Failed, Waiting } from "../look/States.tsx";
import { Mark } from "../look/Status.tsx";
import { useWords } from "../words/index.ts";
import "../words/more.ts";
import type { RecipientFilters } from "./filters.ts";
import { ModeChoice } from "./ModeChoice.tsx";
import { erasureQuery, type Person, recipientsQuery } from "./queries.ts";
import { RecipientForm } from "./RecipientForm.tsx";
import styles from "./recipients.module.css";

const route = getRouteApi("/t/$tenant/recipients");
const finds = [
    { field: "query", word: "recipients.query" },
    { field: "tag", word: "recipients.tag" },
] as const;

/** The directory: people whom a send need only name by their id. */
export function RecipientsPage() {
    const { t } = useWords();
    const { tenant } = route.useParams();
    const search = route.useSearch();
    const { erasure, ...filters } = search;
    const navigate = useNavigate();
    const [adding, setAdding] = useState(false);
    const list = useInfiniteQuery(recipientsQuery(tenant, filters));
    const change = (to: RecipientFilters) => void navigate({ to: "/t/$tenant/recipients", params: { tenant }, search: to });
    const place = filters.mode === undefined ? {} : { mode: filters.mode };
    const toPerson = (userId: string) => void navigate({ to: "/t/$tenant/recipients/$userId", params: { tenant, userId }, search: place });
    const open = (person: Person) => (
        <Link to="/t/$tenant/recipients/$userId" params={{ tenant, userId: person.userId }} search={place} className={`${look.cover} ${look.clip}`} title={person.name ?? person.userId}>
            {person.name ?? person.userId}
        </Link>
    );
    const stopped = (person: Person) => person.addresses.some((address) => address.suppressed);
    const dash = <span className={look.dim}>–</span>;
    const columns: Column<Person>[] = [
        { key: "name", title: t("name"), width: "1.6fr", cell: open },
        { key: "id", title: t("userId"), width: "1.2fr", cell: (person) => <code title={person.userId}>{person.userId}</code> },
        { key: "email", title: t("email"), width: "1.8fr", cell: (person) => (person.email ? <span title={person.email}>{person.email}</span> : dash) },
        { key: "phone", title: t("phone"), width: "140px", cell: (person) => person.phone ?? dash },
        { key: "tags", title: t("recipients.tags"), width: "1fr", cell: (person) => (person.tags.length > 0 ? <span title={person.tags.join(", ")}>{person.tags.join(", ")}</span> : dash) },
        {
            key: "stopped",
            title: t("status"),
            width: "124px",
            cell: (person) =>
                stopped(person) ? (
                    <Mark tone="warn" icon={ShieldOff}>
                        {t("status.suppressed")}
                    </Mark>
                ) : (
                    dash
                ),
        },
        { key: "changed", title: t("edited"), width: "112px", align: "end", cell: (person) => <Moment at={person.updatedAt} /> },
    ];
    const add = (
        <Button leftSection={<Plus size={14} />} onClick={() => setAdding(true)}>
            {t("recipients.add")}
        </Button>
    );
    const hidden = finds.filter(({ field }) => filters[field] !== undefined).length;
    return (
        <Page
            title={t("nav.recipients")}
            lead={<p className={look.dim}>{t("recipientsWhat")}</p>}
            actions={
                <>
                    <RefreshButton list={list} />
                    {add}
                </>
            }
        >
            <Card flush>
                <search className={look.filters}>
                    <ModeChoice mode={filters.mode} onChange={(mode) => change(withFilter(filters, "mode", mode ?? ""))} />
                    <FindBy fields={finds} placeholder={{ query: t("recipients.queryWhy") }} onFind={(field, text) => change({ ...filters, [field]: text })} />
                </search>
                <Chips items={finds.flatMap(({ field, word }) => (filters[field] === undefined ? [] : [{ name: t(word), value: filters[field], onRemove: () => change(withFilter(filters, field, "")) }]))}>
                    {filters.query !== undefined && (
                        <Button variant="subtle" size="compact-sm" onClick={() => toPerson(filters.query as string)}>
                            {t("recipients.openId", { id: filters.query })}
                        </Button>
                    )}
                </Chips>
                <List
                    list={list}
                    label={t("nav.recipients")}
                    id={(person) => person.userId}
                    columns={columns}
                    hidden={hidden}
                    onClear={() => change(place)}
                    empty={{ icon: UsersRound, title: t("recipients.none"), why: t("recipients.noneWhy"), action: add }}
                    card={(person) => (
                        <>
                            <div className={look.line} data-split="true">
                                {open(person)}
                                <span className={look.dim}>
                                    <Moment at={person.updatedAt} />
                                </span>
                            </div>
                            <span className={`${look.dim} ${look.clip}`}>{[person.email, person.phone, person.userId].filter(Boolean).join(" · ")}</span>
                        </>
                    )}
                />
            </Card>
            {adding && <RecipientForm tenant={tenant} mode={filters.mode} onClose={() => setAdding(false)} onKept={(person) => toPerson(person.userId)} />}
            {erasure !== undefined && <Receipt tenant={tenant} id={erasure} onClose={() => change(filters)} />}
        </Page>
    );
}

/** That somebody was erased, how much of it there was, and the signature that proves it. */
function Receipt({ tenant, id, onClose }: { tenant: string; id: string; onClose: () => void }) {
    const { t, locale } = useWords();
    const query = useQuery(erasureQuery(tenant, id));
    const erasure = query.data;
    return (
        <Dialog title={t("recipients.receipt")} size="lg" onClose={onClose}>
            {erasure === undefined ? (
                query.isPending ? (
                    <Waiting rows={4} />
                ) : (
                    <Failed error={query.error} onRetry={() => void query.refetch()} />
                )
            ) : (
                <div className={look.stack}>
                    <p role="status" className={look.line}>
                        {erasure.status === "running" ? (
                            <Mark tone="progress" icon={MoveRight}>
                                {t("recipients.erasing")}
                            </Mark>
                        ) : (
                            <Mark tone="good" icon={CircleCheck}>
                                {t("recipients.erased")}
                            </Mark>
                        )}
                        <span className={look.dim}>{t("recipients.receiptWhat")}</span>
                    </p>
                    <Facts
                        items={[
                            [t("recipients.requested"), <Moment key="at" at={erasure.requestedAt} focusable />],
                            [t("recipients.finished"), erasure.finishedAt && <Moment key="end" at={erasure.finishedAt} focusable />],
                            ...Object.entries(erasure.counts).map(([kind, count]) => [kind.replaceAll("_", " "), new Intl.NumberFormat(locale).format(count)] as const),
                        ]}
                    />
                    <dl className={styles.long}>
                        <dt>{t("recipients.digest")}</dt>
                        <dd>
                            <code>{erasure.recipientDigest}</code>
                        </dd>
                        {erasure.signature && (
                            <>
                                <dt>{t("recipients.signature")}</dt>
                                <dd>
                                    <code>{erasure.signature}</code>
                                </dd>
                            </>
                        )}
                    </dl>
                    {erasure.signature && (
                        <div className={look.dialogActions}>
                            <CopyButton text={JSON.stringify(erasure, null, 2)}>{t("recipients.copyReceipt")}</CopyButton>
                        </div>
                    )}
                </div>
            )}
        </Dialog>
    );
}
