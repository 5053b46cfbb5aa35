import { answer, TestService, tokenOf } from "./service.ts";
import type { Item } from "../src/inbox/item.ts";

const minutes = (count: number) => new Date(Date.now() - count * 60_000).toISOString();

const samples: Partial<Item>[] = [
    { title: "Welcome to Maple Court", body: "Your account is ready. Add a phone number to hear of urgent repairs by text message.", createdAt: minutes(60 * 24 * 40), status: "read", seen: true },
    { title: "Rent for November received", body: "1,240.00 € on 3 November. Thank you.", category: "billing", createdAt: minutes(60 * 24 * 19), status: "read", seen: true, actionUrl: "/pages/receipt" },
    { title: "Bienvenue à la réunion des copropriétaires", body: "Le 14 décembre à 18 h 30, salle du rez-de-chaussée. L’ordre du jour est joint.", createdAt: minutes(60 * 24 * 3), status: "read", seen: true },
    { title: "تم تأكيد موعد الصيانة", body: "سيصل الفني غدًا بين الساعة 9 و11 صباحًا.", createdAt: minutes(60 * 26), seen: true },
    { title: "A parcel for you at the reception, from a sender whose name is sixty letters", body: "It is kept for seven days. Bring an identity card or a signed authorisation; the reception is open from 8 to 20 on weekdays and from 9 to 13 on Saturdays.", createdAt: minutes(60 * 5), seen: true, actionUrl: "/pages/parcel" },
    { title: "Ticket 1041: the plumber comes on Tuesday", body: "Between 10 and 12. Does that suit you?", category: "tickets", createdAt: minutes(47), actionUrl: "/pages/ticket", actions: [{ label: "That suits me", url: "/pages/yes" }, { label: "Another time", url: "/pages/no" }] },
    { title: "Water is turned off at 14:00", body: "In buildings 3 to 7, for about two hours, because of a burst pipe.", priority: "critical", createdAt: minutes(3) },
];

/** A service in memory with something in it; `POST /demo/send` adds more, `/demo/drop` breaks the streams. */
export function demoService(more = 80): TestService {
    const service = new TestService();
    service.retry = 2_000;
    for (let number = more; number > 0; number--) service.add({ title: `Ticket ${900 + more - number} was closed`, body: "Nothing is left to do.", category: "tickets", status: "read", seen: true, createdAt: minutes(60 * 24 * (40 + number)) }, true);
    for (const sample of samples) service.add(sample, true);
    let sent = 0;
    service.intercept = (_, response, path) => {
        if (path === "/demo/token") answer(response, 200, { token: tokenOf("ann") });
        else if (path === "/demo/send") {
            const item = [
                { title: "Ticket 1042: your answer is needed", body: "Which of the two windows does not close?", actionUrl: "/pages/ticket" },
                { title: "Invoice 2026-118 is ready", body: "86.40 €, due on 15 December.", actions: [{ label: "Pay", url: "/pages/pay" }] },
                { title: "The lift works again", body: null },
            ][sent++ % 3]!;
            answer(response, 200, service.add({ ...item, createdAt: new Date().toISOString() }));
        } else if (path === "/demo/drop") {
            service.dropStreams();
            answer(response, 200, {});
        } else return false;
        return true;
    };
    return service;
}
