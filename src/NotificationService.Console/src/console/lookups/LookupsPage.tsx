import { Button, Checkbox, NativeSelect, Textarea, TextInput, UnstyledButton } from "@mantine/core";
import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Checkbox.css";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { CircleCheck, CircleX, Library, Lock, Plus } from "lucide-react";
import { useState } from "react";
import type { Schema } from "../api/client.ts";
import { ApiProblem } from "../api/problem.ts";
import { Confirm } from "../look/Confirm.tsx";
import { Dialog, Form } from "../look/Dialog.tsx";
import { itemsOf, List } from "../look/List.tsx";
import look from "../look/look.module.css";
import { Card, Page } from "../look/Page.tsx";
import { pagesOf } from "../look/pages.ts";
import type { Column } from "../look/Rows.tsx";
import { Mark } from "../look/Status.tsx";
import { api } from "../session/browser.ts";
import { useMay } from "../session/react.ts";
import { linesOf, pairsOf } from "../settings/lines.ts";
import { useWords } from "../words/index.ts";
import "../words/more.ts";
import type { LookupFilters } from "./filters.ts";

type Value = Schema<"LookupResponse">;

const route = getRouteApi("/t/$tenant/lookups");

/** What forms choose from: the service's own lists, and what the tenant adds. */
export function LookupsPage() {
    const { t, locale } = useWords();
    const { tenant } = route.useParams();
    const { value, ...filters } = route.useSearch();
    const navigate = useNavigate();
    const mayChange = useMay("admin");
    const types = useQuery({ queryKey: [tenant, "lookups", "types"], queryFn: async ({ signal }) => (await api.get("/api/v1/admin/lookup-types", { signal })).items });
    // A list of thousands is one answer of the service.
    const list = useInfiniteQuery(pagesOf([tenant, "lookups", filters.type, locale], async (_, signal) => ({ ...(await api.get("/api/v1/admin/lookups", { query: { ...filters, locale }, signal })), nextCursor: null })));
    const go = (to: LookupFilters) => void navigate({ to: "/t/$tenant/lookups", params: { tenant }, search: to });
    const open = (item: Value) =>
        mayChange && !item.system && item.id ? (
            <UnstyledButton className={`${look.cover} ${look.clip}`} title={item.label} onClick={() => go({ ...filters, value: item.id as string })}>
                {item.label}
            </UnstyledButton>
        ) : (
            <span className={look.clip}>{item.label}</span>
        );
    const state = (item: Value) =>
        item.system ? (
            <Mark tone="neutral" icon={Lock}>
                {t("lookups.system")}
            </Mark>
        ) : item.active ? (
            <Mark tone="good" icon={CircleCheck}>
                {t("lookups.active")}
            </Mark>
        ) : (
            <Mark tone="neutral" icon={CircleX}>
                {t("lookups.inactive")}
            </Mark>
        );
    const columns: Column<Value>[] = [
        { key: "label", title: t("lookups.label"), width: "2fr", cell: open },
        { key: "code", title: t("code.value"), width: "1.4fr", cell: (item) => <code title={item.code}>{item.code}</code> },
        { key: "type", title: t("lookups.type"), width: "1.2fr", cell: (item) => <code>{item.type}</code> },
        { key: "state", title: t("status"), width: "148px", cell: state },
        { key: "order", title: t("lookups.order"), width: "72px", align: "end", cell: (item) => item.order },
    ];
    const add = mayChange && (
        <Button leftSection={<Plus size={14} />} onClick={() => go({ ...filters, value: "new" })}>
            {t("lookups.add")}
        </Button>
    );
    const shown = itemsOf(list).find((item) => item.id === value);
    return (
        <Page title={t("nav.lookups")} lead={<p className={look.dim}>{t("lookupsWhat")}</p>} actions={add}>
            <Card flush>
                <search className={look.filters}>
                    <NativeSelect label={t("lookups.type")} value={filters.type ?? ""} onChange={(event) => go(event.currentTarget.value === "" ? {} : { type: event.currentTarget.value })}>
                        <option value="">{t("any")}</option>
                        {(types.data ?? []).map((one) => (
                            <option key={one.type} value={one.type}>
                                {one.type} ({one.count})
                            </option>
                        ))}
                    </NativeSelect>
                </search>
                <List
                    list={list}
                    label={t("nav.lookups")}
                    id={(item) => item.id ?? `${item.type} ${item.code}`}
                    columns={columns}
                    hidden={Object.keys(filters).length}
                    onClear={() => go({})}
                    empty={{ icon: Library, title: t("lookups.none"), why: t("lookupsWhat"), action: add }}
                    card={(item) => (
                        <>
                            <div className={look.line} data-split="true">
                                {open(item)}
                                {state(item)}
                            </div>
                            <span className={`${look.dim} ${look.clip}`}>
                                {item.type} · {item.code}
                            </span>
                        </>
                    )}
                />
            </Card>
            {mayChange && value === "new" && <ValueForm tenant={tenant} type={filters.type} onClose={() => go(filters)} />}
            {mayChange && shown && !shown.system && <ValueForm key={shown.id} tenant={tenant} value={shown} type={shown.type} onClose={() => go(filters)} />}
        </Page>
    );
}

