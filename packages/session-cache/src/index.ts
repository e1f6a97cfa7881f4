export {
  type ClientSessionCache,
  type ClientSessionCacheOptions,
  type ClientSessionStore,
  clientSessionCache,
} from './client.ts';
export type { MissReason } from './decisions.ts';
export {
  fleetTicketKeys,
  type FleetTicketKeys,
  type FleetTicketKeysOptions,
  type KeyRingEntry,
  type KeyRingSource,
} from './key-ring-fleet.ts';
export type { KeyRingTimes } from './key-ring-schedule.ts';
export { type MemoryStore, type MemoryStoreMetrics, type MemoryStoreOptions, memoryStore } from './memory.ts';
export { type DecisionTold, type SessionMetrics, sessionMetrics } from './metrics.ts';
export type { FullHandshakes, MetricsSnapshot } from './metrics-snapshot.ts';
export { type MeteredStore, meteredStore, type StoreCounts } from './metrics-store.ts';
export { type NginxSessions, type NginxSessionsEnvironment, nginxSessions } from './nginx.ts';
export {
  formatSslSessionCache,
  type NginxSessionCache,
  type NginxZoneSize,
  parseSslSessionCache,
} from './nginx-cache.ts';
export { type NginxDirectives, parseNginxDirectives } from './nginx-directives.ts';
export {
  type NginxSessionOptions,
  type NginxSessionSettings,
  nginxSettings,
  parseSslSessionTickets,
  parseSslSessionTimeout,
} from './nginx-options.ts';
export { parseNginxSize, parseNginxTime } from './nginx-value.ts';
export {
  type NginxZone,
  type NginxZones,
  type SharedMemoryZones,
  type SharedMemoryZonesOptions,
  sharedMemoryZones,
} from './nginx-zones.ts';
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
export {
  type IoRedisClient,
  type NodeRedisClient,
  type RedisClient,
  redisStore,
  type RedisStoreOptions,
} from './redis.ts';
export { type EarlyHello, type ReplayGuard, type ReplayGuardOptions, replayGuard } from './replay.ts';
export { type IoRedisScripts, type NodeRedisScripts, redisKeyRing } from './redis-ring.ts';
export { type ResilientStore, type ResilientStoreOptions, resilientStore } from './resilient.ts';
export { StoreFailure, type StoreFailureCode } from './resilient-failure.ts';
export type { StoreReport, StoreTroubles } from './resilient-report.ts';
export { sealedBytesStore } from './sealed-bytes.ts';
export { sealedStore } from './sealed-store.ts';
export {
  type FoundSession,
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
export type { StoreProtection } from './protected-store.ts';
export { contextStore, protectedStore } from './shared-context.ts';
export { sharedMemoryTicketKeys } from './shared-keys.ts';
export { type SharedMemoryStore, sharedMemoryStore } from './shared-memory.ts';
export { type SessionKind, type SessionStore, type StoreKey, type StoreTimes, storeKey } from './store.ts';
export {
  type OpenedTicket,
  type SharedTicketKey,
  sharedTicketKeys,
  type TicketKeys,
  type TicketKeysCommon,
  type TicketSealer,
  ticketKeys,
} from './ticket.ts';
export {
  type TicketFileKeysOptions,
  type TicketKeyFile,
  ticketFileKey,
  ticketFileKeys,
} from './ticket-file.ts';
export type { Timers } from './timers.ts';
