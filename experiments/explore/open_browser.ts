/** Opens a page in the user's browser. */
import { spawn } from "node:child_process";
import process from "node:process";

/** The command that opens a URL on a platform. */
export function browserCommand(platform: string, url: string): readonly [string, ...string[]] {
  if (platform === "darwin") return ["open", url];
  return platform === "win32" ? ["cmd", "/c", "start", "", url] : ["xdg-open", url];
}

/** Tries to open a URL; false where there is nothing to open it with. */
export function openBrowser(url: string): Promise<boolean> {
  const [command, ...args] = browserCommand(process.platform, url);
  return new Promise((resolve) => {
    try {
      const child = spawn(command, args, { stdio: "ignore", detached: true });
      child.once("error", () => resolve(false));
      child.once("exit", (code) => resolve(code === 0));
      child.unref();
      setTimeout(() => resolve(true), 3000).unref(); // still running: a browser of its own
    } catch {
      resolve(false);
    }
  });
}
