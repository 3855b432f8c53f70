/// <reference lib="dom" />
/**
 * Files that npm packages ship, for code that runs in a worker of a static site: they lie in the site's folder `packages/`. Takes the place
 * of package_file.ts there.
 */

/**
 * The bytes of a package's file. Waits for them: the page is not held up, since it is a worker that waits.
 *
 * @throws TypeError when the site does not hold the file.
 */
export function readPackageFile(specifier: string): Uint8Array<ArrayBuffer> {
  const request = new XMLHttpRequest();
  request.open("GET", new URL(`packages/${specifier}`, location.href), false);
  request.responseType = "arraybuffer";
  request.send();
  if (request.status !== 200) {
    throw new TypeError(`reading ${specifier} failed: got status ${request.status}`);
  }
  return new Uint8Array(request.response as ArrayBuffer);
}

/** The same, parsed as JSON. */
export function readPackageJson(specifier: string): unknown {
  return JSON.parse(new TextDecoder().decode(readPackageFile(specifier)));
}
