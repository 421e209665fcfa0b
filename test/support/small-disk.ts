/** A file system that is full when a test wants it to be: a tmpfs of a given size. Mounting takes root. */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import type { TestContext } from "vitest";
import { skipLoudly } from "./skip-loudly.ts";

export interface SmallDisk extends Disposable {
  resize(size: string): void;
}

/** `size` as mount writes it: `2m`. Skips the test loudly where mounting is not allowed. */
export function mountSmallDisk(test: TestContext, path: string, size: string): SmallDisk {
  if (process.getuid?.() !== 0) skipLoudly(test, "mounting a tmpfs takes root");
  mkdirSync(path, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path]);
  return {
    resize: (larger) => void execFileSync("mount", ["-o", `remount,size=${larger}`, path]),
    [Symbol.dispose]: () => void execFileSync("umount", ["-l", path]),
  };
}
