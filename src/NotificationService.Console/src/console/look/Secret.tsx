import { TriangleAlert } from "lucide-react";
import { useWords } from "../words/index.ts";
import { CopyIconButton } from "./Copy.tsx";
import styles from "./look.module.css";

/** Something that is shown once. */
export function Secret({ secret }: { secret: string }) {
    const { t } = useWords();
    return (
        <div className={styles.secret} role="status">
            <p>
                <TriangleAlert size={14} aria-hidden /> {t("secretOnce")}
            </p>
            <p className={styles.line}>
                <code>{secret}</code>
                <CopyIconButton text={secret} label={t("copy")} />
            </p>
        </div>
    );
}
