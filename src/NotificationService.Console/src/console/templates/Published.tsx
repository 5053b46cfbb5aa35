import { CircleCheck, PencilLine } from "lucide-react";
import { Mark } from "../look/Status.tsx";
import { useWords } from "../words/index.ts";

/** Whether anything can be sent with it yet, and which version. */
export function Published({ version }: { version: number | null | undefined }) {
    const { t } = useWords();
    return version == null ? (
        <Mark tone="neutral" icon={PencilLine}>
            {t("template.draft")}
        </Mark>
    ) : (
        <Mark tone="good" icon={CircleCheck}>
            {t("versionN", { count: version })}
        </Mark>
    );
}
