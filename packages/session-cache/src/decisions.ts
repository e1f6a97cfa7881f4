/** Why a cache has no session for what a client offered. */
export type MissReason =
  /** No store has it: forgotten, evicted, used up, or never there. A store may also have dropped it at its expiry. */
  | 'unknown'
  /** It is there, and its time is over. */
  | 'expired'
  /** A ticket under a key that this server does not have, or no longer; or no ticket at all. */
  | 'unknown-key'
  /** A ticket under a known key that is corrupt, or holds a session of another format. */
  | 'unreadable'
  /** The store or sealer failed; see `onError`. */
  | 'store-failed';
