import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { FileText, Plus } from "lucide-react";
import { useState } from "react";
import { ApiProblem } from "../api/problem.ts";
import { channels } from "../look/Channel.tsx";
import { Dialog, Form } from "../look/Dialog.tsx";
import { Chips, FindBy, withFilter } from "../look/Filters.tsx";
import { List } from "../look/List.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Page } from "../look/Page.tsx";
import type { Column } from "../look/Rows.tsx";
import { api } from "../session/browser.ts";
import { useWords, wordOf } from "../words/index.ts";
import { starter } from "./contents.ts";
import { Published } from "./Published.tsx";
import { type TemplateRow, templatesQuery } from "./queries.ts";

const route = getRouteApi("/t/$tenant/templates");
const finds = [
    { field: "search", word: "templates.find" },
    { field: "category", word: "category" },
] as const;

/** Everything that can be sent by its key. */
export function TemplatesPage() {
    const { t } = useWords();
    const { tenant } = route.useParams();
    const filters = route.useSearch();
    const navigate = useNavigate();
    const [adding, setAdding] = useState(false);
    const list = useInfiniteQuery(templatesQuery(tenant, filters));
    const change = (to: typeof filters) => void navigate({ to: "/t/$tenant/templates", params: { tenant }, search: to });
    const open = (item: TemplateRow) => (
        <Link to="/t/$tenant/templates/$template" params={{ tenant, template: item.key }} className={`${look.cover} ${look.clip}`}>
            {item.name}
        </Link>
    );
    const columns: Column<TemplateRow>[] = [
        { key: "name", title: t("name"), width: "2fr", cell: open },
        { key: "key", title: t("key"), width: "1.6fr", cell: (item) => <code title={item.key}>{item.key}</code> },
        { key: "category", title: t("category"), width: "1fr", cell: (item) => item.category ?? <span className={look.dim}>–</span> },
        { key: "published", title: t("published"), width: "168px", cell: (item) => <Published version={item.publishedVersion} /> },
        { key: "edited", title: t("edited"), width: "112px", align: "end", cell: (item) => <Moment at={item.updatedAt} /> },
    ];
    const add = (
        <Button leftSection={<Plus size={14} />} onClick={() => setAdding(true)}>
            {t("templates.add")}
        </Button>
    );
    return (
        <Page title={t("nav.templates")} lead={<p className={look.dim}>{t("templatesWhat")}</p>} actions={add}>
            <Card flush>
                <search className={look.filters}>
                    <FindBy fields={finds} onFind={(field, text) => change({ ...filters, [field]: text })} placeholder={{ search: t("templates.findPart") }} />
                </search>
                <Chips items={finds.flatMap(({ field, word }) => (filters[field] === undefined ? [] : [{ name: t(word), value: filters[field], onRemove: () => change(withFilter(filters, field, "")) }]))} />
                <List
                    list={list}
                    label={t("nav.templates")}
                    id={(item) => item.id}
                    columns={columns}
                    hidden={Object.keys(filters).length}
                    onClear={() => change({})}
                    empty={{ icon: FileText, title: t("templates.none"), why: t("templates.noneWhy"), action: add }}
                    card={(item) => (
                        <>
                            <div className={look.line} data-split="true">
                                {open(item)}
                                <Published version={item.publishedVersion} />
                            </div>
                            <div className={look.line} data-split="true">
                                <code className={look.clip}>{item.key}</code>
                                <span className={look.dim}>
                                    <Moment at={item.updatedAt} />
                                </span>
                            </div>
                        </>
                    )}
                />
            </Card>
            {adding && <Add tenant={tenant} onClose={() => setAdding(false)} />}
        </Page>
    );
}

function Add({ tenant, onClose }: { tenant: string; onClose: () => void }) {
    const { t } = useWords();
    const navigate = useNavigate();
    const client = useQueryClient();
    const [name, setName] = useState("");
    const [key, setKey] = useState<string>();
    const [channel, setChannel] = useState<string>("email");
    // The key follows the name until somebody writes one.
    const suggested = name
        .normalize("NFD")
        .replace(/\p{M}/gu, "")
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-")
        .replace(/^-+|-+$/g, "")
        .slice(0, 60);
    const add = useMutation({
        mutationFn: () => api.post("/api/v1/admin/templates", { body: { name: name.trim(), key: (key ?? suggested).trim(), contents: { [channel]: { en: starter(channel, name.trim()) } } } }),
        onSuccess: async (made) => {
            await client.invalidateQueries({ queryKey: [tenant, "templates"] });
            void navigate({ to: "/t/$tenant/templates/$template", params: { tenant, template: made.key } });
        },
    });
    const problem = add.error instanceof ApiProblem ? add.error : undefined;
    return (
        <Dialog title={t("templates.add")} onClose={onClose}>
            <Form error={add.error} known={["/name", "/key"]} action={t("templates.add")} isPending={add.isPending} onClose={onClose} onSubmit={add.mutate}>
                <TextInput label={t("name")} data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} error={problem?.of("/name")} />
                <TextInput label={t("key")} description={t("templates.keyWhy")} value={key ?? suggested} onChange={(event) => setKey(event.currentTarget.value)} error={problem?.of("/key")} />
                <NativeSelect label={t("channel")} value={channel} onChange={(event) => setChannel(event.currentTarget.value)}>
                    {channels.map((one) => (
                        <option key={one} value={one}>
                            {wordOf(t, "channel", one)}
                        </option>
                    ))}
                </NativeSelect>
            </Form>
        </Dialog>
    );
}
