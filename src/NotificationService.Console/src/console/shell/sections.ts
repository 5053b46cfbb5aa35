import { Bot, Building2, FileSpreadsheet, FileText, FlaskConical, Layers, LayoutDashboard, Library, ListChecks, type LucideIcon, MailX, PlugZap, ScrollText, Send, Settings, ShieldOff, Tags, Users, UsersRound, Webhook } from "lucide-react";
import type { Right } from "../session/react.ts";
import type { Word } from "../words/index.ts";

export interface Section {
    /** The part of the address behind the tenant; empty for the first page. */
    path: string;
    word: Word;
    icon: LucideIcon;
    right: Right;
    /** Pressed after `g`. */
    key: string;
}

export interface SectionGroup {
    word?: Word;
    sections: readonly Section[];
}

/** What the navigation, the palette and the keys lead to. A page that is not finished is not here. */
export const groups: readonly SectionGroup[] = [
    {
        sections: [
            { path: "", word: "nav.overview", icon: LayoutDashboard, right: "view", key: "o" },
            { path: "send", word: "nav.send", icon: Send, right: "send", key: "s" },
        ],
    },
    {
        word: "nav.activity",
        sections: [
            { path: "notifications", word: "nav.notifications", icon: ListChecks, right: "view", key: "n" },
            { path: "batches", word: "nav.batches", icon: Layers, right: "view", key: "h" },
            { path: "bulk", word: "nav.bulk", icon: FileSpreadsheet, right: "view", key: "m" },
            { path: "dead-letters", word: "nav.deadLetters", icon: MailX, right: "send", key: "d" },
            { path: "sandbox", word: "nav.sandbox", icon: FlaskConical, right: "admin", key: "b" },
        ],
    },
    {
        word: "nav.content",
        sections: [
            { path: "templates", word: "nav.templates", icon: FileText, right: "admin", key: "t" },
            { path: "categories", word: "nav.categories", icon: Tags, right: "view", key: "c" },
        ],
    },
    {
        word: "nav.people",
        sections: [
            { path: "recipients", word: "nav.recipients", icon: UsersRound, right: "send", key: "r" },
            { path: "suppressions", word: "nav.suppressions", icon: ShieldOff, right: "send", key: "u" },
        ],
    },
    {
        word: "nav.connect",
        sections: [
            { path: "providers", word: "providers", icon: PlugZap, right: "admin", key: "p" },
            { path: "webhooks", word: "nav.webhooks", icon: Webhook, right: "admin", key: "w" },
        ],
    },
    {
        word: "nav.settings",
        sections: [
            { path: "settings", word: "nav.tenant", icon: Settings, right: "admin", key: "i" },
            { path: "users", word: "nav.users", icon: Users, right: "admin", key: "e" },
            { path: "service-accounts", word: "nav.accounts", icon: Bot, right: "admin", key: "a" },
            { path: "lookups", word: "nav.lookups", icon: Library, right: "view", key: "k" },
            { path: "audit-log", word: "nav.audit", icon: ScrollText, right: "admin", key: "l" },
        ],
    },
    { word: "nav.platform", sections: [{ path: "tenants", word: "nav.tenants", icon: Building2, right: "platform", key: "x" }] },
];

export const sections: readonly Section[] = groups.flatMap((group) => group.sections);
