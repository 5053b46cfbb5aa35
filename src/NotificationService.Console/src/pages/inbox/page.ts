import "./page.css";
import type { NotificationInboxElement } from "../../inbox/index.ts";
import { choose, type Language, language, offer, speak } from "../language.ts";
import { type Credentials, Refusal, Session } from "./session.ts";
import { type Texts, texts } from "./words.ts";

const session = new Session();
const form = find<HTMLFormElement>("#sign-in");
const problem = find(".problem");
const who = find(".who");
const signOut = find<HTMLButtonElement>("#sign-out");
const switcher = find<HTMLButtonElement>("#language");
const inbox = find<NotificationInboxElement>("notification-inbox");
let spoken: Language = language();
let said: keyof Texts | undefined;
let unread = 0;

function find<E extends HTMLElement>(selector: string): E {
    return document.querySelector<E>(selector)!;
}

function draw(): void {
    const words = texts[spoken];
    const other = spoken === "en" ? "fr" : "en";
    speak(spoken, words);
    offer(switcher, other);
    inbox.setAttribute("locale", spoken);
    problem.hidden = said === undefined;
    problem.textContent = said === undefined ? "" : words[said];
    who.textContent = session.person ? (session.person.name ?? session.person.email) : "";
    who.hidden = who.textContent === "";
    document.title = unread > 0 ? `(${unread}) ${words.inbox}` : words.inbox;
}

function say(text: keyof Texts | undefined): void {
    said = text;
    draw();
}

function show(): void {
    form.hidden = true;
    form.reset();
    for (const more of form.querySelectorAll<HTMLElement>("[data-more]")) more.hidden = true;
    inbox.hidden = signOut.hidden = false;
    // A provider of its own for each sign-in: the element asks anew, and takes nobody for somebody else.
    inbox.tokenProvider = () => session.token();
    say(undefined);
}

function ask(text?: keyof Texts): void {
    inbox.tokenProvider = undefined;
    inbox.hidden = signOut.hidden = true;
    unread = 0;
    form.hidden = false;
    say(text);
    form.querySelector<HTMLInputElement>("input[name=email]")!.focus();
}

/** Shows a field that was not asked for before. */
function more(name: "tenant" | "code", text: keyof Texts): void {
    const label = form.querySelector<HTMLElement>(`[data-more=${name}]`)!;
    const wasShown = !label.hidden;
    label.hidden = false;
    say(name === "code" && wasShown ? "codeWrong" : text);
    const input = label.querySelector("input")!;
    input.value = "";
    input.focus();
}

function refused(error: unknown): void {
    if (!(error instanceof Refusal)) say("noConnection");
    else if (error.code === "tenant_required") more("tenant", "tenantRequired");
    else if (error.code === "totp_required") more("code", "codeRequired");
    else if (error.status === 401) {
        // An address that stands in many tenants needs the key of one.
        form.querySelector<HTMLElement>("[data-more=tenant]")!.hidden = false;
        say("refused");
    } else say(error.status === 429 ? "tooMany" : "failed");
}

form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const fields = new FormData(form);
    const value = (name: string) => String(fields.get(name) ?? "").trim();
    const credentials: Credentials = { email: value("email"), password: String(fields.get("password")) };
    for (const name of ["email", "password"] as const) form.querySelector(`[name=${name}]`)!.setAttribute("aria-invalid", credentials[name] ? "false" : "true");
    if (!credentials.email || !credentials.password) return say("missing");
    for (const name of ["tenant", "code"] as const) if (value(name)) credentials[name] = value(name);
    const button = form.querySelector<HTMLButtonElement>("button")!;
    button.disabled = true;
    try {
        await session.signIn(credentials);
        show();
    } catch (error) {
        refused(error);
    } finally {
        button.disabled = false;
    }
});

switcher.addEventListener("click", () => {
    spoken = spoken === "en" ? "fr" : "en";
    choose(spoken);
    draw();
});
signOut.addEventListener("click", () => {
    const ending = session.signOut();
    ask();
    // Without a connection the cookie stays; what goes with it does not, and it ends by itself.
    ending.catch(() => undefined);
});
session.onEnd(() => {
    session.forget();
    ask();
});
inbox.addEventListener("ni-count", (event) => {
    unread = (event as CustomEvent<{ unread: number }>).detail.unread;
    draw();
});
inbox.addEventListener("ni-auth", () => {
    session.forget();
    ask("ended");
});

draw();
if (!session.mayGoOn) ask();
else {
    try {
        await session.resume();
        show();
    } catch (error) {
        if (error instanceof Refusal) ask("ended");
        else show();
    }
}
