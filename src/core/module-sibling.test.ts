import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { moduleSibling } from "./module-sibling.ts";

it("names the source beside a source, and it is there", () => {
  const sibling = moduleSibling(import.meta.url, "clock");
  expect(sibling.pathname.endsWith("/src/core/clock.ts")).toBe(true);
  expect(existsSync(sibling)).toBe(true);
});

it("names the compiled module beside a compiled one, also in another folder", () => {
  expect(moduleSibling("file:///app/dist/core/x.js", "../worker/main").href).toBe(
    "file:///app/dist/worker/main.js",
  );
});

it("is not misled by a query or by .ts within a folder's name", () => {
  expect(moduleSibling("file:///my.ts/dist/x.js?v=a.ts", "y").href).toBe("file:///my.ts/dist/y.js");
  expect(moduleSibling("file:///src/x.ts?v=1", "y").href).toBe("file:///src/y.ts");
});
