/**
 * `tidemark`: open a project and run its pipelines from code, as the command line does.
 *
 *     const tidemark = await openTidemark(await loadProject({ path: "tidemark.yaml", env: process.env }));
 */
export { loadProject } from "./configuration/load-project.ts";
export type { LoadProjectRequest } from "./configuration/load-project.ts";
export { TidemarkError } from "./core/errors.ts";
export type { ErrorCode, ErrorKind, ErrorRetry } from "./core/error-codes.ts";
export type { PipelineDefinition, ProjectDefinition } from "./pipeline/definition.ts";
export type { PipelinePlan } from "./pipeline/plan/sealed-plan.ts";
export type { RunObserver } from "./pipeline/run/run-context.ts";
export type { RunSummary } from "./pipeline/run/run-pipeline.ts";
export { openTidemark } from "./runtime/tidemark.ts";
export type { RunOptions, Tidemark } from "./runtime/tidemark.ts";
export type { Storage } from "./storage/port.ts";
