import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Plus, Webhook } from "lucide-react";
import { useState } from "react";
import { List } from "../look/List.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Page } from "../look/Page.tsx";
import { pagesOf } from "../look/pages.ts";
import type { Column } from "../look/Rows.tsx";
import { api } from "../session/browser.ts";
import { useWords } from "../words/index.ts";
import { EndpointForm } from "./EndpointForm.tsx";
import { EndpointState } from "./EndpointState.tsx";
import type { Endpoint } from "./queries.ts";

const route = getRouteApi("/t/$tenant/webhooks");

/** Addresses that hear what happens. */
export function WebhooksPage() {
    const { t } = useWords();
    const { tenant } = route.useParams();
    const navigate = useNavigate();
    const [adding, setAdding] = useState(false);
    const list = useInfiniteQuery(pagesOf([tenant, "webhook-endpoints", "list"], (place, signal) => api.get("/api/v1/admin/webhook-endpoints", { query: { limit: 100, ...place }, signal })));
    const open = (item: Endpoint) => (
        <Link to="/t/$tenant/webhooks/$id" params={{ tenant, id: item.id }} className={`${look.cover} ${look.clip}`} title={item.url}>
            {item.url}
        </Link>
    );
    const add = (
        <Button leftSection={<Plus size={14} />} onClick={() => setAdding(true)}>
            {t("webhook.add")}
        </Button>
    );
    const columns: Column<Endpoint>[] = [
        { key: "url", title: t("address"), width: "2.4fr", cell: open },
        { key: "events", title: t("webhook.events"), width: "1.6fr", cell: (item) => <span title={item.events.join(", ")}>{item.events.join(", ")}</span> },
        { key: "state", title: t("status"), width: "132px", cell: (item) => <EndpointState endpoint={item} /> },
        { key: "failure", title: t("webhook.lastFailure"), width: "1.6fr", cell: (item) => <span title={item.lastFailure ?? ""}>{item.disabledReason ?? item.lastFailure ?? <span className={look.dim}>–</span>}</span> },
        { key: "edited", title: t("edited"), width: "112px", align: "end", cell: (item) => <Moment at={item.updatedAt} /> },
    ];
    return (
        <Page title={t("nav.webhooks")} lead={<p className={look.dim}>{t("webhooksWhat")}</p>} actions={add}>
            <Card flush>
                <List
                    list={list}
                    label={t("nav.webhooks")}
                    id={(item) => item.id}
                    columns={columns}
                    empty={{ icon: Webhook, title: t("webhooks.none"), why: t("webhooks.noneWhy"), action: add }}
                    card={(item) => (
                        <>
                            <div className={look.line} data-split="true">
                                {open(item)}
                                <EndpointState endpoint={item} />
                            </div>
                            <span className={`${look.dim} ${look.clip}`}>{item.events.join(", ")}</span>
                        </>
                    )}
                />
            </Card>
            {adding && <EndpointForm tenant={tenant} onClose={() => setAdding(false)} onMade={(id) => void navigate({ to: "/t/$tenant/webhooks/$id", params: { tenant, id } })} />}
        </Page>
    );
}
