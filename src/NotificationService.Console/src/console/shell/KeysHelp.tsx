import { Checkbox, Kbd } from "@mantine/core";
import { Dialog } from "../look/Dialog.tsx";
import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Checkbox.css";
import { Fragment, useState } from "react";
import { useWords } from "../words/index.ts";
import { singleKeys } from "./keys.ts";
import { isApple } from "./Navigation.tsx";
import { sections } from "./sections.ts";
import styles from "./shell.module.css";

export function KeysHelp({ onClose }: { onClose: () => void }) {
    const { t } = useWords();
    const [on, setOn] = useState(singleKeys.on);
    const keys: [string[], string][] = [[[isApple ? "⌘" : "Ctrl", "K"], t("keys.palette")], [["/"], t("keys.filter")], [["?"], t("keys")], ...sections.map((section): [string[], string] => [["g", section.key], t("keys.go", { page: t(section.word) })]), [["Esc"], t("keys.close")]];
    return (
        <Dialog title={t("keys")} onClose={onClose}>
            <dl className={styles.keys}>
                {keys.map(([pressed, what]) => (
                    <Fragment key={what}>
                        <dt>
                            {pressed.map((key) => (
                                <Kbd key={key}>{key}</Kbd>
                            ))}
                        </dt>
                        <dd>{what}</dd>
                    </Fragment>
                ))}
            </dl>
            <Checkbox
                label={t("keys.single")}
                checked={on}
                onChange={(event) => {
                    singleKeys.on = event.currentTarget.checked;
                    setOn(event.currentTarget.checked);
                }}
            />
        </Dialog>
    );
}
