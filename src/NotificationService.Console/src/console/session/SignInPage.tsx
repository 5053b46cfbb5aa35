import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { ApiProblem } from "../api/problem.ts";
import icon from "../icon.svg";
import { Refused } from "../look/States.tsx";
import styles from "../shell/shell.module.css";
import { choose, type Translate, useWords } from "../words/index.ts";
import { session } from "./browser.ts";

const route = getRouteApi("/sign-in");
const asked = ["tenant_required", "totp_required"];

/** What the sign-in refuses, in the reader's language. */
function sentence(problem: ApiProblem | undefined, t: Translate): string | undefined {
    if (problem?.code === "unauthorized") return t("error.wrongPassword");
    if (problem?.code === "totp_required") return t("error.wrongCode");
    return problem?.code === "tenant_required" ? t("error.severalTenants") : undefined;
}

/** Address and password; what else is needed is asked for when the service says so. */
export function SignInPage() {
    const { t, language } = useWords();
    const { to } = route.useSearch();
    const router = useRouter();
    const [email, setEmail] = useState("");
    const [password, setPassword] = useState("");
    const [tenant, setTenant] = useState("");
    const [code, setCode] = useState("");
    const [needs, setNeeds] = useState<{ tenant: boolean; code: boolean }>({ tenant: false, code: false });
    const signIn = useMutation({
        mutationFn: (given: { tenant: string; code: string }) => session.signIn({ email, password, ...(given.tenant !== "" && { tenant: given.tenant }), ...(given.code !== "" && { code: given.code }) }),
        onError: (error) => {
            if (!(error instanceof ApiProblem)) return;
            if (error.code === "tenant_required") setNeeds((before) => ({ ...before, tenant: true }));
            if (error.code === "totp_required") setNeeds((before) => ({ ...before, code: true }));
        },
        onSuccess: () => router.history.push(to ?? "/"),
    });
    useEffect(() => {
        document.title = `${t("signIn")} · NotificationService`;
    }, [t]);
    const problem = signIn.error instanceof ApiProblem ? signIn.error : undefined;
    // The first time that a code is asked for nothing has gone wrong yet.
    const quiet = problem !== undefined && asked.includes(problem.code) && (problem.code === "totp_required" ? signIn.variables?.code === "" : signIn.variables?.tenant === "");
    return (
        <main className={styles.signIn}>
            <div className={styles.signInBox}>
                <header className={styles.signInHead}>
                    <img src={icon} alt="" width={32} height={32} />
                    <h1>{t("signIn")}</h1>
                    {to && <p>{t("signInAgain")}</p>}
                </header>
                <form
                    className={styles.form}
                    noValidate
                    onSubmit={(event) => {
                        event.preventDefault();
                        signIn.mutate({ tenant, code });
                    }}
                >
                    <TextInput label={t("email")} type="email" autoComplete="username" autoFocus size="md" value={email} onChange={(event) => setEmail(event.currentTarget.value)} error={problem?.of("/email")} />
                    <PasswordInput label={t("password")} autoComplete="current-password" size="md" value={password} onChange={(event) => setPassword(event.currentTarget.value)} error={problem?.of("/password")} visibilityToggleButtonProps={{ "aria-label": t("showPassword") }} />
                    {needs.tenant && <TextInput label={t("tenantKey")} description={t("tenantKeyWhy")} size="md" autoFocus value={tenant} onChange={(event) => setTenant(event.currentTarget.value)} error={problem?.of("/tenant")} />}
                    {needs.code && <TextInput label={t("code")} description={t("codeWhy")} size="md" autoFocus autoComplete="one-time-code" value={code} onChange={(event) => setCode(event.currentTarget.value)} error={problem?.of("/code")} />}
                    {signIn.error && !quiet && <Refused error={signIn.error} sentence={sentence(problem, t)} known={["/email", "/password", "/tenant", "/code"]} />}
                    <Button type="submit" size="md" loading={signIn.isPending}>
                        {t("signIn")}
                    </Button>
                </form>
                <footer className={styles.signInFoot}>
                    {needs.tenant ? (
                        <span />
                    ) : (
                        <Button variant="subtle" size="compact-sm" onClick={() => setNeeds((before) => ({ ...before, tenant: true }))}>
                            {t("chooseTenant")}
                        </Button>
                    )}
                    <Button variant="subtle" size="compact-sm" lang={language === "en" ? "fr" : "en"} onClick={() => void choose(language === "en" ? "fr" : "en")}>
                        {language === "en" ? "Français" : "English"}
                    </Button>
                </footer>
            </div>
        </main>
    );
}
