import { Button, UnstyledButton } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Megaphone, Plus, ShieldAlert, Tags } from "lucide-react";
import type { Schema } from "../api/client.ts";
import { channels } from "../look/Channel.tsx";
import { Dialog } from "../look/Dialog.tsx";
import { List } from "../look/List.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Page } from "../look/Page.tsx";
import { pagesOf } from "../look/pages.ts";
import type { Column } from "../look/Rows.tsx";
import { Failed, Waiting } from "../look/States.tsx";
import { Mark } from "../look/Status.tsx";
import { api } from "../session/browser.ts";
import { useMay } from "../session/react.ts";
import { duration } from "../words/formats.ts";
import { useWords, wordOf } from "../words/index.ts";
import "../words/more.ts";
import { CategoryForm } from "./CategoryForm.tsx";

export type Category = Schema<"CategoryResponse">;

const route = getRouteApi("/t/$tenant/categories");

/** What notifications are about, and what holds for all about one thing. */
export function CategoriesPage() {
    const { t, locale } = useWords();
    const { tenant } = route.useParams();
    const { category } = route.useSearch();
    const navigate = useNavigate();
    const mayChange = useMay("admin");
    const list = useInfiniteQuery(pagesOf([tenant, "categories", "list"], (place, signal) => api.get("/api/v1/admin/categories", { query: { limit: 100, ...place }, signal })));
    const go = (to?: string) => void navigate({ to: "/t/$tenant/categories", params: { tenant }, search: to === undefined ? {} : { category: to } });
    const open = (item: Category) =>
        mayChange ? (
            <UnstyledButton className={`${look.cover} ${look.clip}`} title={item.name} onClick={() => go(item.id)}>
                {item.name}
            </UnstyledButton>
        ) : (
            <span className={look.clip}>{item.name}</span>
        );
    const off = (item: Category) => channels.filter((channel) => item.channels[channel] === false).map((channel) => wordOf(t, "channel", channel));
    const kind = (item: Category) =>
        item.critical ? (
            <Mark tone="warn" icon={ShieldAlert}>
                {t("categories.critical")}
            </Mark>
        ) : item.marketing ? (
            <Mark tone="progress" icon={Megaphone}>
                {t("categories.marketing")}
            </Mark>
        ) : (
            <span className={look.dim}>–</span>
        );
    const dash = <span className={look.dim}>–</span>;
    const columns: Column<Category>[] = [
        { key: "name", title: t("name"), width: "1.8fr", cell: open },
        { key: "key", title: t("key"), width: "1.4fr", cell: (item) => <code title={item.key}>{item.key}</code> },
        { key: "kind", title: t("categories.kind"), width: "132px", cell: kind },
        { key: "off", title: t("categories.off"), width: "1.4fr", cell: (item) => (off(item).length > 0 ? off(item).join(", ") : dash) },
        { key: "expires", title: t("categories.expires"), width: "124px", cell: (item) => (item.expiresAfter == null ? dash : duration(item.expiresAfter * 1_000, locale)) },
        { key: "edited", title: t("edited"), width: "112px", align: "end", cell: (item) => <Moment at={item.updatedAt} /> },
    ];
    const add = mayChange && (
        <Button leftSection={<Plus size={14} />} onClick={() => go("new")}>
            {t("categories.add")}
        </Button>
    );
    return (
        <Page title={t("nav.categories")} lead={<p className={look.dim}>{t("categoriesWhat")}</p>} actions={add}>
            <Card flush>
                <List
                    list={list}
                    label={t("nav.categories")}
                    id={(item) => item.id}
                    columns={columns}
                    empty={{ icon: Tags, title: t("categories.none"), why: t("categories.noneWhy"), action: add }}
                    card={(item) => (
                        <>
                            <div className={look.line} data-split="true">
                                {open(item)}
                                {(item.critical || item.marketing) && kind(item)}
                            </div>
                            <span className={`${look.dim} ${look.clip}`}>
                                {item.key}
                                {off(item).length > 0 && ` · ${t("categories.notBy", { channels: off(item).join(", ") })}`}
                            </span>
                        </>
                    )}
                />
            </Card>
            {mayChange && category === "new" && <CategoryForm tenant={tenant} onClose={() => go()} />}
            {mayChange && category !== undefined && category !== "new" && <Opened key={category} tenant={tenant} id={category} onClose={() => go()} />}
        </Page>
    );
}

function Opened({ tenant, id, onClose }: { tenant: string; id: string; onClose: () => void }) {
    const { t } = useWords();
    const query = useQuery({ queryKey: [tenant, "categories", "one", id], queryFn: ({ signal }) => api.get("/api/v1/admin/categories/{category}", { path: { category: id }, signal }) });
    if (query.data) return <CategoryForm tenant={tenant} category={query.data} onClose={onClose} />;
    return (
        <Dialog title={t("category")} onClose={onClose}>
            {query.isPending ? <Waiting rows={4} /> : <Failed error={query.error} onRetry={() => void query.refetch()} />}
        </Dialog>
    );
}
