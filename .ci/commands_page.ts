/** The page of all commands: what each program prints for `--help`, in the order of deno.json's tasks. */
import { readFileSync } from "node:fs";

/** A task of deno.json that is one program of this project. */
const PROGRAM = /^deno run -A ((?:experiments|bench)\/\S+\.ts)$/;

/** Help that a further option asks for. */
const FURTHER: readonly { readonly task: string; readonly args: readonly string[] }[] = [
  { task: "generate", args: ["--scale", "paper"] },
];

const INTRODUCTION = `# Commands

Written by \`deno task docs\` from what each program prints for \`--help\`; a test compares the two. Without Deno installed,
\`npx -y deno@2.9.6 task …\` stands for \`deno task …\`.

A mistake in what was asked is answered with one sentence and exit code 2. Computed stages are kept in \`.cache/\`, or where the
environment variable \`IPADAPTER_CACHE\` says.
`;

/** What a program prints on its standard output. @throws Error when it fails. */
async function outputOf(program: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", program, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  if (success) return new TextDecoder().decode(stdout).trimEnd();
  throw new Error(`${program} ${args.join(" ")} failed: ${new TextDecoder().decode(stderr)}`);
}

/** The page as Markdown, not yet formatted. Runs every program once. */
export async function commandsPage(): Promise<string> {
  const { tasks } = JSON.parse(readFileSync("deno.json", "utf8")) as { tasks: Record<string, string> };
  const programs = Object.entries(tasks).flatMap(([task, line]) => {
    const program = PROGRAM.exec(line)?.[1];
    return program === undefined ? [] : [{ task, program }];
  });
  const others = Object.entries(tasks).filter(([, line]) => !PROGRAM.test(line));
  const sections = await Promise.all(
    programs.flatMap(({ task, program }) =>
      [[], ...FURTHER.filter((each) => each.task === task).map(({ args }) => args)].map(async (args) =>
        `## ${[task, ...args].join(" ")}\n\n\`\`\`text\n${await outputOf(program, [
          ...args,
          "--help",
        ])}\n\`\`\`\n`
      )
    ),
  );
  return [
    INTRODUCTION,
    ...sections,
    `## Checks and generated pages\n\n${
      others.map(([task, line]) => `- \`deno task ${task}\`: \`${line}\``).join("\n")
    }\n`,
  ].join("\n");
}
