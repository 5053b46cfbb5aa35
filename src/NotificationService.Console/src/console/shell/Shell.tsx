import { ActionIcon, Burger } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Outlet, useLocation } from "@tanstack/react-router";
import { Search, ShieldX } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { Empty } from "../look/States.tsx";
import { useMay, useSession } from "../session/react.ts";
import { useWords } from "../words/index.ts";
import { Elevated } from "./Elevated.tsx";
import { useKeys } from "./keys.ts";
import { Navigation } from "./Navigation.tsx";
import { tenantQuery } from "./queries.ts";
import styles from "./shell.module.css";

const SideDrawer = lazy(() => import("./SideDrawer.tsx").then((module) => ({ default: module.SideDrawer })));
const Palette = lazy(() => import("./Palette.tsx").then((module) => ({ default: module.Palette })));
const KeysHelp = lazy(() => import("./KeysHelp.tsx").then((module) => ({ default: module.KeysHelp })));

const route = getRouteApi("/t/$tenant");

/** Navigation at the side, the page beside it. */
export function Shell() {
    const { t } = useWords();
    const { tenant } = route.useParams();
    const { own } = route.useRouteContext();
    const state = useSession();
    const mayView = useMay("view");
    // What the tenant is called is for its admins.
    const mayAdmin = useMay("admin");
    const [drawer, { open, close }] = useDisclosure(false);
    const [dialog, setDialog] = useState<"palette" | "keys">();
    const { pathname } = useLocation();
    const tenantId = state.kind === "in" ? state.person.tenantId : "";
    const { data } = useQuery({ ...tenantQuery(tenantId), enabled: mayAdmin });
    useKeys(tenant, { palette: () => setDialog("palette"), help: () => setDialog("keys") });
    // biome-ignore lint/correctness/useExhaustiveDependencies: closed when the page has changed.
    useEffect(close, [pathname]);
    if (state.kind !== "in") return null;

    // Others do not learn the key of their tenant: a link that an admin sent them keeps its own. What is shown is their token's tenant in any case.
    const name = data?.name ?? (mayAdmin ? own : "NotificationService");
    return (
        <div className={styles.shell}>
            <a href="#main" className={styles.skip}>
                {t("skip")}
            </a>
            <aside className={styles.side}>
                <Navigation tenant={mayAdmin ? own : tenant} name={name} person={state.person} onPalette={() => setDialog("palette")} onKeys={() => setDialog("keys")} />
            </aside>
            <header className={styles.bar}>
                <Burger opened={drawer} onClick={open} size={20} aria-label={t("menu")} />
                <span className={styles.barName}>{name}</span>
                <ActionIcon variant="subtle" color="gray" size={44} aria-label={t("search")} onClick={() => setDialog("palette")}>
                    <Search size={20} />
                </ActionIcon>
            </header>
            <main id="main" className={styles.main}>
                {state.elevation && <Elevated elevation={state.elevation} />}
                {!mayView ? (
                    <Empty icon={ShieldX} title={t("noAccess")}>
                        {t("noAccessWhy")}
                    </Empty>
                ) : mayAdmin && tenant !== own && tenant !== tenantId ? (
                    <Empty icon={ShieldX} title={t("otherTenant", { tenant })}>
                        {t("otherTenantWhy", { own: name })}
                    </Empty>
                ) : (
                    <Outlet />
                )}
            </main>
            <Suspense>
                {drawer && (
                    <SideDrawer onClose={close}>
                        <Navigation tenant={mayAdmin ? own : tenant} name={name} person={state.person} onPalette={() => setDialog("palette")} onKeys={() => setDialog("keys")} onClose={close} />
                    </SideDrawer>
                )}
                {dialog === "palette" && <Palette tenant={mayAdmin ? own : tenant} onClose={() => setDialog(undefined)} onKeys={() => setDialog("keys")} />}
                {dialog === "keys" && <KeysHelp onClose={() => setDialog(undefined)} />}
            </Suspense>
        </div>
    );
}
