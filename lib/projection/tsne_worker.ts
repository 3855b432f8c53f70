/** A thread of {@link startTeam}: gets the shared memory as its one message, answers it, and helps until the team is closed. */
import { help, type SharedWork } from "./tsne_team.ts";

const scope = self as unknown as {
  onmessage: ((event: { data: SharedWork }) => void) | null;
  postMessage(message: string): void;
  close(): void;
};
scope.onmessage = ({ data }) => {
  scope.postMessage("listening");
  help(data);
  scope.close();
};
