/**
 * Runs cells in a kernel over its ZeroMQ channels. The Deno kernel announces "idle" before its output queue is empty, and what comes late
 * carries the next cell's parent header; so outputs are collected until the channel has been silent for a while, and belong to the cell
 * that is running.
 */
import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { onDemandPackage } from "../../lib/hub/mod.ts";
import type { KernelProcess } from "./kernel_process.ts";
import { decodeMessage, encodeMessage, type Message, message } from "./wire.ts";

/** A cell's result. */
export interface CellRun {
  /** Messages of the output channel, in order. */
  readonly outputs: readonly Message[];
  /** "ok", "error" or "timeout". */
  readonly status: "ok" | "error" | "timeout";
  /** The kernel's words where it refused the cell, as for a syntax error, which shows nothing on the output channel. */
  readonly refusal?: string;
}

/** Channels to one kernel. */
export interface KernelClient {
  /** Runs one cell; `onMessage` sees every message of the output channel at once. */
  execute(
    code: string,
    options: { timeout: number; onMessage?: (message: Message) => void },
  ): Promise<CellRun>;
  /** Asks the kernel to stop the running cell. */
  interrupt(): Promise<void>;
  close(): void;
}

/** What is used of ZeroMQ's sockets. */
interface Socket extends AsyncIterable<Buffer[]> {
  connect(address: string): void;
  close(): void;
}
interface Dealer extends Socket {
  send(frames: Uint8Array[]): Promise<void>;
}
interface Subscriber extends Socket {
  subscribe(): void;
}
interface ZeroMq {
  readonly Dealer: new (options: { linger: number; routingId: string }) => Dealer;
  readonly Subscriber: new (options: { linger: number; receiveHighWaterMark: number }) => Subscriber;
}

/** Milliseconds without a message after "idle" that end a cell. */
const SILENCE = 300;
const START_TIMEOUT = 30_000;

/**
 * Connects to a kernel and waits until it answers.
 *
 * @throws Error when the kernel ends or does not answer in time.
 */
export async function connectKernel(kernel: KernelProcess): Promise<KernelClient> {
  const { connection } = kernel;
  const zeromq = await onDemandPackage("zeromq");
  const { Dealer, Subscriber } = createRequire(join(zeromq, "package.json"))("zeromq") as ZeroMq;
  const session = randomUUID();
  const address = (port: number) => `tcp://${connection.ip}:${port}`;
  const shell = new Dealer({ linger: 0, routingId: session });
  const control = new Dealer({ linger: 0, routingId: session });
  const iopub = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
  shell.connect(address(connection.shell_port));
  control.connect(address(connection.control_port));
  iopub.connect(address(connection.iopub_port));
  iopub.subscribe();

  let closed = false;
  let failure: unknown;
  let lastMessage = 0;
  let onOutput: (message: Message) => void = () => {};
  let onReply: (message: Message) => void = () => {};
  const listen = async (socket: Socket, take: (message: Message) => void) => {
    try {
      for await (const frames of socket) take(decodeMessage(frames, connection.key));
    } catch (error) {
      if (!closed) failure = error;
    }
  };
  const listening = [
    listen(iopub, (each) => {
      lastMessage = performance.now();
      onOutput(each);
    }),
    listen(shell, (each) => onReply(each)),
    listen(control, () => {}),
  ];
  const send = (socket: Dealer, request: Message) => socket.send(encodeMessage(request, connection.key));
  const client: KernelClient = {
    async execute(code, { timeout, onMessage }) {
      const outputs: Message[] = [];
      let reply: Message["content"] | undefined;
      let idle = false;
      // Known before it is sent: the answer may be here when sending returns.
      const request = message("execute_request", {
        code,
        silent: false,
        store_history: true,
        user_expressions: {},
        allow_stdin: false,
        stop_on_error: true,
      }, session);
      const id = request.header.msg_id;
      onReply = ({ header, parent, content }) => {
        if (header.msg_type === "execute_reply" && parent.msg_id === id) reply = content;
      };
      onOutput = (each) => {
        const { header, parent, content } = each;
        if (header.msg_type !== "status") outputs.push(each);
        else if (parent.msg_id === id && content["execution_state"] === "idle") idle = true;
        onMessage?.(each);
      };
      let gone: string | undefined;
      kernel.ended.then((how) => gone = how);
      const deadline = performance.now() + timeout;
      lastMessage = performance.now();
      await send(shell, request);
      while (reply === undefined || !idle || performance.now() - lastMessage < SILENCE) {
        if (failure !== undefined) throw failure;
        if (gone !== undefined) throw new Error(`The kernel ended during a cell: ${gone}. ${kernel.log()}`);
        if (performance.now() > deadline) return { outputs, status: "timeout" };
        await delay(10);
      }
      if (reply["status"] === "ok") return { outputs, status: "ok" };
      return { outputs, status: "error", refusal: `${reply["ename"]}: ${reply["evalue"]}` };
    },
    async interrupt() {
      await send(control, message("interrupt_request", {}, session));
    },
    close() {
      closed = true;
      for (const socket of [shell, control, iopub]) socket.close();
      Promise.allSettled(listening);
    },
  };

  // A subscription takes a moment to arrive: ask until an answer is seen on both channels.
  let heard = false, answered = false;
  onOutput = () => heard = true;
  onReply = () => answered = true;
  let gone: string | undefined;
  kernel.ended.then((how) => gone = how);
  const deadline = performance.now() + START_TIMEOUT;
  for (let round = 0; !(heard && answered); round++) {
    if (gone !== undefined || performance.now() > deadline) {
      client.close();
      throw new Error(
        gone === undefined
          ? `The kernel did not answer in ${START_TIMEOUT / 1000} s. ${kernel.log()}`
          : `The kernel did not start: ${gone}. ${kernel.log()}`,
      );
    }
    if (round % 10 === 0) await send(shell, message("kernel_info_request", {}, session));
    await delay(50);
  }
  await delay(100);
  return client;
}
