import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { mailDocument } from "../../src/console/look/mail.ts";
import { causesOf, type DeadLetter } from "../../src/console/overview/queries.ts";
import { emptyForm, readMore, requestOf, variablesOf } from "../../src/console/send/request.ts";
import { snippetOf } from "../../src/console/send/snippets.ts";

describe("What the form makes", () => {
    test("leaves out what is empty, and keeps the table's order of channels", () => {
        const form = { ...emptyForm, template: "welcome", channels: ["sms", "email"], recipient: { ...emptyForm.recipient, email: " ann@example.com ", name: " " }, data: { name: "Ann", other: "" } };
        expect(requestOf(form)).toEqual({ template: "welcome", channels: ["email", "sms"], recipient: { email: "ann@example.com" }, data: { name: "Ann" } });
    });

    test("takes further data, over which the fields win", () => expect(requestOf({ ...emptyForm, more: '{"items":[1],"name":"x"}', data: { name: "Ann" } }).data).toEqual({ items: [1], name: "Ann" }));

    test.each(["[1]", "null", "{", "7"])("knows no data in %s", (text) => expect(readMore(text)).toBeUndefined());

    test("asks for the variables of the channels that were chosen, each once, and for none of the recipient's", () => {
        const variables = { email: ["orderId", "recipient.name", "link"], sms: ["orderId", 7], push: "orderId" };
        expect(variablesOf(variables, [])).toEqual(["orderId", "link"]);
        expect(variablesOf(variables, ["sms"])).toEqual(["orderId"]);
        expect(variablesOf(null, [])).toEqual([]);
    });
});

describe("The same from a program", () => {
    const request = { template: "o'clock", recipient: { name: `O'Neil "the" $HOME \`id\` \\` }, data: { quotes: '"""' } };

    test("is what curl sends, whatever the texts have in them", () => {
        const shell = snippetOf("curl", request, "http://localhost:1").replace("curl -s", "show");
        const shown = spawnSync("bash", ["-c", `show() { printf '%s' "\${@: -1}"; }; uuidgen() { echo 1; }; TOKEN=t; ${shell}`], { encoding: "utf8" });
        expect(JSON.parse(shown.stdout)).toEqual(request);
    });

    test("is what the TypeScript sends", async () => {
        let sent: unknown;
        const run = new Function("fetch", "token", "crypto", `return (async () => { ${snippetOf("typescript", request, "http://localhost:1")} })()`);
        await run(
            async (_: string, init: RequestInit) => {
                sent = JSON.parse(init.body as string);
                return { ok: true };
            },
            "t",
            { randomUUID: () => "1" },
        );
        expect(sent).toEqual(request);
    });

    test("has more quotes around it in C# than there are in it", () => {
        const code = snippetOf("csharp", request, "http://localhost:1");
        const longest = Math.max(...[...JSON.stringify(request, null, 2).matchAll(/"+/g)].map((match) => match[0].length));
        const around = /StringContent\(("+)\n/.exec(code)![1]!.length;
        expect(around).toBeGreaterThan(longest);
        expect(around).toBeGreaterThanOrEqual(3);
    });
});

describe("A mail in its frame", () => {
    const frame = (html: string) => new DOMParser().parseFromString(mailDocument(html, "n0nce"), "text/html");

    test("keeps its looks by rules that carry the nonce", () => {
        const made = frame('<style>p{color:red}</style><p style="color:blue" title="a style=b">Hello</p>');
        expect(made.querySelector("p")?.getAttribute("style")).toBeNull();
        expect(made.querySelector("p")?.getAttribute("title")).toBe("a style=b");
        expect([...made.querySelectorAll("style")].every((sheet) => sheet.getAttribute("nonce") === "n0nce")).toBe(true);
        expect(mailDocument('<p style="color:blue">x</p>', "n")).toContain('[data-s="0"]{color:blue}');
    });

    test.each([`<p style='color:blue'>x</p>`, "<p style=color:blue>x</p>", '<p class="a"style="color:blue">x</p>', '<p STYLE = "color:blue">x</p>'])("finds a style however it is written: %s", (html) => expect(mailDocument(html, "n")).toContain("{color:blue}"));

    test.each(["<script>1</script>", '<img src=x onerror="1">', "<iframe src=x></iframe>", '<meta http-equiv="refresh" content="0;url=//evil">', '<base href="//evil">', "<form action=//evil><button></form>", '<link rel=stylesheet href="//evil">', "<svg onload=1></svg>"])("has nothing in it that acts: %s", (html) => {
        const made = frame(`<p>Hello</p>${html}`);
        expect(made.querySelector("script,iframe,meta,base,form,link[rel=stylesheet]")).toBeNull();
        expect([...made.querySelectorAll("*")].flatMap((element) => [...element.attributes].filter((attribute) => attribute.name.startsWith("on")))).toEqual([]);
    });

    test("takes no style that would end its rule and begin another's", () => expect(mailDocument('<p style="color:red}body{display:none">x</p>', "n")).not.toContain("display:none"));
});

describe("Dead letters", () => {
    const letter = (id: string, code: string, of: Partial<DeadLetter> = {}): DeadLetter => ({ id, notificationId: id, channel: "email", priority: "normal", attempts: 1, ambiguous: false, live: true, failure: { kind: "permanent", code, message: code }, failedAt: `2026-11-23T09:00:0${id}Z`, ...of });

    test("are grouped by cause and channel, the most frequent first, with their latest", () => {
        const causes = causesOf([letter("1", "a"), letter("2", "b"), letter("3", "b", { ambiguous: true }), letter("4", "b", { channel: "sms" })]);
        expect(causes.map(({ code, channel, items }) => [code, channel, items.length])).toEqual([
            ["b", "email", 2],
            ["a", "email", 1],
            ["b", "sms", 1],
        ]);
        expect(causes[0]).toMatchObject({ ambiguous: true, latest: "2026-11-23T09:00:03Z" });
    });
});
