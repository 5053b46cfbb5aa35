import { ActionIcon, Button, TextInput, Tooltip } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { BadgeCheck, CircleHelp, ListChecks, PencilLine, Plus, ShieldOff, Smartphone, Trash2, UserRound } from "lucide-react";
import { useState } from "react";
import { Back } from "../look/Back.tsx";
import { Channel } from "../look/Channel.tsx";
import { Confirm } from "../look/Confirm.tsx";
import { Dialog, Form } from "../look/Dialog.tsx";
import { List } from "../look/List.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Facts, Page } from "../look/Page.tsx";
import { Failed, Waiting } from "../look/States.tsx";
import { Mark } from "../look/Status.tsx";
import { NotificationCard, notificationColumns } from "../notifications/NotificationRows.tsx";
import { notificationsQuery } from "../notifications/queries.ts";
import { api } from "../session/browser.ts";
import { useWords } from "../words/index.ts";
import "../words/more.ts";
import { PreferencesCard } from "./PreferencesCard.tsx";
import { type Person, recipientQuery } from "./queries.ts";
import { RecipientForm } from "./RecipientForm.tsx";
import styles from "./recipients.module.css";

const route = getRouteApi("/t/$tenant/recipients/$userId");

/** One person: how they are reached, what they want, and everything that was sent to them. */
export function RecipientPage() {
    const { t } = useWords();
    const { tenant, userId } = route.useParams();
    const { mode } = route.useSearch();
    const navigate = useNavigate();
    const [dialog, setDialog] = useState<"edit" | "erase">();
    const query = useQuery(recipientQuery(tenant, userId, mode));
    const filters = { userId, since: "all", mode: mode ?? ("live" as const) };
    const list = useInfiniteQuery(notificationsQuery(tenant, filters));
    const person = query.data;
    const back = (
        <Back tenant={tenant} section="recipients">
            {t("nav.recipients")}
        </Back>
    );
    if (person === undefined)
        return (
            <Page title={userId} lead={back}>
                {query.isPending ? <Waiting rows={8} /> : <Failed error={query.error} onRetry={() => void query.refetch()} />}
            </Page>
        );
    return (
        <Page
            title={person?.name ?? userId}
            lead={
                <div className={look.line}>
                    {back}
                    {mode === "test" && <span className={look.dim}>{t("mode.test")}</span>}
                </div>
            }
            actions={
                <>
                    <Button variant="subtle" color="red" leftSection={<Trash2 size={14} />} onClick={() => setDialog("erase")}>
                        {t("recipients.erase")}
                    </Button>
                    <Button variant={person ? "default" : "filled"} leftSection={person ? <PencilLine size={14} /> : <Plus size={14} />} onClick={() => setDialog("edit")}>
                        {t(person ? "recipients.edit" : "recipients.add")}
                    </Button>
                </>
            }
        >
            {person ? (
                <>
                    <Card>
                        <Facts
                            items={[
                                [t("userId"), <code key="id">{person.userId}</code>],
                                [t("locale"), person.locale],
                                [t("timezone"), person.timezone],
                                [t("recipients.tags"), person.tags.join(", ")],
                                [t("recipients.since"), <Moment key="since" at={person.createdAt} focusable />],
                                [t("edited"), <Moment key="edited" at={person.updatedAt} focusable />],
                            ]}
                        />
                        {person.attributes != null && (
                            <details className={look.details}>
                                <summary>{t("recipients.attributes")}</summary>
                                <pre>{JSON.stringify(person.attributes, null, 2)}</pre>
                            </details>
                        )}
                    </Card>
                    <div className={styles.columns}>
                        <Addresses person={person} />
                        <Devices tenant={tenant} mode={mode} person={person} />
                    </div>
                </>
            ) : (
                <Card>
                    <p className={styles.unknown}>
                        <UserRound size={16} aria-hidden />
                        {t("recipients.unknown")}
                    </p>
                </Card>
            )}
            <PreferencesCard tenant={tenant} userId={userId} mayChange={mode !== "test"} />
            <Card
                flush
                title={t("recipients.sent")}
                actions={
                    <Link to="/t/$tenant/notifications" params={{ tenant }} search={filters}>
                        {t("recipients.search")}
                    </Link>
                }
            >
                <List list={list} label={t("recipients.sent")} id={(item) => item.id} columns={notificationColumns(tenant, t)} empty={{ icon: ListChecks, title: t("recipients.nothingSent"), why: t("recipients.nothingSentWhy") }} card={(item) => <NotificationCard tenant={tenant} item={item} />} />
            </Card>
            {dialog === "edit" && <RecipientForm tenant={tenant} mode={mode} {...(person ? { person } : { userId })} onClose={() => setDialog(undefined)} onKept={() => setDialog(undefined)} />}
            {dialog === "erase" && <Erase tenant={tenant} userId={userId} mode={mode} onClose={() => setDialog(undefined)} onErased={(erasure) => void navigate({ to: "/t/$tenant/recipients", params: { tenant }, search: { ...(mode && { mode }), erasure } })} />}
        </Page>
    );
}

