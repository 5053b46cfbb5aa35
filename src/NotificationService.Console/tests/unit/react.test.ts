import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { expect, test } from "vitest";
import { NotificationInbox } from "../../src/inbox/react.tsx";

test("The React component is rendered on a server, without the token provider", () => {
    const html = renderToString(createElement(NotificationInbox, { tokenProvider: () => "secret", src: "https://notify.example.com", locale: "fr" }, createElement("span", { slot: "bell" }, "Bell")));

    expect(html).toBe('<notification-inbox src="https://notify.example.com" locale="fr"><span slot="bell">Bell</span></notification-inbox>');
});
