import { ActionIcon, Kbd, Popover, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Check, ChevronsUpDown, Keyboard, Languages, LogOut, Moon, Search, Sun, SunMoon, X } from "lucide-react";
import { useState } from "react";
import { session } from "../session/browser.ts";
import { may } from "../session/react.ts";
import type { Person } from "../session/session.ts";
import { choose, useWords, wordOf } from "../words/index.ts";
import { groups } from "./sections.ts";
import styles from "./shell.module.css";

interface NavigationProps {
    tenant: string;
    name: string;
    person: Person;
    onPalette: () => void;
    onKeys: () => void;
    onClose?: () => void;
}

export const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent);

export function Navigation({ tenant, name, person, onPalette, onKeys, onClose }: NavigationProps) {
    const { t } = useWords();
    return (
        <div className={styles.navigation}>
            <div className={styles.brand}>
                <span aria-hidden className={styles.logo}>
                    {[...name][0]?.toUpperCase()}
                </span>
                <span className={styles.brandName} title={name}>
                    {name}
                </span>
                {onClose && (
                    <ActionIcon variant="subtle" color="gray" size={44} aria-label={t("close")} onClick={onClose}>
                        <X size={20} />
                    </ActionIcon>
                )}
            </div>
            <UnstyledButton className={styles.find} onClick={onPalette}>
                <Search size={14} aria-hidden />
                <span>{t("search")}</span>
                <Kbd>{isApple ? "⌘" : "Ctrl"} K</Kbd>
            </UnstyledButton>
            <nav aria-label={t("menu")} className={styles.groups}>
                {groups.map((group) => {
                    const seen = group.sections.filter((section) => may(person, section.right));
                    if (seen.length === 0) return null;
                    return (
                        <div key={group.word ?? ""}>
                            {group.word && <h2>{t(group.word)}</h2>}
                            <ul>
                                {seen.map(({ path, word, icon: Icon }) => (
                                    <li key={path}>
                                        <Link to={(path === "" ? "/t/$tenant" : `/t/$tenant/${path}`) as "/t/$tenant/notifications"} params={{ tenant }} className={styles.link} activeOptions={{ exact: path === "", includeSearch: false }} onClick={onClose}>
                                            <Icon size={16} aria-hidden />
                                            {t(word)}
                                        </Link>
                                    </li>
                                ))}
                            </ul>
                        </div>
                    );
                })}
            </nav>
            <Account person={person} onKeys={onKeys} />
        </div>
    );
}

/** Who is signed in; theme, language, keys, and the way out. */
function Account({ person, onKeys }: { person: Person; onKeys: () => void }) {
    const { t, language } = useWords();
    const { colorScheme, setColorScheme } = useMantineColorScheme();
    const [open, setOpen] = useState(false);
    const other = language === "en" ? "fr" : "en";
    const themes = { light: Sun, dark: Moon, auto: SunMoon } as const;
    const after = (act: () => void) => () => {
        setOpen(false);
        act();
    };
    return (
        <Popover opened={open} onChange={setOpen} position="top-start" width={240} withinPortal={false} trapFocus returnFocus radius={8} transitionProps={{ duration: 140 }}>
            <Popover.Target>
                <UnstyledButton className={styles.account} onClick={() => setOpen(!open)}>
                    <span className={styles.avatar} aria-hidden>
                        {[...person.name][0]?.toUpperCase()}
                    </span>
                    <span className={styles.accountText}>
                        <span>{person.name}</span>
                        <span>{person.roles.map((role) => wordOf(t, "role", role)).join(", ")}</span>
                    </span>
                    <ChevronsUpDown size={14} aria-hidden />
                </UnstyledButton>
            </Popover.Target>
            <Popover.Dropdown p={4} aria-label={t("yourAccount")}>
                <p className={styles.accountMail}>{person.email}</p>
                {(["light", "dark", "auto"] as const).map((scheme) => {
                    const Icon = themes[scheme];
                    return (
                        <UnstyledButton key={scheme} className={styles.accountItem} aria-pressed={colorScheme === scheme} onClick={() => setColorScheme(scheme)}>
                            <Icon size={14} aria-hidden />
                            <span>{t(`theme.${scheme}`)}</span>
                            {colorScheme === scheme && <Check size={14} aria-hidden />}
                        </UnstyledButton>
                    );
                })}
                <hr />
                <UnstyledButton className={styles.accountItem} lang={other} onClick={after(() => void choose(other))}>
                    <Languages size={14} aria-hidden />
                    <span>{other === "fr" ? "Français" : "English"}</span>
                </UnstyledButton>
                <UnstyledButton className={styles.accountItem} onClick={after(onKeys)}>
                    <Keyboard size={14} aria-hidden />
                    <span>{t("keys")}</span>
                    <Kbd aria-hidden>?</Kbd>
                </UnstyledButton>
                <hr />
                <UnstyledButton className={styles.accountItem} onClick={() => void session.signOut()}>
                    <LogOut size={14} aria-hidden />
                    <span>{t("signOut")}</span>
                </UnstyledButton>
            </Popover.Dropdown>
        </Popover>
    );
}
