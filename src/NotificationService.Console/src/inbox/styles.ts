/** Tones are those of the console. Every colour, size and layer that a page may want to choose is a variable of its own. */
const css = /* css */ `
:host {
    --accent: var(--ni-accent, light-dark(#4B3FD6, #ABA2FF));
    --on-accent: light-dark(#FFFFFF, #0E1014);
    --bg: var(--ni-bg, light-dark(#FFFFFF, #14161B));
    --raised: color-mix(in srgb, var(--bg), var(--fg) 4%);
    --fg: var(--ni-fg, light-dark(#1B1F27, #ECEEF2));
    --body: color-mix(in srgb, var(--fg), var(--muted) 55%);
    --muted: var(--ni-muted, light-dark(#5B6472, #A3ABB8));
    --border: var(--ni-border, light-dark(#E3E6EB, #2A2F39));
    --control: light-dark(#7A8392, #727B8C);
    --bad: light-dark(#C0123C, #FF7F8E);
    --bad-tint: light-dark(#FDECEF, #3B151C);
    --warn: light-dark(#8A5200, #F2B85C);
    --warn-tint: light-dark(#FDF2DF, #33240B);
    --radius: var(--ni-radius, 6px);
    --ease: cubic-bezier(.2, 0, 0, 1);
    display: inline-block;
    font: 400 14px/20px var(--ni-font, system-ui, sans-serif);
    color: var(--fg);
    text-align: start;
}
:host([hidden]) { display: none; }
:host([theme=light]) { color-scheme: light; }
:host([theme=dark]) { color-scheme: dark; }
:host([theme=auto]) { color-scheme: light dark; }
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
.sr { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.icon { fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; flex: none; display: block; }

:where(button, a.button) {
    font: inherit; color: inherit; background: none; border: 0; border-radius: var(--radius); margin: 0; padding: 4px 8px; cursor: pointer;
    text-decoration: none; transition: background-color 80ms var(--ease);
}
button:disabled { opacity: .5; cursor: default; }
:where(button, a.button):not(:disabled):hover { background: color-mix(in srgb, currentColor 9%, transparent); }
:focus { outline: none; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.quiet { color: var(--accent); font-weight: 500; }
.round { display: inline-grid; place-items: center; width: 32px; height: 32px; padding: 0; color: var(--muted); }
.round:hover { color: var(--fg); }

.bell { position: relative; display: inline-grid; place-items: center; width: 40px; height: 40px; padding: 0; color: inherit; }
.badge {
    position: absolute; inset-block-start: 1px; inset-inline-start: 20px; min-width: 18px; height: 18px; padding: 0 5px; border-radius: 9px;
    background: var(--accent); color: var(--on-accent); font-size: 11px; line-height: 18px; font-weight: 600; text-align: center; font-variant-numeric: tabular-nums;
    box-shadow: 0 0 0 2px var(--bg);
}

dialog {
    position: fixed; inset: auto; margin: 0; padding: 0; flex-direction: column; overflow: hidden;
    width: min(var(--ni-width, 400px), calc(100vw - 16px)); height: 640px; max-height: calc(100dvh - 16px); z-index: var(--ni-z, 1000);
    color: var(--fg); background: var(--bg); border: 1px solid var(--border); border-radius: calc(var(--radius) + 2px); box-shadow: 0 4px 16px #0000001F;
    transition: opacity 140ms var(--ease), translate 140ms var(--ease);
}
dialog:is([open], :popover-open) { display: flex; }
@starting-style { dialog:is([open], :popover-open) { opacity: 0; translate: 0 -4px; } }
dialog::backdrop { background: none; }
dialog:modal { inset: 0; width: 100vw; max-width: none; height: 100dvh; max-height: none; border: 0; border-radius: 0; box-shadow: none; padding-bottom: env(safe-area-inset-bottom); }

:host([inline]) { display: block; height: 100%; min-height: 320px; }
:host([inline]) .bell { display: none; }
:host([inline]) dialog { position: static; width: 100%; height: 100%; max-height: none; z-index: auto; border: 0; border-radius: inherit; box-shadow: none; transition: none; }

.header { display: flex; align-items: center; flex-wrap: wrap; gap: 0 4px; padding: 8px 8px 0 16px; padding-inline: 16px 8px; flex: none; }
h2 { font-size: 16px; line-height: 24px; font-weight: 600; margin: 8px auto 8px 0; margin-inline: 0 auto; }
.all { display: flex; align-items: center; gap: 4px; min-height: 32px; }
.all .icon { display: none; }
.row { display: flex; flex-wrap: wrap; align-items: center; padding: 0 8px; border-block-end: 1px solid var(--border); flex: none; }
.tabs { display: flex; gap: 4px; }
.tab { position: relative; display: inline-flex; align-items: center; gap: 4px; border-radius: var(--radius) var(--radius) 0 0; padding: 8px; min-height: 36px; color: var(--muted); font-weight: 500; }
.tab[aria-selected=true] { color: var(--fg); }
.tab[aria-selected=true]::after { content: ""; position: absolute; inset: auto 8px -1px; height: 2px; background: var(--accent); }
.tab:focus-visible { outline-offset: -2px; }
.tab .number { font-variant-numeric: tabular-nums; }

.notice { display: flex; align-items: center; gap: 8px; padding: 8px 8px 8px 16px; padding-inline: 16px 8px; background: var(--warn-tint); color: var(--warn); flex: none; }
.notice span { flex: 1; }
.list { position: relative; display: flex; flex-direction: column; overflow-y: auto; overscroll-behavior: contain; flex: 1; scrollbar-width: thin; scrollbar-color: var(--control) transparent; }
.waiting { margin: 4px 0; margin-inline-start: auto; min-height: 28px; padding: 0 12px; border-radius: 14px; font-weight: 500; background: var(--accent); color: var(--on-accent); }
.waiting:hover { background: color-mix(in srgb, var(--accent), var(--on-accent) 12%); }

article { position: relative; display: block; padding: 12px 16px 8px 32px; padding-inline: 32px 16px; border-block-end: 1px solid var(--border); content-visibility: auto; contain-intrinsic-size: auto 112px; }
article.leads { cursor: pointer; }
article:hover { background: var(--raised); }
article:focus-visible { outline-offset: -2px; border-radius: var(--radius); }
.dot { position: absolute; inset-block-start: 18px; inset-inline-start: 14px; width: 8px; height: 8px; border-radius: 50%; background: var(--accent); }
.title { margin: 0; font: inherit; overflow-wrap: anywhere; }
.unread .title { font-weight: 600; }
.title a { color: inherit; text-decoration: none; border-radius: 2px; }
.title a:hover { text-decoration: underline; text-underline-offset: 2px; }
.text { margin: 0; color: var(--body); overflow-wrap: anywhere; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
/* What is written in another direction than the page keeps its own order, and stands at the page's side. */
.text, .title, .short, .exact, .undo span, .notice span, .state p, .chip, .menu button span, .quiet, .waiting { unicode-bidi: plaintext; }
:host(:dir(rtl)) :is(.text, .title, .undo span, .notice span) { text-align: right; }
.text, .reason, .ask { margin-block-start: 4px; }
.chip { display: inline-flex; align-items: center; gap: 2px; margin-block-end: 2px; padding-inline: 4px 8px; border-radius: 4px; background: var(--bad-tint); color: var(--bad); font-size: 12px; line-height: 20px; font-weight: 500; }
.chip .icon { width: 14px; height: 14px; stroke-width: 2.5; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; margin-block-start: 8px; }
.action { display: inline-block; padding: 5px 12px; border: 1px solid var(--control); font-weight: 500; line-height: 20px; overflow-wrap: anywhere; }
.reason { display: flex; gap: 4px; color: var(--bad); }
.reason .icon { width: 16px; height: 20px; }
.ask { display: flex; align-items: center; gap: 8px; flex-wrap: wrap; }
.danger { color: var(--bad); font-weight: 500; }
.meta { display: flex; align-items: center; margin-block-start: 4px; min-height: 32px; color: var(--muted); font-size: 12px; line-height: 16px; }
.time { position: relative; margin-inline-end: auto; font-variant-numeric: tabular-nums; }
.exact { display: none; }
.time:hover .short, article:focus-visible .short { display: none; }
.time:hover .exact, article:focus-visible .exact { display: inline; }
.tools { display: flex; margin-inline-end: -8px; }

.fill { margin-block: auto; }
.fill:empty { display: none; }
.state { display: grid; justify-items: center; gap: 12px; padding: 32px; text-align: center; color: var(--muted); text-wrap: balance; }
.state p { margin: 0; max-width: 72ch; }
.state .icon { width: 32px; height: 32px; stroke-width: 1; }
.state .plain { padding: 5px 16px; border: 1px solid var(--control); color: var(--fg); font-weight: 500; }
details { font-size: 12px; }
summary { cursor: pointer; border-radius: var(--radius); }
code { font: 12.5px/20px ui-monospace, monospace; overflow-wrap: anywhere; }
.end { margin: 0; padding: 16px; text-align: center; color: var(--muted); font-size: 12px; line-height: 16px; }
.skeleton { padding: 14px 16px 14px 32px; padding-inline: 32px 16px; border-block-end: 1px solid var(--border); animation: late 200ms step-end both; }
.skeleton i { display: block; height: 12px; margin-block: 4px; border-radius: 4px; background: color-mix(in srgb, var(--fg) 9%, transparent); animation: breathe 1.6s ease-in-out infinite; }
.skeleton i:nth-child(2) { width: 92%; }
.skeleton i:nth-child(1) { width: 48%; }
.skeleton i:nth-child(3) { width: 20%; margin-block-start: 14px; }
@keyframes late { from { opacity: 0; } }
@keyframes breathe { 50% { opacity: .5; } }

.undo { display: flex; align-items: center; gap: 4px; padding: 8px 8px 8px 16px; padding-inline: 16px 8px; border-block-start: 1px solid var(--border); flex: none; }
.undo span { flex: 1; }

.menu { position: fixed; inset: auto; margin: 0; padding: 4px; min-width: 232px; max-width: calc(100vw - 16px); color: var(--fg); background: var(--bg); border: 1px solid var(--border); border-radius: calc(var(--radius) + 2px); box-shadow: 0 4px 16px #0000001F; }
.menu p { margin: 0; padding: 8px; color: var(--muted); font-size: 12px; line-height: 16px; }
.menu button { display: flex; width: 100%; justify-content: space-between; gap: 24px; min-height: 36px; align-items: center; text-align: start; }
.menu button span { color: var(--muted); font-variant-numeric: tabular-nums; white-space: nowrap; }
.menu button:focus-visible { outline-offset: -2px; }

.toast {
    position: fixed; inset-block-end: 16px; inset-inline-end: 16px; z-index: var(--ni-z, 1000); display: flex; gap: 12px; align-items: start;
    width: min(360px, calc(100vw - 32px)); padding: 12px 8px 12px 16px; padding-inline: 16px 8px; color: var(--fg); background: var(--bg);
    border: 1px solid var(--border); border-radius: calc(var(--radius) + 2px); box-shadow: 0 4px 16px #0000001F; transition: opacity 200ms var(--ease), translate 200ms var(--ease);
}
@starting-style { .toast { opacity: 0; translate: 0 8px; } }
.toast > .icon { color: var(--accent); }
.toast div { flex: 1; min-width: 0; }
.toast .title { font-weight: 600; }
.toast .text { -webkit-line-clamp: 2; }
.toast .more { color: var(--muted); font-size: 12px; line-height: 16px; margin: 4px 0 0; }
.toast .round { margin-block-start: -6px; }

@media (pointer: coarse) {
    .round, .bell { width: 44px; height: 44px; }
    .tab, .menu button, .action, .state .plain, .undo .quiet, .notice .quiet, .header .quiet { min-height: 44px; }
    .action { padding-block: 11px; }
    .tools { margin-inline-end: -12px; }
    .waiting { min-height: 36px; border-radius: 18px; }
    .badge { inset-inline-start: 22px; inset-block-start: 3px; }
}
@media (max-width: 479px) {
    .all { min-width: 44px; justify-content: center; }
    .all .icon { display: block; }
    .all span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    .toast { inset-inline: 16px; width: auto; inset-block-end: max(16px, env(safe-area-inset-bottom)); }
}
@media (prefers-reduced-motion: reduce) {
    * { transition-property: opacity !important; }
    @starting-style { dialog:is([open], :popover-open), .toast { translate: 0; } }
    .skeleton i { animation: none; }
}
@media (forced-colors: active) {
    .dot, .badge { forced-color-adjust: none; background: Highlight; color: HighlightText; }
    .tab[aria-selected=true]::after { background: Highlight; }
}
`;

let sheet: CSSStyleSheet | undefined;

/** One for all elements of a page. Adopted, because a page's Content-Security-Policy may forbid style elements. */
export function styles(): CSSStyleSheet {
    if (!sheet) {
        sheet = new CSSStyleSheet();
        sheet.replaceSync(css);
    }
    return sheet;
}
