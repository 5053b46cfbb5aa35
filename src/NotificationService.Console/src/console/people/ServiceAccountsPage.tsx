import { Button, Checkbox, NativeSelect, TextInput, UnstyledButton } from "@mantine/core";
import { Dialog, Form } from "../look/Dialog.tsx";
import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Checkbox.css";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Bot, CircleCheck, CircleX, Plus } from "lucide-react";
import { useState } from "react";
import type { Schema } from "../api/client.ts";
import { ApiProblem } from "../api/problem.ts";
import { Confirm } from "../look/Confirm.tsx";
import { CopyIconButton } from "../look/Copy.tsx";
import { Choice, withFilter } from "../look/Filters.tsx";
import { itemsOf, List } from "../look/List.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Facts, Page } from "../look/Page.tsx";
import { pagesOf } from "../look/pages.ts";
import type { Column } from "../look/Rows.tsx";
import { Secret } from "../look/Secret.tsx";
import { Mark } from "../look/Status.tsx";
import { api } from "../session/browser.ts";
import { useWords, wordOf } from "../words/index.ts";
import { type AccountFilters, scopes } from "./filters.ts";
import styles from "./people.module.css";

type Account = Schema<"ServiceAccountResponse">;

const route = getRouteApi("/t/$tenant/service-accounts");

/** Programs that call the service. */
export function ServiceAccountsPage() {
    const { t } = useWords();
    const { tenant } = route.useParams();
    const place = route.useSearch();
    const { account, ...filters } = place;
    const navigate = useNavigate();
    const list = useInfiniteQuery(pagesOf([tenant, "service-accounts", filters], (from, signal) => api.get("/api/v1/admin/service-accounts", { query: { ...filters, limit: 100, ...from }, signal })));
    const change = (to: AccountFilters) => void navigate({ to: "/t/$tenant/service-accounts", params: { tenant }, search: to });
    const open = (item: Account) => (
        <UnstyledButton className={`${look.cover} ${look.clip}`} onClick={() => change({ ...filters, account: item.id })}>
            {item.name}
        </UnstyledButton>
    );
    const columns: Column<Account>[] = [
        { key: "name", title: t("name"), width: "1.6fr", cell: open },
        { key: "scopes", title: t("accounts.scopes"), width: "2fr", cell: (item) => <span title={item.scopes.join(", ")}>{item.scopes.join(", ")}</span> },
        { key: "mode", title: t("mode"), width: "72px", cell: (item) => wordOf(t, "mode", item.mode) },
        { key: "state", title: t("status"), width: "112px", cell: (item) => <AccountState account={item} /> },
        { key: "used", title: t("accounts.used"), width: "112px", cell: (item) => (item.lastUsedAt ? <Moment at={item.lastUsedAt} /> : <span className={look.dim}>{t("never")}</span>) },
        { key: "expires", title: t("until"), width: "112px", align: "end", cell: (item) => (item.expiresAt ? <Moment at={item.expiresAt} /> : <span className={look.dim}>{t("forever")}</span>) },
    ];
    const add = (
        <Button leftSection={<Plus size={14} />} onClick={() => change({ ...filters, account: "new" })}>
            {t("accounts.add")}
        </Button>
    );
    const shown = itemsOf(list).find((one) => one.id === account);
    return (
        <Page title={t("nav.accounts")} lead={<p className={look.dim}>{t("accountsWhat")}</p>} actions={add}>
            <Card flush>
                <search className={look.filters}>
                    <Choice label="mode" value={filters.mode} options={["live", "test"]} family="mode" onChange={(value) => change(withFilter(filters, "mode", value))} />
                </search>
                <List
                    list={list}
                    label={t("nav.accounts")}
                    id={(item) => item.id}
                    columns={columns}
                    hidden={Object.keys(filters).length}
                    onClear={() => change({})}
                    empty={{ icon: Bot, title: t("accounts.none"), why: t("accounts.noneWhy"), action: add }}
                    card={(item) => (
                        <>
                            <div className={look.line} data-split="true">
                                {open(item)}
                                <AccountState account={item} />
                            </div>
                            <span className={`${look.dim} ${look.clip}`}>
                                {wordOf(t, "mode", item.mode)} · {item.scopes.join(", ")}
                            </span>
                        </>
                    )}
                />
            </Card>
            {account === "new" && <AccountForm tenant={tenant} onClose={() => change(filters)} />}
            {shown && <AccountForm key={shown.id} tenant={tenant} account={shown} onClose={() => change(filters)} />}
        </Page>
    );
}

function AccountState({ account }: { account: Account }) {
    const { t } = useWords();
    return account.disabledAt == null ? (
        <Mark tone="good" icon={CircleCheck}>
            {t("userState.active")}
        </Mark>
    ) : (
        <Mark tone="neutral" icon={CircleX}>
            {t("userState.disabled")}
        </Mark>
    );
}

