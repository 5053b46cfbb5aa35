import type { Translate, Word } from "../words/index.ts";

const fieldWords: Record<string, Word> = {
    "recipient.userId": "userId",
    "recipient.name": "name",
    "recipient.email": "email",
    "recipient.phone": "phone",
    "recipient.whatsapp": "whatsapp",
    "recipient.locale": "locale",
    "recipient.timezone": "timezone",
    "recipient.deviceTokens": "bulk.deviceTokens",
    reference: "reference",
};

/** A column's target in words; of a variable its own name. */
export const targetName = (t: Translate, target: string): string => (fieldWords[target] ? t(fieldWords[target]) : target.replace(/^data\./, ""));
