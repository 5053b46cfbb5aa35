import { Button, TextInput, UnstyledButton } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Building2, CircleCheck, OctagonAlert, Plus } from "lucide-react";
import { useState } from "react";
import type { Schema } from "../api/client.ts";
import { ApiProblem } from "../api/problem.ts";
import { Dialog, Form } from "../look/Dialog.tsx";
import { Chips, Choice, FindBy, withFilter } from "../look/Filters.tsx";
import { List, RefreshButton } from "../look/List.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Facts, Page } from "../look/Page.tsx";
import { pagesOf } from "../look/pages.ts";
import type { Column } from "../look/Rows.tsx";
import { Failed, Refused, Waiting } from "../look/States.tsx";
import { Mark } from "../look/Status.tsx";
import { api, session } from "../session/browser.ts";
import { useWords } from "../words/index.ts";
import "../words/more.ts";
import type { TenantFilters } from "./filters.ts";
import styles from "./tenants.module.css";

type Listed = Schema<"ListedTenantResponse">;
type Tenant = Schema<"TenantResponse">;

const route = getRouteApi("/t/$tenant/tenants");
const known = ["/reason", "/minutes"];

/** All tenants, for those who look after the service: who they are, and nothing of what they have. */
export function TenantsPage() {
    const { t } = useWords();
    const { tenant: own } = route.useParams();
    const { tenant, ...filters } = route.useSearch();
    const navigate = useNavigate();
    const list = useInfiniteQuery(pagesOf([own, "tenants", "list", filters], (place, signal) => api.get("/api/v1/admin/tenants", { query: { ...filters, limit: 100, ...(place.cursor && { cursor: place.cursor }) }, signal })));
    const go = (to: TenantFilters) => void navigate({ to: "/t/$tenant/tenants", params: { tenant: own }, search: to });
    const open = (item: Listed) => (
        <UnstyledButton className={`${look.cover} ${look.clip}`} title={item.name} onClick={() => go({ ...filters, tenant: item.id })}>
            {item.name}
        </UnstyledButton>
    );
    const columns: Column<Listed>[] = [
        { key: "name", title: t("name"), width: "2fr", cell: open },
        { key: "key", title: t("key"), width: "1.2fr", cell: (item) => <code title={item.key}>{item.key}</code> },
        { key: "status", title: t("status"), width: "132px", cell: (item) => <TenantState status={item.status} /> },
        { key: "reason", title: t("reason"), width: "1.6fr", cell: (item) => (item.suspendedReason ? <span title={item.suspendedReason}>{item.suspendedReason}</span> : <span className={look.dim}>–</span>) },
        { key: "since", title: t("since"), width: "112px", align: "end", cell: (item) => <Moment at={item.createdAt} /> },
    ];
    const add = (
        <Button leftSection={<Plus size={14} />} onClick={() => go({ ...filters, tenant: "new" })}>
            {t("tenants.add")}
        </Button>
    );
    return (
        <Page
            title={t("nav.tenants")}
            lead={<p className={look.dim}>{t("tenantsWhat")}</p>}
            actions={
                <>
                    <RefreshButton list={list} />
                    {add}
                </>
            }
        >
            <Card flush>
                <search className={look.filters}>
                    <Choice label="status" value={filters.status} options={["active", "suspended"]} family="tenantState" onChange={(value) => go(withFilter(filters, "status", value))} />
                    <FindBy fields={[{ field: "search", word: "tenants.search" }]} placeholder={{ search: t("tenants.searchWhy") }} onFind={(field, text) => go({ ...filters, [field]: text })} />
                </search>
                <Chips items={filters.search === undefined ? [] : [{ name: t("tenants.search"), value: filters.search, onRemove: () => go(withFilter(filters, "search", "")) }]} />
                <List
                    list={list}
                    label={t("nav.tenants")}
                    id={(item) => item.id}
                    columns={columns}
                    hidden={Object.keys(filters).length}
                    onClear={() => go({})}
                    empty={{ icon: Building2, title: t("tenants.none"), why: t("tenantsWhat"), action: add }}
                    card={(item) => (
                        <>
                            <div className={look.line} data-split="true">
                                {open(item)}
                                <TenantState status={item.status} />
                            </div>
                            <div className={look.line} data-split="true">
                                <span className={`${look.dim} ${look.clip}`}>{item.key}</span>
                                <span className={look.dim}>
                                    <Moment at={item.createdAt} />
                                </span>
                            </div>
                        </>
                    )}
                />
            </Card>
            {tenant === "new" && <Add own={own} onClose={() => go(filters)} onMade={(id) => go({ ...filters, tenant: id })} />}
            {tenant !== undefined && tenant !== "new" && <Opened key={tenant} own={own} id={tenant} onClose={() => go(filters)} />}
        </Page>
    );
}

function TenantState({ status }: { status: string }) {
    const { t } = useWords();
    return status === "active" ? (
        <Mark tone="good" icon={CircleCheck}>
            {t("tenantState.active")}
        </Mark>
    ) : (
        <Mark tone="bad" icon={OctagonAlert}>
            {t("tenantState.suspended")}
        </Mark>
    );
}

