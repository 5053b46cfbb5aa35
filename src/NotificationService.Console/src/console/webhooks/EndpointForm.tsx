import { Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { Dialog, Form } from "../look/Dialog.tsx";
import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Checkbox.css";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiProblem } from "../api/problem.ts";
import look from "../look/look.module.css";
import { Secret } from "../look/Secret.tsx";
import { api } from "../session/browser.ts";
import { useWords } from "../words/index.ts";
import type { Endpoint } from "./queries.ts";

/** A new endpoint, or a changed one. The secret of a new one is shown before the dialog closes. */
export function EndpointForm({ tenant, endpoint, onClose, onMade }: { tenant: string; endpoint?: Endpoint; onClose: () => void; onMade?: (id: string) => void }) {
    const { t } = useWords();
    const client = useQueryClient();
    const [url, setUrl] = useState(endpoint?.url ?? "https://");
    const [events, setEvents] = useState((endpoint?.events ?? ["delivery.*"]).join(", "));
    const [description, setDescription] = useState(endpoint?.description ?? "");
    const [payload, setPayload] = useState(endpoint?.payload ?? "full");
    const [enabled, setEnabled] = useState(endpoint?.enabled ?? true);
    const save = useMutation({
        mutationFn: () => {
            const body = {
                url: url.trim(),
                events: events
                    .split(/[\s,]+/)
                    .map((one) => one.trim())
                    .filter((one) => one !== ""),
                description: description.trim() === "" ? null : description.trim(),
                payload,
                enabled,
            };
            return endpoint === undefined ? api.post("/api/v1/admin/webhook-endpoints", { body }) : api.patch("/api/v1/admin/webhook-endpoints/{id}", { path: { id: endpoint.id }, body });
        },
        onSuccess: async () => {
            await client.invalidateQueries({ queryKey: [tenant, "webhook-endpoints"] });
            if (endpoint !== undefined) onClose();
        },
    });
    const problem = save.error instanceof ApiProblem ? save.error : undefined;
    const made = endpoint === undefined ? save.data : undefined;
    return (
        <Dialog title={t(endpoint === undefined ? "webhook.add" : "webhook.edit")} size="lg" onClose={onClose}>
            {made?.secret ? (
                <div className={look.stack}>
                    <Secret secret={made.secret} />
                    <div className={look.dialogActions}>
                        <Button data-autofocus onClick={() => onMade?.(made.id)}>
                            {t("webhook.toEndpoint")}
                        </Button>
                    </div>
                </div>
            ) : (
                <Form error={save.error} known={["/url", "/events", "/events/", "/description", "/payload"]} action={t(endpoint === undefined ? "webhook.add" : "save")} isPending={save.isPending} onClose={onClose} onSubmit={save.mutate}>
                    <TextInput label={t("address")} data-autofocus type="url" value={url} onChange={(event) => setUrl(event.currentTarget.value)} error={problem?.of("/url")} />
                    <TextInput label={t("webhook.events")} description={t("webhook.eventsWhy")} value={events} onChange={(event) => setEvents(event.currentTarget.value)} error={problem?.of("/events") ?? problem?.of("/events/")} />
                    <TextInput label={t("webhook.description")} value={description} onChange={(event) => setDescription(event.currentTarget.value)} error={problem?.of("/description")} />
                    <NativeSelect label={t("webhook.payload")} value={payload} onChange={(event) => setPayload(event.currentTarget.value)} error={problem?.of("/payload")}>
                        <option value="full">{t("webhook.full")}</option>
                        <option value="thin">{t("webhook.thin")}</option>
                    </NativeSelect>
                    <Checkbox label={t("webhook.enabled")} checked={enabled} onChange={(event) => setEnabled(event.currentTarget.checked)} />
                </Form>
            )}
        </Dialog>
    );
}
