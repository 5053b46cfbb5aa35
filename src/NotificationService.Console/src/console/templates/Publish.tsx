import { Button, Checkbox, TextInput } from "@mantine/core";
import { Dialog } from "../look/Dialog.tsx";
import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Checkbox.css";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleX } from "lucide-react";
import { useState } from "react";
import { ApiProblem } from "../api/problem.ts";
import look from "../look/look.module.css";
import { Refused } from "../look/States.tsx";
import { api } from "../session/browser.ts";
import { useWords, wordOf } from "../words/index.ts";
import { type Template, templateQuery } from "./queries.ts";
import styles from "./templates.module.css";
import { Diff } from "./Versions.tsx";

/** What changes for recipients, before it does: the lines, and what every sample says then. */
export function Publish({ tenant, template, onClose }: { tenant: string; template: Template; onClose: () => void }) {
    const { t } = useWords();
    const client = useQueryClient();
    const [note, setNote] = useState("");
    const [force, setForce] = useState(false);
    const samples = useQuery({ queryKey: [tenant, "template-samples", template.key, template.version, template.updatedAt], queryFn: ({ signal }) => api.get("/api/v1/admin/templates/{template}/samples", { path: { template: template.key }, signal }), staleTime: 0 });
    const publish = useMutation({
        mutationFn: () => api.post("/api/v1/admin/templates/{template}/publish", { path: { template: template.key }, body: { version: template.version, ...(note.trim() !== "" && { note: note.trim() }), ...(force && { force: true }) } }),
        onSuccess: async (published) => {
            client.setQueryData(templateQuery(tenant, template.key).queryKey, published);
            await Promise.all([client.invalidateQueries({ queryKey: [tenant, "templates"] }), client.invalidateQueries({ queryKey: [tenant, "template-versions", template.key] })]);
            onClose();
        },
    });
    const failing = (samples.data?.samples ?? []).filter((sample) => sample.problems.length > 0);
    const isRefusedBySample = publish.error instanceof ApiProblem && publish.error.fields.some((field) => field.code === "sample_failed");
    return (
        <Dialog title={t("template.publishAsk", { count: template.version })} size="xl" onClose={onClose}>
            <div className={look.stack}>
                {template.publishedVersion == null ? <p>{t("template.publishFirst")}</p> : <Diff tenant={tenant} template={template.key} from={template.publishedVersion} to={template.version} />}
                {(samples.data?.samples ?? []).length > 0 && (
                    <section aria-label={t("template.samples")}>
                        <p className={look.dim}>{t("template.samples")}</p>
                        <ul className={styles.samples}>
                            {samples.data?.samples.map((sample) => (
                                <li key={sample.name}>
                                    <b>{sample.name}</b>
                                    {sample.problems.map((problem) => (
                                        <span key={`${problem.channel} ${problem.code} ${problem.message}`} className={styles.state} data-tone="bad">
                                            <CircleX size={14} aria-hidden />
                                            {problem.channel && `${wordOf(t, "channel", problem.channel)}: `}
                                            {problem.message}
                                        </span>
                                    ))}
                                    {sample.problems.length === 0 && <span className={look.dim}>{t("template.sampleChanges", { count: sample.changes.length })}</span>}
                                </li>
                            ))}
                        </ul>
                    </section>
                )}
                <TextInput label={t("note")} description={t("template.noteWhy")} data-autofocus value={note} onChange={(event) => setNote(event.currentTarget.value)} error={publish.error instanceof ApiProblem ? publish.error.of("/note") : undefined} />
                {(failing.length > 0 || isRefusedBySample) && <Checkbox label={t("template.force")} checked={force} onChange={(event) => setForce(event.currentTarget.checked)} />}
                <Refused error={publish.error} known={["/note"]} />
                <div className={look.dialogActions}>
                    <Button variant="default" onClick={onClose}>
                        {t("keep")}
                    </Button>
                    <Button loading={publish.isPending} onClick={() => publish.mutate()}>
                        {t("template.publish")}
                    </Button>
                </div>
            </div>
        </Dialog>
    );
}
