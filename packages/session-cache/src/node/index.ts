export {
  type ServeClusterStoreOptions,
  type ServedClusterStore,
  serveClusterStore,
} from './cluster-primary.ts';
export { clusterKeyRing, clusterStore, type ClusterStoreOptions } from './cluster-store.ts';
export { systemTimers } from './resilient-timers.ts';
export { type FileSessionStore, fileSessionStore } from './file-session-store.ts';
export { readTicketKeyFiles } from './ticket-keys-file.ts';
export { type Following, followKeyRing, type KeyRingFile, keyRingFile } from './ticket-keys-ring.ts';
