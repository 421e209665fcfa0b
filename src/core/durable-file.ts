/**
 * Making files survive power loss: flush what was written, then flush the folders that name it. Synchronous: used by
 * threads of their own and for small files.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { systemCodeOf } from "./errors.ts";

/** Flushes a folder's entries. */
export function flushFolder(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Makes a folder with its missing parents and flushes each parent that got a new entry. Not `recursive: true`: that
 * reports a read-only file system as ENOENT.
 */
export function makeFolderDurably(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === "EEXIST" && statSync(path).isDirectory()) return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    makeFolderDurably(dirname(path));
    makeFolderDurably(path);
    return;
  }
  flushFolder(dirname(path));
}

/** Writes every byte: `writeSync` may write fewer than asked. */
export function writeFully(descriptor: number, bytes: Uint8Array): void {
  let offset = 0;
  while (offset < bytes.length) offset += writeSync(descriptor, bytes, offset, bytes.length - offset);
}

/** Replaces a small file at once: a reader sees the old or the new content, also after power loss. */
export function replaceFileDurably(path: string, content: string | Uint8Array): void {
  const staged = join(dirname(path), `.${process.pid}.${staging++}.staged`);
  try {
    writeFlushed(staged, typeof content === "string" ? Buffer.from(content, "utf8") : content);
    renameSync(staged, path);
  } catch (error) {
    rmSync(staged, { force: true });
    throw error;
  }
  flushFolder(dirname(path));
}

function writeFlushed(path: string, content: Uint8Array): void {
  const descriptor = openSync(path, "w", 0o644);
  try {
    writeFully(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

let staging = 0;
