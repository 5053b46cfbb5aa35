import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

const baseUrl = process.argv[2]!;

function good<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data === undefined) throw new Error(`${answer.response.url} answered ${answer.response.status}: ${JSON.stringify(answer.error)}`);
  return answer.data;
}

async function main() {
  const api = createClient<paths>({ baseUrl });
  const signedIn = good(await api.POST("/api/v1/auth/login", { body: { email: "admin@demo.test", password: "Demo-admin-1!" } }));
  const admin = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${signedIn.accessToken}` } });
  const provider = good(await admin.POST("/api/v1/admin/providers", {
    body: {
      channel: "email", type: "smtp", name: "local mail server", priority: 900, weight: 1, enabled: true, credentials: {},
      settings: { host: "127.0.0.1", port: 2525, tls: "none", from: { email: "shop@example.com", name: "The Shop" } },
    },
  }));

  const token = good(await api.POST("/oauth/token", {
    body: { grant_type: "client_credentials", client_id: "demo-service", client_secret: "demo-service-secret" },
    bodySerializer: body => new URLSearchParams(body as Record<string, string>).toString(),
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
  }));
  const backend = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token.access_token}` } });
  const sent = good(await backend.POST("/api/v1/services/notifications/send", {
    params: { header: { "Idempotency-Key": "order-A-1009-shipped" } },
    body: {
      template: "order-shipped", channel: "email",
      recipient: { email: "ann@example.com", name: "Ann", locale: "fr-CA" }, data: { orderId: "A-1009" },
    },
  }));
  if (!("id" in sent)) throw new Error("a dry run was not asked for");
  const path = { id: sent.id };
  const timeline = good(await backend.GET("/api/v1/services/notifications/{id}/timeline", { params: { path } }));
  const explained = good(await backend.GET("/api/v1/services/notifications/{id}/explain", { params: { path } }));
  const list = good(await backend.GET("/api/v1/services/notifications", { params: { query: { limit: 5 } } }));
  const batch = good(await backend.POST("/api/v1/services/notifications/send-batch", {
    body: {
      template: "order-shipped", channel: "email", final: true,
      notifications: [
        { recipient: { email: "ann@example.com", name: "Ann" }, data: { orderId: "A-1009" } },
        { recipient: { email: "bob@example.com", name: "Bob" }, data: { orderId: "A-1010" } },
      ],
    },
  }));
  const counted = good(await backend.GET("/api/v1/services/notifications/batches/{id}", { params: { path: { id: batch.batchId } } }));

  console.log(JSON.stringify({
    provider: provider.name, status: sent.status, steps: timeline.items.length > 0, explained: explained.explain.length > 0,
    newest: list.items[0]?.id === undefined ? "none" : "some", accepted: batch.accepted, total: counted.accepted,
  }));
}

main().catch(error => { console.error(error); process.exit(1); });
