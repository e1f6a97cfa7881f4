import type { TestKeyType } from '@tlsmith/testkit/node';
import type { CipherSuite, NamedGroup, SignatureScheme } from '@tlsmith/types';
import type { Bench } from './bench/bench.ts';
import type { VersionName } from './cell.ts';

/**
 * What is done over a connection:
 * - `echo`: the client says something, hears it back, and closes first;
 * - `farewell`: the same, but the server closes first;
 * - `upload`, `download`: the run's content in bulk, then the sender closes.
 */
export type Talk = 'echo' | 'farewell' | 'upload' | 'download';

/** Whether it is said in plain lines or by HTTP. */
export type Speech = 'lines' | 'http';

/** A version to offer; peers can be told to have nothing newer than TLS 1.1, which we do not speak. */
export type OfferedVersion = VersionName | '1.1';

interface CommonSetup {
  readonly versions: readonly OfferedVersion[];
  readonly talk: Talk;
  readonly suites?: readonly CipherSuite[];
  readonly groups?: readonly NamedGroup[];
  readonly schemes?: readonly SignatureScheme[];
  readonly alpn?: readonly string[];
  /** The connection begins as SMTP and is upgraded (RFC 3207). */
  readonly starttls?: true;
  /** Keying material is exported under {@link exporterLabel}. */
  readonly exporter?: true;
}

/** How a server is set up. */
export interface ServerSetup extends CommonSetup {
  readonly speech: Speech;
  /** Key type of its certificate. */
  readonly keyType: TestKeyType;
  readonly clientCertificates?: 'require';
  /** How many connections it will get; 1 by default. */
  readonly visits?: number;
  /** How sessions go on; tickets unless said otherwise. */
  readonly resumption?: 'tickets' | 'session-ids';
}

/** How a client is set up. */
export interface ClientSetup extends CommonSetup {
  readonly speech: Speech;
  /** Key type of its certificate, if it shows one. */
  readonly certificate?: TestKeyType;
  /** Whom it trusts: the servers here, or others only. */
  readonly trust?: 'stranger';
  /** How many connections it makes one after the other, resuming the session of the one before; 1 by default. */
  readonly visits?: number;
  /** RFC 7507: says that it has tried a higher version before. */
  readonly fallback?: true;
}

/** What one side tells of one connection. A field is missing where that side cannot tell. */
export interface Result {
  readonly version?: VersionName | undefined;
  /** IANA name. */
  readonly suite?: string | undefined;
  /** IANA name. */
  readonly group?: string | undefined;
  /** IANA name of the scheme of the other side's signature. */
  readonly peerScheme?: string | undefined;
  readonly resumed?: boolean | undefined;
  /** Whether a NewSessionTicket was sent. */
  readonly ticketed?: boolean | undefined;
  /** Whether there was a HelloRetryRequest. */
  readonly retried?: boolean | undefined;
  /** What was negotiated, '' for none. */
  readonly alpn?: string | undefined;
  /** Common name in the other side's certificate, '' for none. */
  readonly peerName?: string | undefined;
  /** The words that were heard, or the SHA-256 of the content. */
  readonly received?: string | undefined;
  /** Exported keying material, hexadecimal. */
  readonly exported?: string | undefined;
  /** `clean` after the other side's close_notify; else what happened instead. */
  readonly ending?: string | undefined;
  /** The fatal alert that was sent or received, by its RFC name; '' for none. */
  readonly alert?: string | undefined;
  /** What this side says is wrong, in its own words; '' for nothing. */
  readonly error?: string | undefined;
}

/** Something that connects. */
export interface ClientSide {
  /** What it speaks for a talk. */
  speech(talk: Talk): Speech;
  /** Makes its connections and tells of each. */
  visit(bench: Bench, port: number, setup: ClientSetup): Promise<readonly Result[]>;
}

/** Something that accepts. */
export interface ServerSide {
  speech(talk: Talk): Speech;
  /** What it said back, where its answer has more around it. */
  said?(answer: string): string;
  start(bench: Bench, setup: ServerSetup): Promise<RunningServer>;
}

/** A server that accepts connections on a port of 127.0.0.1. */
export interface RunningServer {
  readonly port: number;
  /** What it tells of its first connections, once they are over. */
  results(count: number): Promise<readonly Result[]>;
}

/** A label of nobody's. */
export const exporterLabel = 'EXPORTER-tlsmith-interop';
/** Bytes that are exported. */
export const exporterLength = 32;

/** What clients say in an `echo` and a `farewell`: a word that is a line, a path and a file name. */
export const greeting = 'good-day-to-you';
