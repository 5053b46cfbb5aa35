/** A message of an event stream. One without data moves only the id. */
export interface Message {
    event: string;
    data: string;
    /** The id that stands from here on; undefined while the stream has had none. */
    id: string | undefined;
}

const longestMessage = 1 << 20;

/** Reads `text/event-stream` as the HTML standard has it, from text that comes in pieces. */
export class EventParser {
    /** Milliseconds, when the server said how long to wait before connecting again. */
    retry: number | undefined;

    private readonly onMessage: (message: Message) => void;
    private rest = "";
    private isFirst = true;
    private event = "";
    private data: string[] = [];
    private size = 0;
    private id: string | undefined;
    private hasId = false;

    constructor(onMessage: (message: Message) => void) {
        this.onMessage = onMessage;
    }

    push(text: string): void {
        if (this.isFirst && text.length > 0) {
            this.isFirst = false;
            if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
        }
        this.rest += text;
        let start = 0;
        for (let i = 0; i < this.rest.length; i++) {
            const character = this.rest.charCodeAt(i);
            if (character !== 10 && character !== 13) continue;
            // A carriage return at the end may be the first half of a line's end.
            if (character === 13 && i === this.rest.length - 1) break;
            this.line(this.rest.slice(start, i));
            if (character === 13 && this.rest.charCodeAt(i + 1) === 10) i++;
            start = i + 1;
        }
        this.rest = this.rest.slice(start);
        if (this.rest.length + this.size > longestMessage) throw new RangeError("A message of the stream is too long.");
    }

    private line(line: string): void {
        if (line === "") return this.dispatch();
        const colon = line.indexOf(":");
        if (colon === 0) return;
        const field = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? "" : line.slice(line.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1);
        if (field === "data") {
            this.data.push(value);
            this.size += value.length;
        } else if (field === "event") this.event = value;
        else if (field === "id" && !value.includes("\0")) {
            this.id = value;
            this.hasId = true;
        } else if (field === "retry" && /^\d+$/.test(value)) this.retry = Number(value);
    }

    private dispatch(): void {
        if (this.data.length > 0 || this.hasId) this.onMessage({ event: this.event || "message", data: this.data.join("\n"), id: this.id });
        this.event = "";
        this.data = [];
        this.size = 0;
        this.hasId = false;
    }
}