/** A new account, or one that is changed; a secret is shown once, before the dialog closes. */
function AccountForm({ tenant, account, onClose }: { tenant: string; account?: Account; onClose: () => void }) {
    const { t } = useWords();
    const client = useQueryClient();
    const [name, setName] = useState(account?.name ?? "");
    const [given, setGiven] = useState<string[]>(account?.scopes ?? ["notifications:send"]);
    const [mode, setMode] = useState(account?.mode ?? "live");
    const [addresses, setAddresses] = useState((account?.ipAllowList ?? []).join(", "));
    const [asking, setAsking] = useState<"rotate" | "disable" | "delete">();
    const [secret, setSecret] = useState<Account>();
    const reload = () => client.invalidateQueries({ queryKey: [tenant, "service-accounts"] });
    const save = useMutation({
        mutationFn: () => {
            const body = { name: name.trim(), scopes: given, ipAllowList: addresses.split(/[\s,]+/).filter((one) => one !== "") };
            return account === undefined ? api.post("/api/v1/admin/service-accounts", { body: { ...body, mode } }) : api.patch("/api/v1/admin/service-accounts/{id}", { path: { id: account.id }, body });
        },
        onSuccess: async (saved) => {
            if (saved.clientSecret) setSecret(saved);
            await reload();
            if (!saved.clientSecret) onClose();
        },
    });
    const problem = save.error instanceof ApiProblem ? save.error : undefined;
    const path = { id: account?.id ?? "" };
    const deeds = {
        rotate: async () => {
            setSecret(await api.post("/api/v1/admin/service-accounts/{id}/rotate", { path, body: { graceHours: 24 } }));
            await reload();
        },
        disable: async () => {
            await api.post("/api/v1/admin/service-accounts/{id}/disable", { path });
            await reload();
        },
        delete: async () => {
            await api.delete("/api/v1/admin/service-accounts/{id}", { path });
            await reload();
            onClose();
        },
    };
    return (
        <Dialog title={account?.name ?? t("accounts.add")} size="lg" onClose={onClose}>
            {secret?.clientSecret ? (
                <div className={look.stack}>
                    <Facts items={[[t("accounts.clientId"), <code key="id">{secret.clientId}</code>]]} />
                    <Secret secret={secret.clientSecret} />
                    <div className={look.dialogActions}>
                        <Button data-autofocus onClick={onClose}>
                            {t("webhook.toEndpoint")}
                        </Button>
                    </div>
                </div>
            ) : (
                <Form
                    error={save.error}
                    known={["/name", "/scopes", "/scopes/", "/mode", "/ipAllowList", "/ipAllowList/"]}
                    action={t(account === undefined ? "accounts.add" : "save")}
                    isPending={save.isPending}
                    onSubmit={save.mutate}
                    more={
                        account && (
                            <>
                                <Button variant="subtle" color="red" onClick={() => setAsking("delete")}>
                                    {t("delete")}
                                </Button>
                                {account.disabledAt == null && (
                                    <Button variant="default" onClick={() => setAsking("disable")}>
                                        {t("users.disable")}
                                    </Button>
                                )}
                                <Button variant="default" onClick={() => setAsking("rotate")}>
                                    {t("webhook.rotate")}
                                </Button>
                            </>
                        )
                    }
                >
                    {account && (
                        <Facts
                            items={[
                                [
                                    t("accounts.clientId"),
                                    <span key="id" className={look.line}>
                                        <code>{account.clientId}</code>
                                        <CopyIconButton text={account.clientId} label={t("copy")} />
                                    </span>,
                                ],
                                [t("mode"), wordOf(t, "mode", account.mode)],
                                [t("status"), <AccountState key="state" account={account} />],
                                [t("accounts.rotated"), account.rotatedAt && <Moment at={account.rotatedAt} focusable />],
                                [t("accounts.oldUntil"), account.graceEndsAt && <Moment at={account.graceEndsAt} focusable />],
                            ]}
                        />
                    )}
                    <TextInput label={t("name")} data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} error={problem?.of("/name")} />
                    <Checkbox.Group label={t("accounts.scopes")} value={given} onChange={setGiven} error={problem?.of("/scopes") ?? problem?.of("/scopes/")}>
                        <div className={styles.choices}>
                            {[...new Set([...scopes, ...given])].map((scope) => (
                                <Checkbox key={scope} value={scope} label={<code>{scope}</code>} description={wordOf(t, "scope", scope.replace(":", "."))} />
                            ))}
                        </div>
                    </Checkbox.Group>
                    {account === undefined && (
                        <NativeSelect label={t("mode")} description={t("accounts.modeWhy")} value={mode} onChange={(event) => setMode(event.currentTarget.value)} error={problem?.of("/mode")}>
                            <option value="live">{t("mode.live")}</option>
                            <option value="test">{t("mode.test")}</option>
                        </NativeSelect>
                    )}
                    <TextInput label={t("accounts.addresses")} description={t("accounts.addressesWhy")} value={addresses} onChange={(event) => setAddresses(event.currentTarget.value)} error={problem?.of("/ipAllowList") ?? problem?.of("/ipAllowList/")} />
                </Form>
            )}
            {asking && (
                <Confirm open title={t(`accounts.ask.${asking}`)} action={t(asking === "delete" ? "delete" : asking === "disable" ? "users.disable" : "webhook.rotate")} danger={asking !== "rotate"} onClose={() => setAsking(undefined)} onConfirm={deeds[asking]}>
                    <p>{t(`accounts.what.${asking}`)}</p>
                </Confirm>
            )}
        </Dialog>
    );
}
