/** Where derived files are kept, unless a command says another folder. */
export { cacheFolder } from "../../lib/hub/mod.ts";
