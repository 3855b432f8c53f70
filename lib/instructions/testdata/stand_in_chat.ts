/** A local stand-in for a language model's endpoint. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { LanguageModel } from "../chat_model.ts";

/** What the stand-in answers. */
export type Answer = { status?: number; body?: string; hang?: true };

/** A chat completion with this text. */
export function completion(content: string): Answer {
  return { body: JSON.stringify({ choices: [{ message: { role: "assistant", content } }] }) };
}

/** Runs `use` against a local stand-in for a model that gives these answers in turn, the last one for ever. */
export async function withChatServer(
  answers: readonly Answer[],
  use: (
    model: LanguageModel,
    requests: { url: string; key?: string; body: { model: string; messages: { content: string }[] } }[],
  ) => Promise<void>,
): Promise<void> {
  const requests: Parameters<typeof use>[1] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => text += chunk);
    request.on("end", () => {
      requests.push({
        url: request.url as string,
        key: request.headers.authorization,
        body: JSON.parse(text),
      });
      const answer = answers[Math.min(requests.length, answers.length) - 1] as Answer;
      if (answer.hang) return;
      response.writeHead(answer.status ?? 200, { "content-type": "application/json" });
      response.end(answer.body ?? "");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await use({ url: `http://127.0.0.1:${port}/v1/`, model: "stand-in", timeout: 2000, delay: 1 }, requests);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
