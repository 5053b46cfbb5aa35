/** What a template says: by channel, then by locale, then by field. What the editor does not know is kept as it is. */
export type Contents = Record<string, Record<string, Record<string, unknown>>>;

const isObject = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === "object" && !Array.isArray(value);

/** As the service gave it; what has another shape is left out. */
export function readContents(value: unknown): Contents {
    if (!isObject(value)) return {};
    return Object.fromEntries(
        Object.entries(value).flatMap(([channel, locales]) => {
            if (!isObject(locales)) return [];
            return [[channel, Object.fromEntries(Object.entries(locales).filter((entry): entry is [string, Record<string, unknown>] => isObject(entry[1])))]];
        }),
    );
}

export interface Field {
    name: string;
    /** Of several lines. */
    long: boolean;
}

const line = (name: string): Field => ({ name, long: false });
const text = (name: string): Field => ({ name, long: true });
const written: Record<string, readonly Field[]> = {
    email: [line("subject"), text("html"), text("text")],
    sms: [text("text")],
    push: [line("title"), text("body"), line("actionUrl")],
    whatsapp: [text("text")],
    in_app: [line("title"), text("body"), line("actionUrl")],
};

/** What may be written for a channel; WhatsApp's approved templates are named instead. */
export function fieldsOf(channel: string, content: Record<string, unknown>): readonly Field[] {
    if (channel === "whatsapp" && "templateName" in content) return [line("templateName"), line("languageCode")];
    return written[channel] ?? [];
}

/** The contents with one field of one locale changed. An empty field is none. */
export function withField(contents: Contents, channel: string, locale: string, field: string, value: string): Contents {
    const { [field]: _, ...rest } = contents[channel]?.[locale] ?? {};
    return { ...contents, [channel]: { ...contents[channel], [locale]: value === "" ? rest : { ...rest, [field]: value } } };
}

/** What a channel begins with. */
export function starter(channel: string, name: string): Record<string, unknown> {
    if (channel === "email") return { subject: name, html: `<p>${name.replace(/[<>&{}]/g, "")}</p>` };
    if (channel === "push" || channel === "in_app") return { title: name, body: name };
    return { text: name };
}

export interface Fault {
    /** From 1; absent: of the text as a whole. */
    line?: number;
    column?: number;
    reason: string;
}

/** Where the service found a mistake: its sentence begins with line and column, and may end with a picture of the place. */
export function faultOf(message: string): Fault {
    const place = /^(\d+):(\d+): ([^\n]*)/.exec(message);
    return place === null ? { reason: message } : { line: Number(place[1]), column: Number(place[2]), reason: place[3] as string };
}

/** Data that fills every variable with its own name, so that a preview shows where it stands. */
export function exampleData(variables: unknown): Record<string, unknown> {
    const data: Record<string, unknown> = {};
    if (!isObject(variables)) return data;
    for (const [channel, names] of Object.entries(variables)) {
        if (channel === "schema" || !Array.isArray(names)) continue;
        for (const name of names) {
            if (typeof name !== "string") continue;
            const parts = name.split(".");
            if (parts[0] === "recipient" || parts[0] === "brand" || parts.some((part) => part === "__proto__")) continue;
            let at = data;
            for (const part of parts.slice(0, -1)) {
                const next = at[part];
                const within = isObject(next) ? next : {};
                at[part] = within;
                at = within;
            }
            const last = parts.at(-1) as string;
            if (at[last] === undefined) at[last] = last;
        }
    }
    return data;
}
