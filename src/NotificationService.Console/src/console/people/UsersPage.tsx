import { Button, Checkbox, TextInput, UnstyledButton } from "@mantine/core";
import { Dialog, Form } from "../look/Dialog.tsx";
import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Checkbox.css";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { CircleCheck, CircleX, MailQuestionMark, UserPlus, Users } from "lucide-react";
import { useState } from "react";
import type { Schema } from "../api/client.ts";
import { ApiProblem } from "../api/problem.ts";
import { Confirm } from "../look/Confirm.tsx";
import { Chips, Choice, FindBy, withFilter } from "../look/Filters.tsx";
import { List } from "../look/List.tsx";
import look from "../look/look.module.css";
import { Moment } from "../look/Moment.tsx";
import { Card, Facts, Page } from "../look/Page.tsx";
import { pagesOf } from "../look/pages.ts";
import type { Column } from "../look/Rows.tsx";
import { Failed, Waiting } from "../look/States.tsx";
import { Mark } from "../look/Status.tsx";
import { api } from "../session/browser.ts";
import { useWords, wordOf } from "../words/index.ts";
import { roles, type UserFilters, userStates } from "./filters.ts";
import styles from "./people.module.css";

type User = Schema<"UserResponse">;

const route = getRouteApi("/t/$tenant/users");
const finds = [
    { field: "email", word: "email" },
    { field: "userId", word: "userId" },
] as const;

/** Who signs in, and what they may do. */
export function UsersPage() {
    const { t } = useWords();
    const { tenant } = route.useParams();
    const place = route.useSearch();
    const { user, ...filters } = place;
    const navigate = useNavigate();
    const [inviting, setInviting] = useState(false);
    const list = useInfiniteQuery(pagesOf([tenant, "users", filters], (from, signal) => api.get("/api/v1/admin/users", { query: { ...filters, limit: 100, ...from }, signal })));
    const change = (to: UserFilters) => void navigate({ to: "/t/$tenant/users", params: { tenant }, search: to });
    const open = (item: User) => (
        <UnstyledButton className={`${look.cover} ${look.clip}`} onClick={() => change({ ...filters, user: item.id })}>
            {item.name}
        </UnstyledButton>
    );
    const allowed = (item: User) => item.roles.map((role) => wordOf(t, "role", role)).join(", ");
    const columns: Column<User>[] = [
        { key: "name", title: t("name"), width: "1.6fr", cell: open },
        { key: "email", title: t("email"), width: "2fr", cell: (item) => <span title={item.email}>{item.email}</span> },
        { key: "roles", title: t("users.roles"), width: "1.2fr", cell: allowed },
        { key: "status", title: t("status"), width: "132px", cell: (item) => <UserState status={item.status} /> },
        { key: "since", title: t("since"), width: "112px", align: "end", cell: (item) => <Moment at={item.createdAt} /> },
    ];
    const invite = (
        <Button leftSection={<UserPlus size={14} />} onClick={() => setInviting(true)}>
            {t("users.invite")}
        </Button>
    );
    return (
        <Page title={t("nav.users")} lead={<p className={look.dim}>{t("usersWhat")}</p>} actions={invite}>
            <Card flush>
                <search className={look.filters}>
                    <Choice label="status" value={filters.status} options={userStates} family="userState" onChange={(value) => change(withFilter(filters, "status", value))} />
                    <Choice label="users.role" value={filters.role} options={roles} family="role" onChange={(value) => change(withFilter(filters, "role", value))} />
                    <FindBy fields={finds} onFind={(field, text) => change({ ...filters, [field]: text })} />
                </search>
                <Chips items={finds.flatMap(({ field, word }) => (filters[field] === undefined ? [] : [{ name: t(word), value: filters[field], onRemove: () => change(withFilter(filters, field, "")) }]))} />
                <List
                    list={list}
                    label={t("nav.users")}
                    id={(item) => item.id}
                    columns={columns}
                    hidden={Object.keys(filters).length}
                    onClear={() => change({})}
                    empty={{ icon: Users, title: t("users.none"), why: t("users.noneWhy"), action: invite }}
                    card={(item) => (
                        <>
                            <div className={look.line} data-split="true">
                                {open(item)}
                                <UserState status={item.status} />
                            </div>
                            <span className={`${look.dim} ${look.clip}`}>
                                {item.email} · {allowed(item)}
                            </span>
                        </>
                    )}
                />
            </Card>
            {inviting && <Invite tenant={tenant} onClose={() => setInviting(false)} />}
            {user !== undefined && <UserDialog key={user} tenant={tenant} id={user} onClose={() => change(filters)} />}
        </Page>
    );
}

