import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { ShieldAlert } from "lucide-react";
import { useNow } from "../look/Moment.tsx";
import { session } from "../session/browser.ts";
import type { Elevation } from "../session/session.ts";
import { useWords } from "../words/index.ts";
import styles from "./shell.module.css";

/** A red frame and a bar, as long as somebody of the platform acts in another tenant. */
export function Elevated({ elevation }: { elevation: Elevation }) {
    const { t } = useWords();
    const navigate = useNavigate();
    const minutes = Math.max(0, Math.ceil((elevation.until - useNow()) / 60_000));
    return (
        <>
            <div className={styles.frame} aria-hidden />
            <div className={styles.elevated} role="status">
                <ShieldAlert size={16} aria-hidden />
                <span>
                    {t("elevated", { name: elevation.name })} · {t("elevatedLeft", { count: minutes })}
                </span>
                <Button
                    variant="default"
                    size="compact-sm"
                    onClick={() => {
                        session.descend();
                        void navigate({ to: "/t/$tenant/tenants", params: { tenant: elevation.from } });
                    }}
                >
                    {t("elevatedLeave")}
                </Button>
            </div>
        </>
    );
}
