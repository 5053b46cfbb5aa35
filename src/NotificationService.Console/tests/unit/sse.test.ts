import { describe, expect, test } from "vitest";
import { EventParser, type Message } from "../../src/inbox/sse.ts";

function parse(...parts: string[]): { messages: Message[]; retry: number | undefined } {
    const messages: Message[] = [];
    const parser = new EventParser((message) => messages.push(message));
    for (const part of parts) parser.push(part);
    return { messages, retry: parser.retry };
}

describe("The parser of event streams", () => {
    test("reads event, data and id", () => {
        expect(parse("event: a\nid: 1\ndata: x\n\n").messages).toEqual([{ event: "a", id: "1", data: "x" }]);
    });

    test("joins lines of data, and takes one space only", () => {
        expect(parse("data:  a\ndata:b\ndata\n\n").messages).toEqual([{ event: "message", id: undefined, data: " a\nb\n" }]);
    });

    test.each(["\n", "\r", "\r\n"])("takes %j as the end of a line, wherever the stream is cut", (end) => {
        const text = ["event: a", "id: 1", "data: x", "", "data: y", "", ""].join(end) + ": end" + end;
        for (let cut = 0; cut <= text.length; cut++) {
            expect(parse(text.slice(0, cut), text.slice(cut)).messages, `cut at ${cut}`).toEqual([
                { event: "a", id: "1", data: "x" },
                { event: "message", id: "1", data: "y" },
            ]);
        }
    });

    test("passes over comments, unknown fields and a byte order mark", () => {
        expect(parse("\ufeff: here\n\nother: 1\ndata: x\n\n").messages).toEqual([{ event: "message", id: undefined, data: "x" }]);
    });

    test("hands on an id that comes without data", () => {
        expect(parse("id: 7\n\n").messages).toEqual([{ event: "message", id: "7", data: "" }]);
    });

    test("remembers how long to wait, when it is a number", () => {
        expect(parse("retry: 250\nretry: soon\n\n")).toEqual({ messages: [], retry: 250 });
    });

    test("drops what was not finished", () => {
        expect(parse("data: x\n").messages).toEqual([]);
    });

    test("does not gather a message without end", () => {
        expect(() => parse(...Array.from({ length: 20 }, () => `data: ${"x".repeat(100_000)}\n`))).toThrow(RangeError);
    });
});