function UserState({ status }: { status: string }) {
    const { t } = useWords();
    const word = wordOf(t, "userState", status);
    return status === "active" ? (
        <Mark tone="good" icon={CircleCheck}>
            {word}
        </Mark>
    ) : status === "invited" ? (
        <Mark tone="progress" icon={MailQuestionMark}>
            {word}
        </Mark>
    ) : (
        <Mark tone="neutral" icon={CircleX}>
            {word}
        </Mark>
    );
}

function Roles({ value, error, onChange }: { value: string[]; error: string | undefined; onChange: (roles: string[]) => void }) {
    const { t } = useWords();
    // What only a platform admin gives stays where it is, and is not offered.
    const others = value.filter((role) => !(roles as readonly string[]).includes(role));
    return (
        <Checkbox.Group label={t("users.roles")} value={value} onChange={(chosen) => onChange([...others.filter((role) => !chosen.includes(role)), ...chosen])} error={error}>
            <div className={styles.choices}>
                {roles.map((role) => (
                    <Checkbox key={role} value={role} label={wordOf(t, "role", role)} description={wordOf(t, "roleWhat", role)} />
                ))}
            </div>
        </Checkbox.Group>
    );
}

function Invite({ tenant, onClose }: { tenant: string; onClose: () => void }) {
    const { t } = useWords();
    const client = useQueryClient();
    const [email, setEmail] = useState("");
    const [name, setName] = useState("");
    const [userId, setUserId] = useState("");
    const [given, setGiven] = useState<string[]>(["viewer"]);
    const invite = useMutation({
        mutationFn: () => api.post("/api/v1/admin/users", { body: { email: email.trim(), name: name.trim(), roles: given, ...(userId.trim() !== "" && { userId: userId.trim() }) } }),
        onSuccess: async () => {
            await client.invalidateQueries({ queryKey: [tenant, "users"] });
            onClose();
        },
    });
    const problem = invite.error instanceof ApiProblem ? invite.error : undefined;
    const rolesProblem = problem?.of("/roles") ?? problem?.of("/roles/");
    return (
        <Dialog title={t("users.invite")} size="lg" onClose={onClose}>
            <Form error={invite.error} known={["/email", "/name", "/userId", "/roles", "/roles/"]} action={t("users.invite")} isPending={invite.isPending} onClose={onClose} onSubmit={invite.mutate}>
                <TextInput label={t("email")} type="email" autoComplete="off" data-autofocus value={email} onChange={(event) => setEmail(event.currentTarget.value)} error={problem?.of("/email")} />
                <TextInput label={t("name")} autoComplete="off" value={name} onChange={(event) => setName(event.currentTarget.value)} error={problem?.of("/name")} />
                <TextInput label={t("userId")} description={t("users.userIdWhy")} autoComplete="off" value={userId} onChange={(event) => setUserId(event.currentTarget.value)} error={problem?.of("/userId")} />
                <Roles value={given} error={rolesProblem} onChange={setGiven} />
                <p className={look.dim}>{t("users.inviteWhat")}</p>
            </Form>
        </Dialog>
    );
}

function UserDialog({ tenant, id, onClose }: { tenant: string; id: string; onClose: () => void }) {
    const { t } = useWords();
    const query = useQuery({ queryKey: [tenant, "user", id], queryFn: ({ signal }) => api.get("/api/v1/admin/users/{id}", { path: { id }, signal }) });
    return (
        <Dialog title={query.data?.name ?? t("userId")} size="lg" onClose={onClose}>
            {query.data ? <UserForm tenant={tenant} user={query.data} onClose={onClose} /> : query.isPending ? <Waiting rows={4} /> : <Failed error={query.error} onRetry={() => void query.refetch()} />}
        </Dialog>
    );
}

