/**
 * Where a module's neighbour lies, for what is started by URL (worker threads, child processes) and not imported: the
 * sources run as `.ts`, the package as `.js`, and both are laid out alike.
 */

/** `moduleSibling(import.meta.url, "storage-thread")`; `name` may lead through folders (`"../worker"`) and has no ending. */
export function moduleSibling(importMetaUrl: string, name: string): URL {
  const ending = new URL(importMetaUrl).pathname.endsWith(".ts") ? "ts" : "js";
  return new URL(`./${name}.${ending}`, importMetaUrl);
}
