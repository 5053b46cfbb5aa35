import { NativeSelect } from "@mantine/core";
import { useWords } from "../words/index.ts";

/** Live and test accounts have a directory each: one of the two is meant. */
export function ModeChoice({ mode, onChange }: { mode: "test" | undefined; onChange: (mode: "test" | undefined) => void }) {
    const { t } = useWords();
    return (
        <NativeSelect label={t("mode")} value={mode ?? "live"} onChange={(event) => onChange(event.currentTarget.value === "test" ? "test" : undefined)}>
            <option value="live">{t("mode.live")}</option>
            <option value="test">{t("mode.test")}</option>
        </NativeSelect>
    );
}
