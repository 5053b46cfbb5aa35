import { Button, CloseButton, NativeSelect, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useWords, type Word, wordOf } from "../words/index.ts";
import styles from "./look.module.css";

interface ChoiceProps {
    label: Word;
    value: string | undefined;
    options: readonly string[];
    /** Where the options' words are, as in `channel.sms`. */
    family: string;
    onChange: (value: string) => void;
}

/** One of a few, or any of them. */
export function Choice({ label, value, options, family, onChange }: ChoiceProps) {
    const { t } = useWords();
    return (
        <NativeSelect label={t(label)} value={value ?? ""} onChange={(event) => onChange(event.currentTarget.value)}>
            <option value="">{t("any")}</option>
            {options.map((option) => (
                <option key={option} value={option}>
                    {wordOf(t, family, option)}
                </option>
            ))}
        </NativeSelect>
    );
}

/** Which field is searched is said, and the database searches it. */
export function FindBy<F extends string>({ fields, onFind, placeholder = {} }: { fields: readonly { field: F; word: Word }[]; onFind: (field: F, text: string) => void; placeholder?: { [K in F]?: string } }) {
    const { t } = useWords();
    const [field, setField] = useState(fields[0]!.field);
    const [text, setText] = useState("");
    const label = t(fields.find((one) => one.field === field)!.word);
    const isOnly = fields.length === 1;
    return (
        <form
            className={styles.find}
            onSubmit={(event) => {
                event.preventDefault();
                if (text.trim() === "") return;
                onFind(field, text.trim());
                setText("");
            }}
        >
            {!isOnly && (
                <NativeSelect label={t("findBy")} value={field} onChange={(event) => setField(event.currentTarget.value as F)}>
                    {fields.map((one) => (
                        <option key={one.field} value={one.field}>
                            {t(one.word)}
                        </option>
                    ))}
                </NativeSelect>
            )}
            <TextInput className={styles.findText} data-search {...(isOnly ? { label } : { "aria-label": label })} placeholder={placeholder[field] ?? t("findExactly")} value={text} onChange={(event) => setText(event.currentTarget.value)} />
            <Button type="submit" variant="default">
                {t("find")}
            </Button>
        </form>
    );
}

/** What is filtered by, each to be taken away. */
export function Chips({ items, children }: { items: readonly { name: string; value: string; onRemove: () => void }[]; children?: ReactNode }) {
    const { t } = useWords();
    if (items.length === 0 && !children) return null;
    return (
        <div className={styles.chips}>
            {items.map(({ name, value, onRemove }) => (
                <span key={name} className={styles.chip}>
                    <span>
                        {name}: <b>{value}</b>
                    </span>
                    <CloseButton size={24} aria-label={t("removeFilter", { name })} onClick={onRemove} />
                </span>
            ))}
            {children}
        </div>
    );
}

/** The same filters with one of them changed; nothing takes it away. */
export function withFilter<F extends object>(filters: F, field: keyof F, value: string): F {
    const { [field]: _, ...rest } = filters;
    return (value === "" ? rest : { ...rest, [field]: value }) as F;
}
