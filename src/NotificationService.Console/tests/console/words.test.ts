import { describe, expect, test } from "vitest";
import { english } from "../../src/console/words/en.ts";
import { age, duration, exactly } from "../../src/console/words/formats.ts";
import { french } from "../../src/console/words/fr.ts";
import { fill, type Phrase } from "../../src/console/words/phrase.ts";
import "../../src/console/words/more.ts";

const forms = (phrase: Phrase): string[] => (typeof phrase === "string" ? [phrase] : Object.values(phrase));
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

describe("Words", () => {
    test("have the same gaps in both languages, in every plural", () => {
        for (const [word, phrase] of Object.entries(english)) {
            // One of something needs no figure.
            const gaps = (form: string) => [...new Set(holes(form))].filter((gap) => gap !== "count" || typeof phrase === "string").sort();
            const wanted = gaps(forms(phrase).at(-1)!);
            for (const form of [...forms(phrase), ...forms(french[word as keyof typeof french])]) expect({ word, gaps: gaps(form) }).toEqual({ word, gaps: wanted });
        }
    });

    test("of French have plurals wherever those of English do", () => {
        for (const [word, phrase] of Object.entries(english)) expect({ word, plural: typeof french[word as keyof typeof french] }).toEqual({ word, plural: typeof phrase });
    });

    test("follow the voice: no exclamation marks, no oops", () => {
        for (const phrase of [...Object.values(english), ...Object.values(french)]) for (const form of forms(phrase)) expect(form).not.toMatch(/!|oops/i);
    });

    test("take the plural of the language: nothing is one in French, and many in English", () => {
        const phrase = { one: "{count} row", other: "{count} rows" };
        expect(fill(phrase, { count: 0 }, "en")).toBe("0 rows");
        expect(fill(phrase, { count: 0 }, "fr")).toBe("0 row");
        expect(fill(phrase, { count: 48210 }, "fr")).toBe("48\u202f210 rows");
    });

    test("leave a gap that nothing fills as it is, and fill nothing twice", () => {
        expect(fill("{a} and {b}", { a: "{b}" }, "en")).toBe("{b} and {b}");
        expect(fill("{a}", { a: "{a}" }, "en")).toBe("{a}");
    });
});

describe("Times", () => {
    const now = Date.parse("2026-11-23T12:00:00Z");
    test.each([
        ["2026-11-23T11:59:59.5Z", "now"],
        ["2026-11-23T11:59:18Z", "42 sec. ago"],
        ["2026-11-23T09:00:00Z", "3 hr. ago"],
        ["2026-11-23T14:00:00Z", "in 2 hr."],
    ])("within a day are ages: %s is %s", (at, text) => expect(age(at, "en-US", now)).toBe(text));

    test("before that are dates, with the year where it is another", () => {
        expect(age("2026-11-03T12:00:00Z", "en-GB", now)).toBe("3 Nov");
        expect(age("2025-11-03T12:00:00Z", "en-GB", now)).toBe("3 Nov 2025");
        expect(age("2026-11-03T12:00:00Z", "fr", now)).toBe("3 nov.");
    });

    test("are exact with their zone", () => expect(exactly("2026-11-23T12:00:00Z", "en-GB", "UTC")).toBe("23 Nov 2026, 12:00:00 UTC"));

    test.each([
        [840, "840 ms"],
        [2_100, "2.1 secs"],
        [240_000, "4 mins"],
        [12_600_000, "3.5 hrs"],
        [432_000_000, "5 days"],
    ])("that something took: %s is %s", (milliseconds, text) => expect(duration(milliseconds, "en-GB")).toBe(text));
});
