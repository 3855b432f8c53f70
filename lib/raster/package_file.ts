/** Files that npm packages ship beside their code: drawings, fonts, WebAssembly. */

/**
 * The bytes of a file inside an installed package.
 * @param specifier package and path as in an import, for example "@iconify-json/noto/icons.json".
 * @throws TypeError when the package is not installed on this disk.
 */
export function readPackageFile(specifier: string): Uint8Array<ArrayBuffer> {
  const url = import.meta.resolve(specifier);
  if (!url.startsWith("file:")) {
    throw new TypeError(`reading ${specifier} needs the package on disk (run "deno install"), got ${url}`);
  }
  return Deno.readFileSync(new URL(url));
}

/** The same, parsed as JSON. */
export function readPackageJson(specifier: string): unknown {
  return JSON.parse(new TextDecoder().decode(readPackageFile(specifier)));
}
