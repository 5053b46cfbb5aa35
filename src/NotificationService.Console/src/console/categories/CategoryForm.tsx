import { Button, Checkbox, NativeSelect, Textarea, TextInput } from "@mantine/core";
import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Checkbox.css";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiProblem } from "../api/problem.ts";
import { channels } from "../look/Channel.tsx";
import { Confirm } from "../look/Confirm.tsx";
import { Dialog, Form } from "../look/Dialog.tsx";
import { api } from "../session/browser.ts";
import { linesOf, pairsOf } from "../settings/lines.ts";
import { useWords, wordOf } from "../words/index.ts";
import type { Category } from "./CategoriesPage.tsx";
import styles from "./categories.module.css";
import { amountOf, secondsOf, type Unit, units } from "./expiry.ts";

/** A new category, or a changed one. What the form does not show stays as it is. */
export function CategoryForm({ tenant, category, onClose }: { tenant: string; category?: Category; onClose: () => void }) {
    const { t } = useWords();
    const client = useQueryClient();
    const [key, setKey] = useState("");
    const [name, setName] = useState(category?.name ?? "");
    const [names, setNames] = useState(linesOf(category?.names ?? {}));
    const [used, setUsed] = useState<string[]>(channels.filter((channel) => category?.channels[channel] !== false));
    const [critical, setCritical] = useState(category?.critical ?? false);
    const [marketing, setMarketing] = useState(category?.marketing ?? false);
    const [expiry, setExpiry] = useState(amountOf(category?.expiresAfter));
    const [deleting, setDeleting] = useState(false);
    const reload = () => client.invalidateQueries({ queryKey: [tenant, "categories"] });
    const save = useMutation({
        mutationFn: () => {
            const seconds = secondsOf(expiry.amount, expiry.unit);
            const body = {
                ...(name.trim() !== "" && { name: name.trim() }),
                names: pairsOf(names),
                // One that is used needs no word of it, unless somebody said so before.
                channels: Object.fromEntries(channels.flatMap((channel) => (used.includes(channel) ? (category?.channels[channel] === true ? [[channel, true]] : []) : [[channel, false]]))),
                critical,
                marketing,
                ...(seconds !== undefined && { expiresAfter: seconds }),
                ...(category && { digestable: category.digestable, ...(category.throttle && { throttle: category.throttle }) }),
            };
            return category === undefined ? api.post("/api/v1/admin/categories", { body: { key: key.trim(), ...body } as never }) : api.put("/api/v1/admin/categories/{category}", { path: { category: category.id }, body: body as never });
        },
        onSuccess: async () => {
            await reload();
            onClose();
        },
    });
    const problem = save.error instanceof ApiProblem ? save.error : undefined;
    return (
        <Dialog title={category?.key ?? t("categories.add")} size="lg" onClose={onClose}>
            <Form
                error={save.error}
                known={["/key", "/name", "/names/", "/channels/", "/expiresAfter"]}
                action={t(category === undefined ? "categories.add" : "save")}
                isPending={save.isPending}
                disabled={category === undefined && key.trim() === ""}
                onClose={onClose}
                onSubmit={save.mutate}
                more={
                    category && (
                        <Button variant="subtle" color="red" onClick={() => setDeleting(true)}>
                            {t("delete")}
                        </Button>
                    )
                }
            >
                {category === undefined && <TextInput label={t("key")} description={t("categories.keyWhy")} data-autofocus value={key} onChange={(event) => setKey(event.currentTarget.value)} error={problem?.of("/key")} />}
                <TextInput label={t("name")} description={t("categories.nameWhy")} value={name} onChange={(event) => setName(event.currentTarget.value)} error={problem?.of("/name")} />
                <Textarea label={t("categories.names")} description={t("categories.namesWhy")} placeholder="fr = Livraison" autosize minRows={2} maxRows={8} value={names} onChange={(event) => setNames(event.currentTarget.value)} error={problem?.of("/names/")} />
                <Checkbox.Group label={t("categories.used")} description={t("categories.usedWhy")} value={used} onChange={setUsed} error={problem?.of("/channels/")}>
                    <div className={styles.choices}>
                        {channels.map((channel) => (
                            <Checkbox key={channel} value={channel} label={wordOf(t, "channel", channel)} />
                        ))}
                    </div>
                </Checkbox.Group>
                <Checkbox label={t("categories.critical")} description={t("categories.criticalWhy")} checked={critical} onChange={(event) => setCritical(event.currentTarget.checked)} />
                <Checkbox label={t("categories.marketing")} description={t("categories.marketingWhy")} checked={marketing} onChange={(event) => setMarketing(event.currentTarget.checked)} />
                <div className={styles.expiry}>
                    <TextInput type="number" inputMode="numeric" min={1} label={t("categories.expires")} description={t("categories.expiresWhy")} value={expiry.amount} onChange={(event) => setExpiry({ ...expiry, amount: event.currentTarget.value })} error={problem?.of("/expiresAfter")} />
                    <NativeSelect aria-label={t("categories.unit")} value={expiry.unit} onChange={(event) => setExpiry({ ...expiry, unit: event.currentTarget.value as Unit })}>
                        {(Object.keys(units) as Unit[]).map((unit) => (
                            <option key={unit} value={unit}>
                                {t(`unit.${unit}`)}
                            </option>
                        ))}
                    </NativeSelect>
                </div>
            </Form>
            {category && (
                <Confirm
                    open={deleting}
                    title={t("categories.deleteAsk", { key: category.key })}
                    action={t("delete")}
                    danger
                    onClose={() => setDeleting(false)}
                    onConfirm={async () => {
                        await api.delete("/api/v1/admin/categories/{category}", { path: { category: category.id } });
                        await reload();
                        onClose();
                    }}
                >
                    <p>{t("categories.deleteWhat")}</p>
                </Confirm>
            )}
        </Dialog>
    );
}
