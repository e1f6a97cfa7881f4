/** What somebody wants, and what installing it may bring along. */
export interface Wish {
  readonly wish: string;
  /** The document or program that fulfils it, from the top of the repository. */
  readonly file: string;
  /** Everything that stands in node_modules afterwards; nothing else may. */
  readonly pulls: readonly string[];
}

const noble = ['@noble/ciphers', '@noble/curves', '@noble/hashes'];
const types = '@tlsmith/types';
const crypto = [...noble, '@tlsmith/crypto'];
const everything = [
  ...crypto,
  '@tlsmith/codec',
  '@tlsmith/handshake',
  '@tlsmith/key-schedule',
  '@tlsmith/record',
  '@tlsmith/session-cache',
  types,
  '@tlsmith/x509',
  'tlsmith',
];

/** Each package alone: a README's example runs with what the README says to install, and that pulls this much. */
export const wishes: readonly Wish[] = [
  { wish: 'bytes, secrets, violations', file: 'packages/types/README.md', pulls: [types] },
  { wish: 'dissect bytes', file: 'packages/codec/README.md', pulls: ['@tlsmith/codec', types] },
  {
    wish: 'teach HKDF labels or the 1.2 PRF',
    file: 'packages/key-schedule/README.md',
    pulls: [...crypto, '@tlsmith/key-schedule', types],
  },
  { wish: 'hash, sign, agree on keys', file: 'packages/crypto/README.md', pulls: [...crypto, types] },
  {
    wish: 'open records',
    file: 'packages/record/README.md',
    pulls: [...crypto, '@tlsmith/key-schedule', '@tlsmith/record', types],
  },
  {
    wish: 'validate a chain',
    file: 'packages/x509/README.md',
    pulls: [...crypto, '@tlsmith/codec', types, '@tlsmith/x509'],
  },
  {
    wish: 'share a session cache',
    file: 'packages/session-cache/README.md',
    pulls: ['@tlsmith/codec', '@tlsmith/session-cache', types],
  },
  {
    wish: 'a handshake without records',
    file: 'packages/handshake/README.md',
    pulls: [...crypto, '@tlsmith/codec', '@tlsmith/handshake', '@tlsmith/key-schedule', types],
  },
  {
    wish: 'QUIC handshake',
    file: 'tools/packaging/src/programs/quic-handshake.ts',
    pulls: [...crypto, '@tlsmith/codec', '@tlsmith/handshake', '@tlsmith/key-schedule', types],
  },
  {
    wish: 'decrypt a capture with a key log file',
    file: 'tools/packaging/src/programs/decrypt-capture.ts',
    pulls: [...crypto, '@tlsmith/key-schedule', '@tlsmith/record', types],
  },
  { wish: 'batteries included', file: 'packages/tlsmith/README.md', pulls: everything },
  { wish: 'a client and a server', file: 'README.md', pulls: everything },
];
