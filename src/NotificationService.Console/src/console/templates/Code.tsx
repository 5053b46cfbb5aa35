import { history, historyKeymap, insertNewline } from "@codemirror/commands";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap, lineNumbers, MatchDecorator, ViewPlugin, type ViewUpdate, WidgetType } from "@codemirror/view";
import { getNonce } from "get-nonce";
import { useEffect, useRef } from "react";
import styles from "./code.module.css";
import type { Fault } from "./contents.ts";

/** Tags, blocks, partials and comments. Colour helps who sees it; nothing depends on it. */
const tags = new MatchDecorator({
    regexp: /\{\{([^{}]*)\}\}/g,
    decoration: ([, inside = ""]) => Decoration.mark({ class: (inside.startsWith("!") ? styles.comment : /^~?[#/^>]|^~?else\b/.test(inside) ? styles.block : styles.tag) as string }),
});

const highlighting = ViewPlugin.fromClass(
    class {
        decorations: DecorationSet;
        constructor(view: EditorView) {
            this.decorations = tags.createDeco(view);
        }
        update(update: ViewUpdate) {
            this.decorations = tags.updateDeco(update, this.decorations);
        }
    },
    { decorations: (plugin) => plugin.decorations },
);

class FaultLine extends WidgetType {
    readonly reason: string;

    constructor(reason: string) {
        super();
        this.reason = reason;
    }

    override eq(other: FaultLine) {
        return other.reason === this.reason;
    }

    toDOM() {
        const line = document.createElement("div");
        line.className = styles.fault as string;
        line.setAttribute("role", "alert");
        // What the service says may quote what somebody wrote.
        line.textContent = this.reason;
        return line;
    }
}

const setFault = StateEffect.define<Fault | undefined>();

const fault = StateField.define<DecorationSet>({
    create: () => Decoration.none,
    update(shown, transaction) {
        let next = shown.map(transaction.changes);
        for (const effect of transaction.effects) {
            if (!effect.is(setFault)) continue;
            const { value } = effect;
            if (value === undefined) next = Decoration.none;
            else {
                const { doc } = transaction.state;
                const line = doc.line(Math.min(Math.max(value.line ?? doc.lines, 1), doc.lines));
                const at = Math.min(line.from + Math.max((value.column ?? 1) - 1, 0), line.to);
                const below = Decoration.widget({ widget: new FaultLine(value.reason), block: true, side: 1 }).range(line.to);
                next = Decoration.set(value.line === undefined || at === line.to ? [below] : [Decoration.mark({ class: styles.place as string }).range(at, line.to), below], true);
            }
        }
        return next;
    },
    provide: (field) => EditorView.decorations.from(field),
});

/** A text with tags, in lines with numbers. Tab leaves it, as it leaves every field. */
export function Code({ label, value, onChange, fault: wrong }: { label: string; value: string; onChange: (value: string) => void; fault: Fault | undefined }) {
    const place = useRef<HTMLDivElement>(null);
    const view = useRef<EditorView>(undefined);
    const changed = useRef(onChange);
    changed.current = onChange;
    // biome-ignore lint/correctness/useExhaustiveDependencies: what is typed is the editor's own; another text is another editor.
    useEffect(() => {
        const editor = new EditorView({
            parent: place.current as HTMLElement,
            state: EditorState.create({
                doc: value,
                extensions: [
                    EditorView.cspNonce.of(getNonce() ?? ""),
                    lineNumbers(),
                    history(),
                    keymap.of([{ key: "Enter", run: insertNewline }, ...historyKeymap]),
                    EditorView.lineWrapping,
                    EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "true" }),
                    highlighting,
                    fault,
                    EditorView.updateListener.of((update) => update.docChanged && changed.current(update.state.doc.toString())),
                ],
            }),
        });
        view.current = editor;
        return () => editor.destroy();
    }, []);
    const { line, column, reason } = wrong ?? {};
    useEffect(() => {
        view.current?.dispatch({ effects: setFault.of(reason === undefined ? undefined : { reason, ...(line !== undefined && { line }), ...(column !== undefined && { column }) }) });
    }, [line, column, reason]);
    return <div ref={place} className={styles.code} data-invalid={wrong !== undefined} />;
}
