export { fileSessionStore } from './file-session-store.ts';
export { readTicketKeyFiles } from './ticket-keys-file.ts';
export { type Following, followKeyRing, type KeyRingFile, keyRingFile } from './ticket-keys-ring.ts';
