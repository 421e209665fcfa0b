/**
 * Who this process is, in a way another process can later check: a pid alone may have been given to somebody else since.
 * The incarnation is boot id, pid namespace and start time where the system tells them (Linux, from /proc), else random
 * bytes made once. A holder counts as dead only when that is certain: on this host, its pids meaning the same as ours
 * (containers count their own), and its pid gone or come back as another process. Where in doubt its lease must run out.
 */
import { randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { systemCodeOf } from "./errors.ts";

/** The shape of the storage port's Holder, which this layer must not import. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  readonly command: string;
  readonly incarnation: string;
}

/** Counted from 0 behind the command's name in /proc/PID/stat, where `starttime` is field 22 of all. */
const START_TICKS_FIELD = 19;
const UNKNOWN_PREFIX = "random:";

let ownIncarnation: string | undefined;

/** `command` is what people recognise: `tidemark run orders`. */
export function currentHolder(command: string): ProcessIdentity {
  ownIncarnation ??= makeIncarnation(process.pid);
  return { pid: process.pid, host: hostname(), command, incarnation: ownIncarnation };
}

/** True only when it is certain. */
export function isHolderDead(holder: ProcessIdentity): boolean {
  if (holder.host !== hostname()) return false;
  const here = currentHolder("").incarnation;
  if (namespaceOf(holder.incarnation) !== namespaceOf(here)) return false;
  if (!isPidAlive(holder.pid)) return true;
  const found = findIncarnation(holder.pid);
  return found !== undefined && found !== holder.incarnation;
}

/** Where the system keeps what it knows of its processes; another one in tests. */
export interface ProcFiles {
  readonly readText: (path: string) => string;
  readonly readLink: (path: string) => string;
}

const systemProc: ProcFiles = {
  readText: (path) => readFileSync(path, "utf8"),
  readLink: (path) => readlinkSync(path),
};

export function makeIncarnation(pid: number, proc: ProcFiles = systemProc): string {
  return findIncarnation(pid, proc) ?? UNKNOWN_PREFIX + randomBytes(16).toString("hex");
}

/** `bootId/pidNamespace/startTicks`, or undefined where the system does not tell. */
export function findIncarnation(pid: number, proc: ProcFiles = systemProc): string | undefined {
  try {
    const bootId = proc.readText("/proc/sys/kernel/random/boot_id").trim();
    const namespace = proc.readLink("/proc/self/ns/pid");
    const stat = proc.readText(`/proc/${pid}/stat`);
    const startTicks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[START_TICKS_FIELD];
    return startTicks === undefined ? undefined : [bootId, namespace, startTicks].join("/");
  } catch {
    return undefined;
  }
}

/** Pids mean the same in holders of one namespace; where none is told there is one for the whole host. */
function namespaceOf(incarnation: string): string {
  return incarnation.split("/")[1] ?? "";
}

/** Signal 0 only asks. A process of another user answers EPERM: it lives. */
function isPidAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCodeOf(error) !== "ESRCH";
  }
}
