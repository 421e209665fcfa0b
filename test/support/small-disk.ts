/**
 * A file system that is full when a test wants it to be: a tmpfs of a given size. Mounting takes root; without it such a
 * test is skipped loudly, and in CI that is a failure.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";

export interface SmallDisk extends Disposable {
  resize(size: string): void;
}

export const canMount: boolean = process.getuid?.() === 0 || process.env["CI"] === "true";
if (!canMount) console.warn("SKIPPED: tests on a full disk mount a tmpfs, which takes root");

/** `size` as mount writes it: `2m`. */
export function mountSmallDisk(path: string, size: string): SmallDisk {
  mkdirSync(path, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path]);
  return {
    resize: (larger) => void execFileSync("mount", ["-o", `remount,size=${larger}`, path]),
    [Symbol.dispose]: () => void execFileSync("umount", ["-l", path]),
  };
}
