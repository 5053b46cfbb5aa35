import { ActionIcon, Button, NativeSelect, TextInput, Tooltip } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Plus, ShieldCheck, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Schema } from "../api/client.ts";
import { ApiProblem } from "../api/problem.ts";
import { Channel } from "../look/Channel.tsx";
import { Confirm } from "../look/Confirm.tsx";
import { Dialog, Form } from "../look/Dialog.tsx";
import { Chips, Choice, FindBy, withFilter } from "../look/Filters.tsx";
import { List } from "../look/List.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Page } from "../look/Page.tsx";
import { pagesOf } from "../look/pages.ts";
import type { Column } from "../look/Rows.tsx";
import { api } from "../session/browser.ts";
import { useWords, wordOf } from "../words/index.ts";
import { reasons, type SuppressionFilters, suppressible } from "./filters.ts";

type Suppression = Schema<"SuppressionResponse">;

const route = getRouteApi("/t/$tenant/suppressions");

/** Addresses that must not be written to, why, and since when. */
export function SuppressionsPage() {
    const { t } = useWords();
    const { tenant } = route.useParams();
    const filters = route.useSearch();
    const navigate = useNavigate();
    const client = useQueryClient();
    const [adding, setAdding] = useState(false);
    const [removing, setRemoving] = useState<Suppression>();
    const key = [tenant, "suppressions"];
    const list = useInfiniteQuery(pagesOf([...key, filters], (place, signal) => api.get("/api/v1/admin/suppressions", { query: { ...filters, limit: 100, ...place }, signal })));
    const change = (to: SuppressionFilters) => void navigate({ to: "/t/$tenant/suppressions", params: { tenant }, search: to });
    const set = (field: keyof SuppressionFilters, value: string) => change(withFilter(filters, field, value));
    const hidden = Object.keys(filters).length;
    const remove = (item: Suppression) => (
        <Tooltip label={t("suppression.remove")}>
            <ActionIcon variant="subtle" color="gray" size={28} aria-label={t("suppression.removeOf", { address: item.address })} onClick={() => setRemoving(item)}>
                <Trash2 size={14} />
            </ActionIcon>
        </Tooltip>
    );
    const source = (item: Suppression) => (item.reason === "manual" ? <span className={look.dim}>{t("byHand")}</span> : <code>{item.code ?? t("byProvider")}</code>);
    // Of a category or of a vendor's group it is the name that says which.
    const scope = (item: Suppression) => {
        const [family, ...name] = item.scope.split(":");
        return name.length === 0 ? wordOf(t, "suppression.scope", item.scope) : t(family === "category" ? "suppression.scope.category" : "suppression.scope.vendor_group", { name: name.join(":") });
    };
    const columns: Column<Suppression>[] = [
        { key: "address", title: t("address"), width: "2.4fr", cell: (item) => <span title={item.address}>{item.address}</span> },
        { key: "channel", title: t("channel"), width: "120px", cell: (item) => <Channel channel={item.channel} /> },
        { key: "reason", title: t("reason"), width: "1fr", cell: (item) => wordOf(t, "suppression", item.reason) },
        { key: "scope", title: t("suppression.scope"), width: "1.2fr", cell: (item) => <span title={item.scope}>{scope(item)}</span> },
        { key: "source", title: t("source"), width: "1.4fr", cell: source },
        { key: "since", title: t("since"), width: "112px", cell: (item) => <Moment at={item.createdAt} /> },
        { key: "until", title: t("until"), width: "112px", cell: (item) => (item.expiresAt ? <Moment at={item.expiresAt} /> : <span className={look.dim}>{t("forever")}</span>) },
        { key: "remove", title: t("suppression.remove"), quiet: true, width: "44px", align: "end", cell: remove },
    ];
    return (
        <Page
            title={t("nav.suppressions")}
            lead={<p className={look.dim}>{t("suppressionsWhat")}</p>}
            actions={
                <Button leftSection={<Plus size={14} />} onClick={() => setAdding(true)}>
                    {t("suppression.add")}
                </Button>
            }
        >
            <Card flush>
                <search className={look.filters}>
                    <Choice label="channel" value={filters.channel} options={suppressible} family="channel" onChange={(value) => set("channel", value)} />
                    <Choice label="reason" value={filters.reason} options={reasons} family="suppression" onChange={(value) => set("reason", value)} />
                    <FindBy fields={[{ field: "address", word: "address" }]} onFind={set} />
                </search>
                <Chips items={filters.address === undefined ? [] : [{ name: t("address"), value: filters.address, onRemove: () => set("address", "") }]} />
                <List
                    list={list}
                    label={t("nav.suppressions")}
                    id={(item) => item.id}
                    columns={columns}
                    hidden={hidden}
                    onClear={() => change({})}
                    empty={{ icon: ShieldCheck, title: t("suppressions.none"), why: t("suppressions.noneWhy") }}
                    card={(item) => (
                        <>
                            <div className={look.line} data-split="true">
                                <span className={look.clip}>{item.address}</span>
                                {remove(item)}
                            </div>
                            <div className={look.line} data-split="true">
                                <span className={`${look.dim} ${look.clip}`}>
                                    {wordOf(t, "channel", item.channel)} · {wordOf(t, "suppression", item.reason)} · {scope(item)}
                                </span>
                                <span className={look.dim}>
                                    <Moment at={item.createdAt} />
                                </span>
                            </div>
                        </>
                    )}
                />
            </Card>
            {adding && <Add onClose={() => setAdding(false)} onAdded={() => client.invalidateQueries({ queryKey: key })} />}
            <Confirm
                open={removing !== undefined}
                title={t("suppression.removeAsk")}
                action={t("suppression.remove")}
                danger
                onClose={() => setRemoving(undefined)}
                onConfirm={async () => {
                    await api.delete("/api/v1/admin/suppressions/{id}", { path: { id: (removing as Suppression).id } });
                    await client.invalidateQueries({ queryKey: key });
                }}
            >
                <p>{t("suppression.removeWhat", { address: removing?.address ?? "", channel: wordOf(t, "channel", removing?.channel ?? "") })}</p>
                {(removing?.reason === "complaint" || removing?.reason === "unsubscribe") && <p>{t("suppression.removeWarn")}</p>}
            </Confirm>
        </Page>
    );
}

function Add({ onClose, onAdded }: { onClose: () => void; onAdded: () => Promise<void> }) {
    const { t } = useWords();
    const [channel, setChannel] = useState<string>("email");
    const [address, setAddress] = useState("");
    const add = useMutation({
        mutationFn: async () => {
            await api.post("/api/v1/admin/suppressions", { body: { channel, address: address.trim() } });
            await onAdded();
        },
        onSuccess: onClose,
    });
    const problem = add.error instanceof ApiProblem ? add.error : undefined;
    return (
        <Dialog title={t("suppression.add")} onClose={onClose}>
            <Form error={add.error} known={["/channel", "/address"]} action={t("suppression.add")} isPending={add.isPending} onClose={onClose} onSubmit={add.mutate}>
                <NativeSelect label={t("channel")} value={channel} onChange={(event) => setChannel(event.currentTarget.value)} error={problem?.of("/channel")}>
                    {suppressible.map((one) => (
                        <option key={one} value={one}>
                            {wordOf(t, "channel", one)}
                        </option>
                    ))}
                </NativeSelect>
                <TextInput label={t("address")} data-autofocus value={address} onChange={(event) => setAddress(event.currentTarget.value)} error={problem?.of("/address")} />
            </Form>
        </Dialog>
    );
}
