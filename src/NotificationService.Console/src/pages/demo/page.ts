import "./page.css";
import type { NotificationInboxElement } from "../../inbox/index.ts";
import { choose, type Language, language, offer, speak } from "../language.ts";
import { notification, personToken, Refused, send } from "./backend.ts";
import { texts } from "./words.ts";

const form = document.querySelector("form")!;
const template = form.querySelector("select")!;
const button = form.querySelector("button")!;
const result = document.querySelector<HTMLElement>(".result")!;
const problem = document.querySelector<HTMLElement>(".problem")!;
const switcher = document.querySelector<HTMLButtonElement>("#language")!;
const inbox = document.querySelector<NotificationInboxElement>("notification-inbox")!;
const underWay = new Map<string, { began: number; accepted: number }>();
/** What came before the answer to its send did. */
const early = new Map<string, number>();
let spoken: Language = language();
let count = 1;

function draw(): void {
    speak(spoken, texts[spoken]);
    document.title = texts[spoken].title;
    const other = spoken === "en" ? "fr" : "en";
    offer(switcher, other);
    document.querySelector("#request")!.textContent = `POST ${location.origin}/api/v1/services/notifications/send\n\n${JSON.stringify(notification(template.value, spoken, count), null, 2)}`;
    document.querySelector("#lines")!.textContent = [
        `<script type="module" src="${location.origin}/inbox/notification-inbox.js"></script>`,
        `<notification-inbox src="${location.origin}"></notification-inbox>`,
        `<script type="module">`,
        `    document.querySelector("notification-inbox").tokenProvider =`,
        `        async () => (await (await fetch("/notification-token")).json()).accessToken;`,
        `</script>`,
    ].join("\n");
}

function filled(text: string, values: Record<string, string | number>): string {
    return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

function explain(error: unknown): void {
    const words = texts[spoken];
    problem.hidden = false;
    problem.textContent = !(error instanceof Refused) ? words.noConnection : error.status === 401 ? words.noDemo : filled(words.failed, { status: error.status, detail: error.message });
}

function arrived(id: string, at: number): void {
    const one = underWay.get(id);
    if (!one) return;
    underWay.delete(id);
    result.textContent = filled(texts[spoken].arrived, { accepted: Math.round(one.accepted - one.began), milliseconds: Math.round(at - one.began) });
}

form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    button.disabled = true;
    const began = performance.now();
    try {
        const id = await send(notification(template.value, spoken, count++));
        const accepted = performance.now();
        underWay.set(id, { began, accepted });
        result.textContent = filled(texts[spoken].sent, { milliseconds: Math.round(accepted - began) });
        const at = early.get(id);
        if (at !== undefined) arrived(id, at);
        early.clear();
    } catch (error) {
        explain(error);
    } finally {
        button.disabled = false;
        draw();
    }
});
template.addEventListener("change", draw);
switcher.addEventListener("click", () => {
    spoken = spoken === "en" ? "fr" : "en";
    choose(spoken);
    draw();
});
inbox.addEventListener("ni-arrive", (event) => {
    const { id } = (event as CustomEvent<{ item: { id: string } }>).detail.item;
    if (underWay.has(id)) arrived(id, performance.now());
    else early.set(id, performance.now());
});
inbox.tokenProvider = async () => {
    try {
        return await personToken();
    } catch (error) {
        explain(error);
        // Not "signed out" but tried again, as long as the service may come back.
        throw error instanceof Refused && error.status >= 500 ? new TypeError(error.message, { cause: error }) : error;
    }
};

draw();
