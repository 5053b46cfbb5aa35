import { TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiProblem } from "../api/problem.ts";
import { Dialog, Form } from "../look/Dialog.tsx";
import { api } from "../session/browser.ts";
import { useWords } from "../words/index.ts";
import type { Person } from "./queries.ts";

const fields = ["name", "email", "phone", "whatsapp", "locale", "timezone"] as const;

/** A new person of the directory, or a changed one. What the form does not show stays as it is. */
export function RecipientForm({ tenant, mode, person, userId: given = "", onClose, onKept }: { tenant: string; mode: "test" | undefined; person?: Person; userId?: string; onClose: () => void; onKept: (person: Person) => void }) {
    const { t } = useWords();
    const client = useQueryClient();
    const [userId, setUserId] = useState(person?.userId ?? given);
    const [values, setValues] = useState(() => Object.fromEntries(fields.map((field) => [field, person?.[field] ?? ""])) as Record<(typeof fields)[number], string>);
    const [tags, setTags] = useState((person?.tags ?? []).join(", "));
    const keep = useMutation({
        mutationFn: () => {
            const filled = Object.fromEntries(fields.flatMap((field) => (values[field].trim() === "" ? [] : [[field, values[field].trim()]])));
            const body = {
                ...filled,
                ...(person?.attributes != null && { attributes: person.attributes }),
                tags: tags
                    .split(",")
                    .map((tag) => tag.trim())
                    .filter((tag) => tag !== ""),
            };
            return api.put("/api/v1/services/recipients/{userId}", { path: { userId: userId.trim() }, query: { mode }, body: body as never });
        },
        onSuccess: async (kept) => {
            await client.invalidateQueries({ queryKey: [tenant, "recipients"] });
            onKept(kept);
        },
    });
    const problem = keep.error instanceof ApiProblem ? keep.error : undefined;
    const isNew = person === undefined;
    const label = { name: t("name"), email: t("email"), phone: t("phone"), whatsapp: t("whatsapp"), locale: t("locale"), timezone: t("timezone") };
    return (
        <Dialog title={t(isNew ? "recipients.add" : "recipients.edit")} size="lg" onClose={onClose}>
            <Form error={keep.error} known={["/path/userId", "/tags", "/tags/", ...fields.map((field) => `/${field}`)]} action={t(isNew ? "recipients.add" : "save")} isPending={keep.isPending} disabled={userId.trim() === ""} onClose={onClose} onSubmit={keep.mutate}>
                {isNew && <TextInput label={t("userId")} description={t("recipients.idWhy")} data-autofocus value={userId} onChange={(event) => setUserId(event.currentTarget.value)} error={problem?.of("/path/userId")} />}
                {fields.map((field) => (
                    <TextInput
                        key={field}
                        label={label[field]}
                        type={field === "email" ? "email" : field === "phone" || field === "whatsapp" ? "tel" : "text"}
                        {...(field === "phone" && { placeholder: "+33612345678" })}
                        {...(field === "whatsapp" && { description: t("recipients.whatsappWhy") })}
                        value={values[field]}
                        onChange={(event) => setValues({ ...values, [field]: event.currentTarget.value })}
                        error={problem?.of(`/${field}`)}
                    />
                ))}
                <TextInput label={t("recipients.tags")} description={t("recipients.tagsWhy")} value={tags} onChange={(event) => setTags(event.currentTarget.value)} error={problem?.of("/tags") ?? problem?.of("/tags/")} />
            </Form>
        </Dialog>
    );
}
