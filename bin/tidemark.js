#!/usr/bin/env node
// Plain JavaScript that every Node.js understands, so that an old one can say what it lacks.
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  console.error(`tidemark needs Node.js 24 or newer; this is ${process.versions.node}`);
  process.exitCode = 1;
} else {
  // Compiled code is kept between commands: a start takes a third less.
  void import("node:module").then(({ enableCompileCache }) => enableCompileCache());
  void import("../dist/cli/main.js").then(
    async ({ main }) => {
      process.exitCode = await main(process.argv.slice(2));
    },
    (error) => {
      console.error(`tidemark could not start: ${error.message}`);
      process.exitCode = 1;
    },
  );
}
