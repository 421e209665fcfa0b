import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import {
  currentHolder,
  findIncarnation,
  isHolderDead,
  makeIncarnation,
  type ProcessIdentity,
} from "./process-identity.ts";

const proc = {
  readText: (path: string): string =>
    path.endsWith("boot_id")
      ? "boot\n"
      : `7 (a (b) c) S ${Array.from({ length: 30 }, (_, index) => index).join(" ")}`,
  readLink: (): string => "pid:[1]",
};

function readMissing(path: string): string {
  return readFileSync(`/nowhere${path}`, "utf8");
}

function alike(other: Partial<ProcessIdentity>): ProcessIdentity {
  return { ...currentHolder("tidemark run orders"), ...other };
}

describe("currentHolder", () => {
  it("names pid, host and command, and is the same each time it is asked", () => {
    const holder = currentHolder("tidemark run orders");
    expect(holder).toMatchObject({ pid: process.pid, host: hostname(), command: "tidemark run orders" });
    expect(currentHolder("tidemark run orders")).toEqual(holder);
  });
});

describe("findIncarnation", () => {
  it("is boot id, pid namespace and the 22nd field of stat, whatever the command is called", () => {
    expect(findIncarnation(7, proc)).toBe("boot/pid:[1]/18");
  });

  it("is nothing where the system does not tell, or tells too little", () => {
    expect(findIncarnation(7, { ...proc, readText: readMissing })).toBeUndefined();
    expect(findIncarnation(7, { ...proc, readText: () => "7 (node) S" })).toBeUndefined();
  });

  it("is made up at random then, and nobody is certain of it", () => {
    const incarnation = makeIncarnation(7, { ...proc, readText: readMissing });
    expect(incarnation).toMatch(/^random:[0-9a-f]{32}$/);
    expect(makeIncarnation(7, { ...proc, readText: readMissing })).not.toBe(incarnation);
    expect(isHolderDead(alike({ incarnation }))).toBe(false);
  });
});

describe("isHolderDead", () => {
  it("says no of this process and of another that lives", async () => {
    expect(isHolderDead(currentHolder("x"))).toBe(false);
    const child = spawn(process.execPath, ["-e", "process.stdin.resume(); console.log('up')"]);
    await once(child.stdout, "data");
    const incarnation = findIncarnation(child.pid ?? 0) ?? currentHolder("x").incarnation;
    expect(isHolderDead(alike({ pid: child.pid ?? 0, incarnation }))).toBe(false);
    child.stdin.end();
    await once(child, "exit");
    expect(isHolderDead(alike({ pid: child.pid ?? 0, incarnation }))).toBe(true);
  });

  it("says yes of a process that is gone", () => {
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    expect(isHolderDead(alike({ pid }))).toBe(true);
  });

  it("says yes of our own pid in another incarnation where the system tells start times", () => {
    const own = currentHolder("x").incarnation;
    const other = own.replace(/\d+$/, "1");
    expect(isHolderDead(alike({ incarnation: other }))).toBe(findIncarnation(process.pid) !== undefined);
  });

  it("is not certain of another host, of another pid namespace, of a process of another user", () => {
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    expect(isHolderDead(alike({ pid, host: `not-${hostname()}` }))).toBe(false);
    expect(isHolderDead(alike({ pid, incarnation: "boot/pid:[another]/1" }))).toBe(false);
    const first = findIncarnation(1) ?? currentHolder("x").incarnation;
    expect(isHolderDead(alike({ pid: 1, incarnation: first }))).toBe(false);
  });
});
