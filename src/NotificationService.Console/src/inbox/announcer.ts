import { h } from "./dom.ts";
import type { Words } from "./words.ts";

const gather = 3_000;

class Voice {
    readonly status = h("div", { role: "status", class: "sr" });
    readonly alert = h("div", { role: "alert", class: "sr" });
}

/** Speaks to those who do not see: arrivals together, what somebody did at once, and only what is critical interrupts. */
export class Announcer {
    private readonly outside = new Voice();
    private readonly inside = new Voice();
    private readonly words: () => Words;
    private readonly isModal: () => boolean;
    private arrived = 0;
    private timer: ReturnType<typeof setTimeout> | undefined;

    /** Two voices: a modal dialog silences what is outside of it. */
    constructor(words: () => Words, outside: Node, inside: Node, isModal: () => boolean) {
        this.words = words;
        this.isModal = isModal;
        for (const [voice, place] of [[this.outside, outside], [this.inside, inside]] as const) for (const node of [voice.status, voice.alert]) place.appendChild(node);
    }

    arrive(title: string, isCritical: boolean): void {
        if (isCritical) return void (this.voice.alert.textContent = title);
        this.arrived++;
        this.timer ??= setTimeout(() => {
            this.timer = undefined;
            this.say(this.words().say("arrived", { count: this.arrived }));
            this.arrived = 0;
        }, gather);
    }

    say(text: string): void {
        const { status } = this.voice;
        // The same text twice is heard twice.
        status.textContent = status.textContent === text ? `${text}\u00a0` : text;
    }

    stop(): void {
        clearTimeout(this.timer);
        this.timer = undefined;
        this.arrived = 0;
    }

    private get voice(): Voice {
        return this.isModal() ? this.inside : this.outside;
    }
}