function ValueForm({ tenant, value, type: given, onClose }: { tenant: string; value?: Value; type: string | undefined; onClose: () => void }) {
    const { t } = useWords();
    const client = useQueryClient();
    const [type, setType] = useState(given ?? "");
    const [code, setCode] = useState("");
    const [labels, setLabels] = useState(linesOf(value?.labels ?? {}));
    const [order, setOrder] = useState(String(value?.order ?? ""));
    const [active, setActive] = useState(value?.active ?? true);
    const [deleting, setDeleting] = useState(false);
    const reload = () => client.invalidateQueries({ queryKey: [tenant, "lookups"] });
    const save = useMutation({
        mutationFn: () => {
            const body = { labels: pairsOf(labels), active, ...(order.trim() !== "" && { order: Number(order) }) };
            return value?.id == null ? api.post("/api/v1/admin/lookups", { body: { type: type.trim(), code: code.trim(), ...body } }) : api.patch("/api/v1/admin/lookups/{id}", { path: { id: value.id }, body });
        },
        onSuccess: async () => {
            await reload();
            onClose();
        },
    });
    const problem = save.error instanceof ApiProblem ? save.error : undefined;
    return (
        <Dialog title={value === undefined ? t("lookups.add") : `${value.type} · ${value.code}`} size="lg" onClose={onClose}>
            <Form
                error={save.error}
                known={["/type", "/code", "/labels", "/labels/", "/order"]}
                action={t(value === undefined ? "lookups.add" : "save")}
                isPending={save.isPending}
                onClose={onClose}
                onSubmit={save.mutate}
                more={
                    value && (
                        <Button variant="subtle" color="red" onClick={() => setDeleting(true)}>
                            {t("delete")}
                        </Button>
                    )
                }
            >
                {value === undefined && (
                    <>
                        <TextInput label={t("lookups.type")} description={t("lookups.typeWhy")} data-autofocus value={type} onChange={(event) => setType(event.currentTarget.value)} error={problem?.of("/type")} />
                        <TextInput label={t("code.value")} description={t("lookups.codeWhy")} value={code} onChange={(event) => setCode(event.currentTarget.value)} error={problem?.of("/code")} />
                    </>
                )}
                <Textarea label={t("lookups.labels")} description={t("lookups.labelsWhy")} placeholder={"en = Sales\nfr = Ventes"} autosize minRows={2} maxRows={10} value={labels} onChange={(event) => setLabels(event.currentTarget.value)} error={problem?.of("/labels") ?? problem?.of("/labels/")} />
                <TextInput type="number" inputMode="numeric" min={0} label={t("lookups.order")} value={order} onChange={(event) => setOrder(event.currentTarget.value)} error={problem?.of("/order")} />
                <Checkbox label={t("lookups.active")} description={t("lookups.activeWhy")} checked={active} onChange={(event) => setActive(event.currentTarget.checked)} />
            </Form>
            {value?.id != null && (
                <Confirm
                    open={deleting}
                    title={t("lookups.deleteAsk", { code: value.code })}
                    action={t("delete")}
                    danger
                    onClose={() => setDeleting(false)}
                    onConfirm={async () => {
                        await api.delete("/api/v1/admin/lookups/{id}", { path: { id: value.id as string } });
                        await reload();
                        onClose();
                    }}
                >
                    <p>{t("lookups.deleteWhat")}</p>
                </Confirm>
            )}
        </Dialog>
    );
}