function Addresses({ person }: { person: Person }) {
    const { t } = useWords();
    return (
        <Card title={t("recipients.addresses")}>
            {person.addresses.length === 0 ? (
                <p className={look.dim}>{t("recipients.noAddress")}</p>
            ) : (
                <ul className={styles.lines}>
                    {person.addresses.map((address) => (
                        <li key={`${address.channel} ${address.address}`}>
                            <Channel channel={address.channel} />
                            <span className={styles.address}>{address.address}</span>
                            {address.suppressed ? (
                                <Mark tone="warn" icon={ShieldOff}>
                                    {t("status.suppressed")}
                                </Mark>
                            ) : address.verified ? (
                                <Mark tone="good" icon={BadgeCheck}>
                                    {t("recipients.verified")}
                                </Mark>
                            ) : (
                                <Mark tone="neutral" icon={CircleHelp}>
                                    {t("recipients.unverified")}
                                </Mark>
                            )}
                        </li>
                    ))}
                </ul>
            )}
        </Card>
    );
}

function Devices({ tenant, mode, person }: { tenant: string; mode: "test" | undefined; person: Person }) {
    const { t } = useWords();
    const client = useQueryClient();
    const [removing, setRemoving] = useState<string>();
    return (
        <Card title={t("recipients.devices")}>
            {person.devices.length === 0 ? (
                <p className={look.dim}>{t("recipients.noDevice")}</p>
            ) : (
                <ul className={styles.lines}>
                    {person.devices.map((device) => (
                        <li key={device.id}>
                            <Smartphone size={14} aria-hidden />
                            <span className={styles.address}>
                                {device.kind} <code>{device.id.slice(-8)}</code>
                            </span>
                            <span className={look.dim}>
                                {device.goneAt ? (
                                    <>
                                        {t("recipients.gone")} <Moment at={device.goneAt} />
                                    </>
                                ) : (
                                    <>
                                        {t("recipients.seen")} <Moment at={device.lastSeenAt} />
                                    </>
                                )}
                            </span>
                            <Tooltip label={t("recipients.removeDevice")}>
                                <ActionIcon variant="subtle" color="gray" size={28} aria-label={t("recipients.removeDeviceOf", { device: device.id.slice(-8) })} onClick={() => setRemoving(device.id)}>
                                    <Trash2 size={14} />
                                </ActionIcon>
                            </Tooltip>
                        </li>
                    ))}
                </ul>
            )}
            <Confirm
                open={removing !== undefined}
                title={t("recipients.removeDeviceAsk")}
                action={t("recipients.removeDevice")}
                danger
                onClose={() => setRemoving(undefined)}
                onConfirm={async () => {
                    await api.delete("/api/v1/services/recipients/{userId}/devices/{id}", { path: { userId: person.userId, id: removing as string }, query: { mode } });
                    await client.invalidateQueries({ queryKey: [tenant, "recipients"] });
                }}
            >
                <p>{t("recipients.removeDeviceWhat")}</p>
            </Confirm>
        </Card>
    );
}

/** What cannot be taken back is confirmed by the person's id. */
function Erase({ tenant, userId, mode, onClose, onErased }: { tenant: string; userId: string; mode: "test" | undefined; onClose: () => void; onErased: (erasure: string) => void }) {
    const { t } = useWords();
    const client = useQueryClient();
    const [typed, setTyped] = useState("");
    const erase = useMutation({
        mutationFn: () => api.delete("/api/v1/services/recipients/{userId}", { path: { userId }, query: { mode } }),
        onSuccess: async ({ erasureId }) => {
            await client.invalidateQueries({ queryKey: [tenant] });
            onErased(erasureId);
        },
    });
    return (
        <Dialog title={t("recipients.eraseAsk")} onClose={onClose}>
            <Form error={erase.error} action={t("recipients.eraseYes")} isPending={erase.isPending} disabled={typed.trim() !== userId} onClose={onClose} onSubmit={erase.mutate}>
                <p>{t(mode === "test" ? "recipients.eraseTest" : "recipients.eraseWhat")}</p>
                <TextInput label={t("recipients.eraseType", { id: userId })} data-autofocus value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
            </Form>
        </Dialog>
    );
}
