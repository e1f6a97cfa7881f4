import type { Failure } from '@tlsmith/app-terminal';
import type { SessionDecision } from 'tlsmith';

/** What was agreed on with a client. */
export interface Agreed {
  readonly version: 'TLS 1.3' | 'TLS 1.2';
  readonly suite: string;
  /** `RSA` stands for RSA key exchange, `session` for TLS 1.2 resumption. */
  readonly keyExchange: string;
  readonly alpn: string | undefined;
  readonly serverName: string | undefined;
  readonly resumed: boolean;
  readonly helloRetryRequest: boolean;
  readonly extendedMasterSecret: boolean;
  /** Subject of the client's verified certificate. */
  readonly client: string | undefined;
}

/** What happens to the server and, each with its number, to its connections. */
export type ServerEvent =
  | { readonly event: 'listening'; readonly host: string; readonly port: number }
  | ({ readonly connection: number } & ConnectionEvent);

/** What happens on one connection, in order. */
export type ConnectionEvent =
  | { readonly event: 'connection'; readonly remote: string }
  | { readonly event: 'starttls'; readonly protocol: string }
  | {
      readonly event: 'message';
      readonly direction: Direction;
      readonly message: string;
      readonly epoch: string;
      readonly length: number;
    }
  | {
      readonly event: 'alert';
      readonly direction: Direction;
      readonly level: string;
      readonly description: string;
    }
  | ({ readonly event: 'resumption' } & SessionDecision)
  | ({ readonly event: 'connected' } & Agreed)
  | { readonly event: 'data'; readonly length: number; readonly base64: string }
  | { readonly event: 'closed'; readonly received: number }
  | ({ readonly event: 'failed' } & Failure);

/** `write` is from us to the client. */
export type Direction = 'read' | 'write';