function Add({ own, onClose, onMade }: { own: string; onClose: () => void; onMade: (id: string) => void }) {
    const { t } = useWords();
    const client = useQueryClient();
    const [name, setName] = useState("");
    const [key, setKey] = useState("");
    const [admin, setAdmin] = useState({ email: "", name: "" });
    const add = useMutation({
        mutationFn: () => api.post("/api/v1/admin/tenants", { body: { name: name.trim(), ...(key.trim() !== "" && { key: key.trim() }), admin: { email: admin.email.trim(), name: admin.name.trim() } } }),
        onSuccess: async (made) => {
            await client.invalidateQueries({ queryKey: [own, "tenants"] });
            onMade(made.id);
        },
    });
    const problem = add.error instanceof ApiProblem ? add.error : undefined;
    return (
        <Dialog title={t("tenants.add")} size="lg" onClose={onClose}>
            <Form error={add.error} known={["/name", "/key", "/admin/email", "/admin/name"]} action={t("tenants.add")} isPending={add.isPending} onClose={onClose} onSubmit={add.mutate}>
                <TextInput label={t("name")} data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} error={problem?.of("/name")} />
                <TextInput label={t("key")} description={t("tenants.keyWhy")} value={key} onChange={(event) => setKey(event.currentTarget.value)} error={problem?.of("/key")} />
                <TextInput label={t("tenants.adminEmail")} description={t("tenants.adminWhy")} type="email" value={admin.email} onChange={(event) => setAdmin({ ...admin, email: event.currentTarget.value })} error={problem?.of("/admin/email")} />
                <TextInput label={t("tenants.adminName")} value={admin.name} onChange={(event) => setAdmin({ ...admin, name: event.currentTarget.value })} error={problem?.of("/admin/name")} />
            </Form>
        </Dialog>
    );
}

function Opened({ own, id, onClose }: { own: string; id: string; onClose: () => void }) {
    const { t } = useWords();
    const query = useQuery({ queryKey: [own, "tenants", "one", id], queryFn: ({ signal }) => api.get("/api/v1/admin/tenants/{id}", { path: { id }, signal }) });
    return (
        <Dialog title={query.data?.name ?? t("tenantKey")} size="lg" onClose={onClose}>
            {query.data ? <Deeds own={own} tenant={query.data} onClose={onClose} /> : query.isPending ? <Waiting rows={4} /> : <Failed error={query.error} onRetry={() => void query.refetch()} />}
        </Dialog>
    );
}

function Deeds({ own, tenant, onClose }: { own: string; tenant: Tenant; onClose: () => void }) {
    const { t } = useWords();
    const client = useQueryClient();
    const navigate = useNavigate();
    const [reason, setReason] = useState("");
    const [minutes, setMinutes] = useState("15");
    const [suspending, setSuspending] = useState(false);
    const path = { id: tenant.id };
    const reload = () => client.invalidateQueries({ queryKey: [own, "tenants"] });
    const suspended = tenant.status === "suspended";
    const elevate = useMutation({
        mutationFn: () => api.post("/api/v1/admin/tenants/{id}/elevate", { path, body: { reason: reason.trim(), minutes: Number(minutes) } }),
        onSuccess: async ({ accessToken, expiresIn }) => {
            session.elevate({ id: tenant.id, name: tenant.name, from: own }, accessToken, expiresIn);
            await navigate({ to: "/t/$tenant", params: { tenant: tenant.key } });
        },
    });
    const suspend = useMutation({
        mutationFn: () => api.post("/api/v1/admin/tenants/{id}/suspend", { path, body: { reason: reason.trim() } }),
        onSuccess: async () => {
            await reload();
            onClose();
        },
    });
    const resume = useMutation({ mutationFn: () => api.post("/api/v1/admin/tenants/{id}/resume", { path }), onSuccess: reload });
    const act = suspending ? suspend : elevate;
    const problem = act.error instanceof ApiProblem ? act.error : undefined;
    return (
        <div className={look.stack}>
            <Facts
                items={[
                    [t("status"), <TenantState key="status" status={tenant.status} />],
                    [t("key"), <code key="key">{tenant.key}</code>],
                    [t("locale"), tenant.locale],
                    [t("timezone"), tenant.timezone],
                    [t("since"), <Moment key="since" at={tenant.createdAt} focusable />],
                    [t("reason"), tenant.suspendedReason],
                ]}
            />
            <p className={look.dim}>{t(suspending ? "tenants.suspendWhat" : "tenants.elevateWhat")}</p>
            <Refused error={resume.error} />
            <Form
                error={act.error}
                known={known}
                action={t(suspending ? "tenants.suspend" : "tenants.elevate")}
                isPending={act.isPending}
                disabled={reason.trim() === ""}
                onSubmit={() => act.mutate()}
                more={
                    suspending ? (
                        <Button variant="default" onClick={() => setSuspending(false)}>
                            {t("keep")}
                        </Button>
                    ) : suspended ? (
                        <Button variant="default" loading={resume.isPending} onClick={() => resume.mutate()}>
                            {t("tenants.resume")}
                        </Button>
                    ) : (
                        <Button variant="subtle" color="red" onClick={() => setSuspending(true)}>
                            {t("tenants.suspend")}
                        </Button>
                    )
                }
            >
                <div className={styles.grid} data-single={suspending}>
                    <TextInput label={t("reason")} description={t("tenants.reasonWhy")} data-autofocus value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={problem?.of("/reason")} />
                    {!suspending && <TextInput type="number" inputMode="numeric" min={1} max={60} label={t("tenants.minutes")} value={minutes} onChange={(event) => setMinutes(event.currentTarget.value)} error={problem?.of("/minutes")} />}
                </div>
            </Form>
        </div>
    );
}
