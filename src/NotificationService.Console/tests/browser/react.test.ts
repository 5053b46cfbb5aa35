import { build } from "vite";
import { expect, test } from "vitest";
import type { NotificationInboxElement } from "../../src/inbox/index.ts";
import { TestService, tokenOf } from "../service.ts";
import { launch, serve } from "./page.ts";

const app = `
import { createElement, StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { NotificationInbox } from "@notification-service/inbox/react";

function App() {
    const [count, setCount] = useState(0);
    const [locale, setLocale] = useState("en");
    return createElement("div", {}, createElement("output", {}, String(count)), createElement("button", { id: "french", onClick: () => setLocale("fr") }, "French"),
        createElement(NotificationInbox, { locale, tokenProvider: async () => ${JSON.stringify(tokenOf("ann"))}, onCount: (event) => setCount(event.detail.unread), onOpen: (event) => locale === "fr" && event.preventDefault() }));
}
createRoot(document.querySelector("main")).render(createElement(StrictMode, {}, createElement(App)));
`;

test("The React component passes on properties and events of the built package, and begins once for every rendering", async () => {
    const bundled = await build({
        configFile: false, logLevel: "silent", root: new URL("../..", import.meta.url).pathname, define: { "process.env.NODE_ENV": '"development"' },
        plugins: [{ name: "app", resolveId: (id) => (id === "app.js" ? "\0app.js" : undefined), load: (id) => (id === "\0app.js" ? app : undefined) }],
        build: { write: false, rolldownOptions: { input: "app.js" } },
    });
    const code = (bundled as unknown as { output: { code: string }[] }).output[0]!.code;
    const service = await new TestService().start();
    service.add({}, true);
    serve(service);
    service.files.set("/", { type: "text/html", body: '<!doctype html><html lang="en"><title>App</title><main></main><script type="module" src="/app.js"></script>' });
    service.files.set("/app.js", { type: "text/javascript", body: code });
    const browser = await launch();
    const page = await browser.newPage();
    try {
        await page.goto(service.url);
        await expect.poll(() => page.locator("output").textContent()).toBe("1");
        await page.getByRole("button", { name: "Notifications, 1 unread" }).click();
        await page.locator("article").waitFor();
        await page.keyboard.press("Escape");
        service.add();
        await expect.poll(() => page.locator("output").textContent()).toBe("2");
        await page.locator("#french").click();
        await page.getByRole("button", { name: "Notifications, 2 non lues" }).click();
        expect(await page.locator("dialog").isVisible()).toBe(false);
        expect(service.streams.size).toBe(1);
        expect(await page.evaluate(() => (document.querySelector("notification-inbox") as NotificationInboxElement).inbox!.connection)).toBe("live");
    } finally {
        await browser.close();
        await service.stop();
    }
});
