import type { AlertName } from './alert.ts';

/**
 * The five things that can go wrong on a connection, and the neutral error of decoders.
 * Each class is recognised by a `Symbol.for` brand, so that two copies of this package in one program agree.
 */
const brand: unique symbol = Symbol.for('tlsmith.error') as never;

type Brand = 'violation' | 'certificate' | 'peer-alert' | 'failed' | 'misuse' | 'decode';

/** Plain facts for a person or a log; never secret material. */
export type Facts = Readonly<Record<string, unknown>>;

class BrandedError extends Error {
  constructor(kind: Brand, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    Object.defineProperty(this, brand, { value: kind });
  }
}

/**
 * One way for the peer to be wrong, as a value: the alert it earns and whether the peer broke a rule (`broken`) or we
 * merely have nothing in common (`incompatible`). The RFC section and a sentence stand in `@tlsmith/types/explain`.
 */
export interface Violation<Code extends string = string> {
  readonly code: Code;
  readonly alert: AlertName;
  readonly blame: 'broken' | 'incompatible';
}

/** The peer broke a rule of the protocol, or it and we have nothing in common. Carries the row that says which. */
export class TlsViolation extends BrandedError {
  override readonly name: string = 'TlsViolation';
  readonly row: Violation;
  readonly facts: Facts;

  constructor(row: Violation, facts: Facts = {}) {
    super('violation', `${row.code} (alert ${row.alert})`);
    this.row = row;
    this.facts = facts;
  }

  /** The row's stable name, for `switch`. */
  get code(): string {
    return this.row.code;
  }

  /** The alert that goes to the peer. */
  get alert(): AlertName {
    return this.row.alert;
  }
}

/** What a certificate check found. `rank` orders the failures of many tried paths: the highest helps most. */
export interface Rejection {
  readonly code: string;
  readonly alert: AlertName;
  readonly rank: number;
}

/** The peer's certificate chain is not acceptable. */
export class CertificateRejected extends BrandedError {
  override readonly name: string = 'CertificateRejected';
  readonly reason: Rejection;
  readonly facts: Facts;

  constructor(reason: Rejection, facts: Facts = {}) {
    super('certificate', `certificate rejected: ${reason.code} (alert ${reason.alert})`);
    this.reason = reason;
    this.facts = facts;
  }

  /** The reason's stable name, for `switch`. */
  get code(): string {
    return this.reason.code;
  }

  /** The alert that goes to the peer. */
  get alert(): AlertName {
    return this.reason.alert;
  }
}

/** The peer sent a fatal alert (RFC 9846 §6.2, RFC 5246 §7.2.2). */
export class PeerAlert extends BrandedError {
  override readonly name: string = 'PeerAlert';
  /** The RFC's name of the alert, or `unknown(n)`. */
  readonly alert: AlertName | `unknown(${number})`;

  constructor(alert: AlertName | `unknown(${number})`) {
    super('peer-alert', `the peer sent the fatal alert ${alert}`);
    this.alert = alert;
  }

  /** Stable name, for `switch`. */
  get code(): 'peer-alert' {
    return 'peer-alert';
  }
}

/**
 * The connection ended for a reason that is nobody's breach of protocol: `truncated` (the transport ended without
 * close_notify), `timeout`, `aborted`, `limit` (a configured limit was reached), `internal` (a defect or a failing
 * provider; `cause` has it).
 */
export class ConnectionFailed extends BrandedError {
  override readonly name: string = 'ConnectionFailed';
  readonly code: 'truncated' | 'timeout' | 'aborted' | 'limit' | 'internal';

  constructor(code: ConnectionFailed['code'], message: string, options?: { readonly cause?: unknown }) {
    super('failed', message, options);
    this.code = code;
  }
}

/** Our caller broke a rule; the message says what to do instead. Never becomes an alert. */
export class TlsMisuse extends BrandedError {
  override readonly name: string = 'TlsMisuse';
  /** Stable name, for `switch`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super('misuse', message);
    this.code = code;
  }
}

/**
 * Bytes do not have the shape that a schema asks for. Neutral: the reader of the bytes decides what it means
 * (an alert in `handshake`, a rejected certificate in `x509`, a miss in `session-cache`).
 */
export class DecodeError extends BrandedError {
  override readonly name: string = 'DecodeError';
  /** Offset of the first byte that does not fit. */
  readonly at: number;
  /** Names of the structures and fields around it, outermost first. */
  readonly path: readonly string[];
  readonly expected: string;
  /** `malformed`, or the two breaches of extension rules that RFC 9846 §4.3 answers with illegal_parameter. */
  readonly kind: 'malformed' | 'duplicate-extension' | 'forbidden-extension';

  constructor(
    at: number,
    path: readonly string[],
    expected: string,
    kind: DecodeError['kind'] = 'malformed',
  ) {
    super('decode', `${path.join('.') || 'input'} at byte ${at}: expected ${expected}`);
    this.at = at;
    this.path = path;
    this.expected = expected;
    this.kind = kind;
  }
}

const branded =
  (wanted: Brand) =>
  (value: unknown): boolean =>
    typeof value === 'object' && value !== null && (value as { [brand]?: Brand })[brand] === wanted;

/** Whether a value is a {@link TlsViolation}, from any copy of this package. */
export const isTlsViolation: (value: unknown) => value is TlsViolation = branded('violation') as never;
/** Whether a value is a {@link CertificateRejected}, from any copy of this package. */
export const isCertificateRejected: (value: unknown) => value is CertificateRejected = branded(
  'certificate',
) as never;
/** Whether a value is a {@link PeerAlert}, from any copy of this package. */
export const isPeerAlert: (value: unknown) => value is PeerAlert = branded('peer-alert') as never;
/** Whether a value is a {@link ConnectionFailed}, from any copy of this package. */
export const isConnectionFailed: (value: unknown) => value is ConnectionFailed = branded('failed') as never;
/** Whether a value is a {@link TlsMisuse}, from any copy of this package. */
export const isTlsMisuse: (value: unknown) => value is TlsMisuse = branded('misuse') as never;
/** Whether a value is a {@link DecodeError}, from any copy of this package. */
export const isDecodeError: (value: unknown) => value is DecodeError = branded('decode') as never;
