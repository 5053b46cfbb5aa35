import { Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { ApiProblem } from "../api/problem.ts";
import { Dialog, Form } from "../look/Dialog.tsx";
import look from "../look/look.module.css";
import { readMore } from "../send/request.ts";
import { api } from "../session/browser.ts";
import { useWords, wordOf } from "../words/index.ts";
import { exampleData } from "./contents.ts";
import { type Template, templateQuery } from "./queries.ts";
import styles from "./templates.module.css";

const fields: Record<string, "email" | "phone" | "whatsapp" | "userId"> = { email: "email", sms: "phone", whatsapp: "whatsapp", push: "userId", in_app: "userId" };

/** The draft, really sent to one address. */
export function TestSend({ tenant, template, channel, locale, onClose }: { tenant: string; template: Template; channel: string; locale: string; onClose: () => void }) {
    const { t } = useWords();
    const client = useQueryClient();
    const field = fields[channel] ?? "email";
    const [to, setTo] = useState("");
    const [data, setData] = useState(() => JSON.stringify(template.samples?.[0]?.data ?? exampleData(template.variables), null, 2));
    const read = readMore(data);
    const send = useMutation({
        mutationFn: () => api.post("/api/v1/admin/templates/{template}/test-send", { path: { template: template.key }, body: { recipient: { [field]: to.trim() }, data: read ?? {}, channels: [channel], locale, version: template.version } }),
        // From now on this version stays as it is: the next change is another draft.
        onSuccess: () => client.invalidateQueries({ queryKey: templateQuery(tenant, template.key).queryKey }),
    });
    const problem = send.error instanceof ApiProblem ? send.error : undefined;
    return (
        <Dialog title={t("template.testTitle", { channel: wordOf(t, "channel", channel) })} onClose={onClose}>
            <Form error={send.error} known={[`/recipient/${field}`, "/data/"]} action={t("template.test")} isPending={send.isPending} disabled={read === undefined} leave={t("close")} onClose={onClose} onSubmit={send.mutate}>
                <TextInput label={t(field)} data-autofocus autoComplete="off" value={to} onChange={(event) => setTo(event.currentTarget.value)} error={problem?.of(`/recipient/${field}`)} />
                <Textarea label={t("data")} autosize minRows={3} maxRows={12} className={styles.json} value={data} onChange={(event) => setData(event.currentTarget.value)} error={read === undefined ? t("moreDataWrong") : problem?.of("/data/")} />
                <p className={look.dim}>{t("template.testWhat")}</p>
                {send.data && (
                    <p className={styles.notice} role="status">
                        <CircleCheck size={16} aria-hidden />
                        <Link to="/t/$tenant/notifications/$id" params={{ tenant, id: send.data.id }}>
                            {t("watch")}
                        </Link>
                    </p>
                )}
            </Form>
        </Dialog>
    );
}
