import { describe, expect, test } from "vitest";
import { snoozeTimes } from "../../src/inbox/snooze.ts";
import { Words } from "../../src/inbox/words.ts";

const now = Date.UTC(2026, 10, 23, 12);
const minute = 60_000;

describe("The words", () => {
    test.each([
        ["en", 1, "1 new notification"],
        ["en", 2, "2 new notifications"],
        ["fr", 0, "0 nouvelle notification"],
        ["fr", 1, "1 nouvelle notification"],
        ["fr-CA", 2, "2 nouvelles notifications"],
    ])("follow the plural of %s for %i", (locale, count, text) => expect(new Words(locale, undefined).say("arrived", { count })).toBe(text));

    test("are English, times too, where there are none of the language asked for", () => {
        for (const locale of ["de", "not a locale", "", undefined]) {
            expect(new Words(locale, undefined).say("archive")).toBe("Archive");
            expect(new Words(locale, undefined).when(now - 5 * minute, now)).toBe("5 min. ago");
        }
    });

    test("may be the page's own, in a language of its own, with its plurals", () => {
        const words = new Words("pl", { arrived: { one: "{count} nowe", few: "{count} nowe powiadomienia", other: "{count} nowych powiadomień" } });

        expect([1, 3, 5].map((count) => words.say("arrived", { count }))).toEqual(["1 nowe", "3 nowe powiadomienia", "5 nowych powiadomień"]);
        expect(words.locale).toBe("pl");
    });

    test("say the age of what is younger than a day, else the date", () => {
        const english = new Words("en", undefined);
        const french = new Words("fr", undefined);

        expect([-5, 0, 1, 59, 60, 23 * 60].map((age) => english.when(now - age * minute, now))).toEqual(["now", "now", "1 min. ago", "59 min. ago", "1 hr. ago", "23 hr. ago"]);
        expect(english.when(now - 3 * 24 * 60 * minute, now)).toBe("Nov 20");
        expect(english.when(now - 400 * 24 * 60 * minute, now)).toBe("Oct 19, 2025");
        expect(french.when(now - 5 * minute, now)).toBe("il y a 5\u00a0min");
        expect(french.when(now - 3 * 24 * 60 * minute, now)).toBe("20 nov.");
    });

    test("count to 99", () => expect([0, 7, 99, 100].map((count) => new Words("en", undefined).count(count))).toEqual(["0", "7", "99", "99+"]));
});

describe("Times to snooze until", () => {
    const at = (...when: [number, number, number, number]) => snoozeTimes(new Date(...when)).map(({ key, until }) => [key, until.getDay(), until.getHours()]);

    test("are this evening, tomorrow and next Monday", () => expect(at(2026, 10, 25, 10)).toEqual([["snoozeHour", 3, 11], ["snoozeEvening", 3, 18], ["snoozeTomorrow", 4, 9], ["snoozeWeek", 1, 9]]));
    test("leave out an evening that has begun", () => expect(at(2026, 10, 25, 20).map(([key]) => key)).toEqual(["snoozeHour", "snoozeTomorrow", "snoozeWeek"]));
    test("take Monday of the week after on a Sunday, when tomorrow is Monday", () => {
        const week = snoozeTimes(new Date(2026, 10, 29, 10)).at(-1)!.until;
        expect([week.getDate(), week.getDay()]).toEqual([7, 1]);
    });
});
