/** How a store outside the process failed. */
export type StoreFailureCode =
  /** It did not answer in time. */
  | 'timeout'
  /** It answered something that was never put there. */
  | 'garbage'
  /** Nobody is there to ask. */
  | 'disconnected'
  /** The other end failed; its message is in this one's. */
  | 'remote';

/** A store outside the process failed. Never the peer's fault, and never the end of a handshake. */
export class StoreFailure extends Error {
  override readonly name: string = 'StoreFailure';
  /** Stable name, for `switch`. */
  readonly code: StoreFailureCode;

  constructor(code: StoreFailureCode, message: string) {
    super(message);
    this.code = code;
  }
}
