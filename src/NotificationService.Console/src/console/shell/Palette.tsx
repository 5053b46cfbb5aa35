import { useMantineColorScheme } from "@mantine/core";
import { Spotlight, type SpotlightActionData, spotlight } from "@mantine/spotlight";
import "@mantine/spotlight/styles.css";
import { useNavigate } from "@tanstack/react-router";
import { Hash, Keyboard, Languages, LogOut, Moon, Search, Sun } from "lucide-react";
import { useEffect, useState } from "react";
import { session } from "../session/browser.ts";
import { may, useSession } from "../session/react.ts";
import { choose, useWords } from "../words/index.ts";
import { sections } from "./sections.ts";

const id = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Pages, ids, references and actions, by typing. */
export function Palette({ tenant, onClose, onKeys }: { tenant: string; onClose: () => void; onKeys: () => void }) {
    const { t, language } = useWords();
    const navigate = useNavigate();
    const state = useSession();
    const { setColorScheme } = useMantineColorScheme();
    const [text, setText] = useState("");
    useEffect(() => spotlight.open(), []);

    const typed = text.trim();
    const found: SpotlightActionData[] =
        typed === ""
            ? []
            : id.test(typed)
              ? [{ id: "id", label: t("palette.openId", { id: typed }), keywords: typed, leftSection: <Hash size={16} />, onClick: () => void navigate({ to: "/t/$tenant/notifications/$id", params: { tenant, id: typed.toLowerCase() } }) }]
              : (["reference", "userId"] as const).map((field) => ({
                    id: field,
                    label: t(field === "reference" ? "palette.byReference" : "palette.byUser", { text: typed }),
                    keywords: typed,
                    leftSection: <Search size={16} />,
                    onClick: () => void navigate({ to: "/t/$tenant/notifications", params: { tenant }, search: { [field]: typed, since: "all" } }),
                }));
    const pages: SpotlightActionData[] = sections
        .filter((section) => state.kind === "in" && may(state.person, section.right))
        .map(({ path, word, icon: Icon }) => ({ id: `page ${path}`, label: t(word), leftSection: <Icon size={16} />, onClick: () => void navigate({ href: `/t/${encodeURIComponent(tenant)}${path === "" ? "" : `/${path}`}` }) }));
    const other = language === "en" ? "fr" : "en";
    const deeds: SpotlightActionData[] = [
        { id: "light", label: t("theme.light"), leftSection: <Sun size={16} />, onClick: () => setColorScheme("light") },
        { id: "dark", label: t("theme.dark"), leftSection: <Moon size={16} />, onClick: () => setColorScheme("dark") },
        { id: "language", label: other === "fr" ? "Français" : "English", leftSection: <Languages size={16} />, onClick: () => void choose(other) },
        { id: "keys", label: t("keys"), leftSection: <Keyboard size={16} />, onClick: onKeys },
        { id: "out", label: t("signOut"), leftSection: <LogOut size={16} />, onClick: () => void session.signOut() },
    ];
    return (
        <Spotlight
            actions={[
                { group: t("palette.find"), actions: found },
                { group: t("palette.pages"), actions: pages },
                { group: t("palette.deeds"), actions: deeds },
            ].filter((group) => group.actions.length > 0)}
            query={text}
            onQueryChange={setText}
            nothingFound={t("palette.nothing")}
            highlightQuery={false}
            attributes={{ content: { "aria-label": t("search") } }}
            shortcut={null}
            scrollable
            maxHeight={400}
            radius={8}
            overlayProps={{ blur: 0, backgroundOpacity: 0.4 }}
            onSpotlightClose={onClose}
            transitionProps={{ duration: 140 }}
            searchProps={{ leftSection: <Search size={16} />, placeholder: t("palette.placeholder"), "aria-label": t("palette.placeholder") }}
        />
    );
}
