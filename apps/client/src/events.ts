import type { CertificateSummary, Verdict } from './certificates.ts';
import type { Failure } from '@tlsmith/app-terminal';

/** What was agreed on, as the summary shows it. */
export interface Agreed extends Verdict {
  readonly version: 'TLS 1.3' | 'TLS 1.2';
  readonly suite: string;
  /** `RSA` stands for RSA key exchange, `session` for TLS 1.2 resumption. */
  readonly keyExchange: string;
  readonly peerSignature: string | undefined;
  readonly alpn: string | undefined;
  readonly serverName: string | undefined;
  readonly resumed: boolean;
  readonly helloRetryRequest: boolean;
  readonly extendedMasterSecret: boolean;
  readonly chain: readonly CertificateSummary[];
}

/** What happens on a connection, in order: one line of JSON each, or some lines for a person. */
export type ClientEvent =
  | {
      readonly event: 'connecting';
      readonly host: string;
      readonly port: number;
      readonly attempt: number;
      readonly resuming: boolean;
    }
  | { readonly event: 'starttls'; readonly protocol: string }
  | {
      readonly event: 'record';
      readonly direction: Direction;
      readonly type: string;
      readonly innerType: string | undefined;
      readonly epoch: string;
      readonly length: number;
      readonly padding: number | undefined;
      readonly dropped: string | undefined;
    }
  | {
      readonly event: 'message';
      readonly direction: Direction;
      readonly message: string;
      readonly epoch: string;
      readonly length: number;
      readonly facts: string;
      /** With `--hex`: what each byte is. */
      readonly bytes: readonly string[] | undefined;
    }
  | {
      readonly event: 'alert';
      readonly direction: Direction;
      readonly level: string;
      readonly description: string;
    }
  | ({ readonly event: 'connected' } & Agreed)
  | { readonly event: 'session'; readonly version: 'TLS 1.3' | 'TLS 1.2'; readonly lifetime: number }
  | { readonly event: 'data'; readonly length: number; readonly base64: string }
  | { readonly event: 'closed'; readonly sent: number; readonly received: number }
  | ({ readonly event: 'failed' } & Failure);

/** `write` is from us to the peer. */
export type Direction = 'read' | 'write';
