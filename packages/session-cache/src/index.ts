export {
  type ClientSessionCache,
  type ClientSessionCacheOptions,
  type ClientSessionStore,
  clientSessionCache,
} from './client.ts';
export { type MemoryStore, type MemoryStoreMetrics, type MemoryStoreOptions, memoryStore } from './memory.ts';
export {
  ageWindow,
  cappedLifetime,
  clockTolerance,
  expiryOf,
  isFresh,
  isLive,
  maximumLifetime,
  statedAge,
} from './policy.ts';
export { sealedStore } from './sealed-store.ts';
export {
  type IssuedSession,
  type ServerSessionCache,
  type ServerSessionCacheOptions,
  type SessionIdentity,
  serverSessionCache,
  type TicketPlan,
} from './server.ts';
export {
  copyClientSession,
  copyServerSession,
  serverSessionStore,
  sessionBytes,
  wipeSession,
} from './session.ts';
export { type SessionKind, type SessionStore, type StoreKey, type StoreTimes, storeKey } from './store.ts';
export {
  type SharedTicketKey,
  sharedTicketKeys,
  type TicketKeys,
  type TicketKeysCommon,
  type TicketSealer,
  ticketKeys,
} from './ticket.ts';
