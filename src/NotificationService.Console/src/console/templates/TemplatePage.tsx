import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft, History, PencilLine } from "lucide-react";
import { Page } from "../look/Page.tsx";
import { Failed, Waiting } from "../look/States.tsx";
import { useWords } from "../words/index.ts";
import { Editor } from "./Editor.tsx";
import { templateQuery } from "./queries.ts";
import styles from "./templates.module.css";
import { Versions } from "./Versions.tsx";

const route = getRouteApi("/t/$tenant/templates/$template");

/** One template: written at the left, as its recipients see it at the right; and its versions. */
export function TemplatePage() {
    const { t } = useWords();
    const { tenant, template: key } = route.useParams();
    const place = route.useSearch();
    const navigate = useNavigate();
    const query = useQuery({ ...templateQuery(tenant, key), refetchOnWindowFocus: false });
    const template = query.data;
    const back = (
        <Link to="/t/$tenant/templates" params={{ tenant }} className={styles.back}>
            <ArrowLeft size={14} aria-hidden />
            {t("nav.templates")}
        </Link>
    );
    if (template === undefined)
        return (
            <Page title={key} lead={back}>
                {query.isPending ? <Waiting rows={8} /> : <Failed error={query.error} onRetry={() => void query.refetch()} />}
            </Page>
        );
    const go = (to: typeof place) => void navigate({ to: "/t/$tenant/templates/$template", params: { tenant, template: key }, search: to, replace: true });
    const { tab: _, version: __, ...written } = place;
    const tabs = (
        <Button variant="default" leftSection={place.tab === "versions" ? <PencilLine size={14} /> : <History size={14} />} onClick={() => go(place.tab === "versions" ? written : { ...written, tab: "versions" })}>
            {t(place.tab === "versions" ? "template.edit" : "template.versions")}
        </Button>
    );
    if (place.tab === "versions") return <Versions tenant={tenant} template={template} version={place.version} back={back} actions={tabs} onShow={(version) => go(version === undefined ? { ...written, tab: "versions" } : { ...written, tab: "versions", version })} />;
    return <Editor key={template.id} tenant={tenant} template={template} place={written} onPlace={go} back={back} actions={tabs} />;
}
