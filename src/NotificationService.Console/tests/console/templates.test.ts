import { describe, expect, test } from "vitest";
import { exampleData, faultOf, fieldsOf, readContents, withField } from "../../src/console/templates/contents.ts";

describe("Contents of a template", () => {
    test("are read whatever the service gives, and what the editor does not know is kept", () => {
        expect(readContents(null)).toEqual({});
        expect(readContents({ email: { en: { subject: "a", data: { x: "y" } }, fr: "no" }, sms: [] })).toEqual({ email: { en: { subject: "a", data: { x: "y" } } } });
    });

    test("are changed in one field of one language, and an empty field is none", () => {
        const contents = { email: { en: { subject: "a", html: "b" }, fr: { subject: "c" } } };
        expect(withField(contents, "email", "en", "html", "")).toEqual({ email: { en: { subject: "a" }, fr: { subject: "c" } } });
        expect(withField(contents, "sms", "en", "text", "d").sms).toEqual({ en: { text: "d" } });
        expect(contents.email.en.html).toBe("b");
    });

    test("of WhatsApp name an approved template, or have a text", () => {
        expect(fieldsOf("whatsapp", { templateName: "x" }).map((field) => field.name)).toEqual(["templateName", "languageCode"]);
        expect(fieldsOf("whatsapp", {}).map((field) => field.name)).toEqual(["text"]);
    });
});

test("A mistake is found in its line and column, and a sentence without them is of the whole text", () => {
    expect(faultOf("3:6: The block 'if' has no end.\n{{#if a}}\n     ^")).toEqual({ line: 3, column: 6, reason: "The block 'if' has no end." });
    expect(faultOf("The text is too long.")).toEqual({ reason: "The text is too long." });
});

test("Each variable is filled with its own name, within what it belongs to", () => {
    expect(exampleData({ email: ["orderId", "user.name", "recipient.name"], sms: ["orderId", "__proto__.x"], schema: { type: "object" } })).toEqual({ orderId: "orderId", user: { name: "name" } });
    expect(exampleData("no")).toEqual({});
});
