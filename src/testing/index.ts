/** `tidemark/testing`: contract suites for those who write an adapter. Needs vitest. */
export { describeStorage } from "./storage/describe-storage.ts";
export type { StorageAdapter, StoragePlace } from "./storage/storage-place.ts";