function UserForm({ tenant, user, onClose }: { tenant: string; user: User; onClose: () => void }) {
    const { t } = useWords();
    const client = useQueryClient();
    const [name, setName] = useState(user.name);
    const [given, setGiven] = useState(user.roles);
    const [asking, setAsking] = useState<"disable" | "delete" | "sessions">();
    const path = { id: user.id };
    const reload = () => Promise.all([client.invalidateQueries({ queryKey: [tenant, "users"] }), client.invalidateQueries({ queryKey: [tenant, "user", user.id] }), client.invalidateQueries({ queryKey: [tenant, "user-sessions", user.id] })]);
    const sessions = useQuery({ queryKey: [tenant, "user-sessions", user.id], queryFn: async ({ signal }) => (await api.get("/api/v1/admin/users/{id}/sessions", { path, signal })).items });
    const save = useMutation({ mutationFn: () => api.patch("/api/v1/admin/users/{id}", { path, body: { name: name.trim(), roles: given } }), onSuccess: reload });
    const enable = useMutation({ mutationFn: () => api.post("/api/v1/admin/users/{id}/enable", { path }), onSuccess: reload });
    const again = useMutation({ mutationFn: () => api.post("/api/v1/admin/users/{id}/resend-invitation", { path }), onSuccess: reload });
    const problem = save.error instanceof ApiProblem ? save.error : undefined;
    const deeds = {
        disable: async () => {
            await api.post("/api/v1/admin/users/{id}/disable", { path });
            await reload();
        },
        sessions: async () => {
            await api.delete("/api/v1/admin/users/{id}/sessions", { path });
            await reload();
        },
        delete: async () => {
            await api.delete("/api/v1/admin/users/{id}", { path });
            await client.invalidateQueries({ queryKey: [tenant, "users"] });
            onClose();
        },
    };
    return (
        <Form
            error={save.error ?? enable.error ?? again.error}
            known={["/name", "/roles", "/roles/"]}
            action={t("save")}
            isPending={save.isPending}
            onSubmit={save.mutate}
            more={
                <>
                    <Button variant="subtle" color="red" onClick={() => setAsking("delete")}>
                        {t("delete")}
                    </Button>
                    {user.status === "disabled" ? (
                        <Button variant="default" loading={enable.isPending} onClick={() => enable.mutate()}>
                            {t("users.enable")}
                        </Button>
                    ) : (
                        <Button variant="default" onClick={() => setAsking("disable")}>
                            {t("users.disable")}
                        </Button>
                    )}
                    {user.status === "invited" && (
                        <Button variant="default" loading={again.isPending} onClick={() => again.mutate()}>
                            {t("users.resend")}
                        </Button>
                    )}
                </>
            }
        >
            <Facts
                items={[
                    [t("status"), <UserState key="status" status={user.status} />],
                    [t("email"), user.email],
                    [t("userId"), <code key="id">{user.userId}</code>],
                    [t("users.groups"), user.groups.join(", ")],
                ]}
            />
            <TextInput label={t("name")} value={name} onChange={(event) => setName(event.currentTarget.value)} error={problem?.of("/name")} />
            <Roles value={given} error={problem?.of("/roles") ?? problem?.of("/roles/")} onChange={setGiven} />
            <section aria-label={t("users.sessions")} className={styles.sessions}>
                <p className={look.line} data-split="true">
                    <b>{t("users.sessions")}</b>
                    {(sessions.data?.length ?? 0) > 0 && (
                        <Button variant="subtle" size="compact-sm" onClick={() => setAsking("sessions")}>
                            {t("users.endSessions")}
                        </Button>
                    )}
                </p>
                {sessions.data?.length === 0 && <p className={look.dim}>{t("users.noSessions")}</p>}
                <ul>
                    {sessions.data?.map((session) => (
                        <li key={session.id}>
                            <span className={look.clip} title={session.device.userAgent ?? ""}>
                                {session.device.userAgent ?? "–"}
                            </span>
                            <span className={look.dim}>{session.ip}</span>
                            <span className={look.dim}>
                                <Moment at={session.lastUsedAt} />
                            </span>
                        </li>
                    ))}
                </ul>
            </section>
            {again.isSuccess && (
                <p role="status" className={look.dim}>
                    {t("users.invited")}
                </p>
            )}
            {save.isSuccess && (
                <p role="status" className={look.dim}>
                    {t("saved")}
                </p>
            )}
            {asking && (
                <Confirm open title={t(`users.ask.${asking}`, { name: user.name })} action={t(asking === "delete" ? "delete" : asking === "disable" ? "users.disable" : "users.endSessions")} danger onClose={() => setAsking(undefined)} onConfirm={deeds[asking]}>
                    <p>{t(`users.what.${asking}`)}</p>
                </Confirm>
            )}
        </Form>
    );
}
