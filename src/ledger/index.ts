/** `tidemark/ledger`: the types of events, and verification that needs nothing but the events themselves. */
export type {
  AppendedEvent,
  AppendOutcome,
  AppendRequest,
  EventHeader,
  Expectation,
  HybridTime,
  ProposedEvent,
  Receipt,
  StoredEvent,
} from "./event.ts";
export { GENESIS_HASH, hashEvent } from "./event-hash.ts";
export { headerText } from "./header-text.ts";
export type { HeaderMembers } from "./header-text.ts";
export { CHAIN_START, verifyChain } from "./verify-chain.ts";
export type { ChainHead, ChainVerdict } from "./verify-chain.ts";
