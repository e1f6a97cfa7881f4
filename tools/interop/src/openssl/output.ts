import { alertDescription, alertName, type SignatureScheme } from '@tlsmith/types';
import { LeftOut, type VersionName } from '../cell.ts';
import type { Result } from '../side.ts';
import { commonName, ianaGroup, ianaScheme, ianaSuite } from './names.ts';

/** What `openssl s_client` tells of a connection on its two outputs. */
export function clientReport(out: string, err: string, among?: readonly SignatureScheme[]): Result {
  const session = /^(New|Reused), (\S+), Cipher is (\S+)/m.exec(out);
  // s_client writes this line with (NONE) when there was no handshake.
  if (session === null || session[3] === '(NONE)') return faults(out + err);
  const [, kind, , suite] = session as unknown as [string, string, string, string];
  return {
    ...faults(out + err),
    version: versionIn(out),
    suite: ianaSuite(suite),
    resumed: kind === 'Reused',
    group: groupIn(out),
    alpn: /^ALPN protocol: (.*)/m.exec(out)?.[1] ?? '',
    peerScheme: signatureIn(out, among),
    peerName: commonName(/^subject=(.*)/m.exec(out)?.[1] ?? ''),
    exported: /^ *Keying material: ([0-9A-F]+)/m.exec(out)?.[1]?.toLowerCase(),
  };
}

/** What `openssl s_server` tells of one connection; `out` is its own part of the standard output. */
export function serverReport(out: string, err: string, among?: readonly SignatureScheme[]): Result {
  const suite = /^CIPHER is (\S+)/m.exec(out)?.[1];
  if (suite === undefined) return faults(out + err);
  return {
    ...faults(out + err),
    version: sessionVersion(out),
    suite: ianaSuite(suite),
    resumed: /^Reused session-id/m.test(out),
    alpn: /^ALPN protocols selected: (.*)/m.exec(out)?.[1] ?? '',
    peerScheme: signatureIn(out, among),
    peerName: commonName(/^subject=(.*)/m.exec(out)?.[1] ?? ''),
    exported: /^ *Keying material: ([0-9A-F]+)/m.exec(out)?.[1]?.toLowerCase(),
    ending: /^DONE/m.test(out) ? 'clean' : 'closed',
  };
}

/** @throws {LeftOut} when this OpenSSL, or what calls itself so, lacks an option or an algorithm that it was given. */
export function refuseUnknown(err: string): void {
  const missing = /^.*(?:[Uu]nknown option|Call to SSL_CONF_cmd|no protocols available).*$/m.exec(err)?.[0];
  if (missing !== undefined) throw new LeftOut(`this openssl says: ${missing}`);
}

/** The alert that a peer's error names by number or in words, and the reason in OpenSSL's words. */
export function faults(printed: string): Result {
  const number = /SSL alert number (\d+)/.exec(printed)?.[1];
  const words =
    /(?:tlsv1|tlsv13|sslv3) alert ([a-z ]+)/.exec(printed)?.[1]?.trim().replaceAll(' ', '_') ?? '';
  return {
    alert: number !== undefined ? alertName(Number(number)) : words in alertDescription ? words : '',
    error: /error:[0-9A-F]+:SSL routines:[^:]*:([^:,\n]+)/.exec(printed)?.[1] ?? '',
  };
}

const versions: Readonly<Record<string, VersionName>> = { 'TLSv1.3': '1.3', 'TLSv1.2': '1.2' };

/**
 * The version is in the line of the session, which TLS 1.3 prints with the first ticket only; the line of the cipher
 * names the suite's version, and the suites of TLS 1.3 are its own.
 */
function versionIn(out: string): VersionName | undefined {
  const protocol = /^ +Protocol *: (\S+)/m.exec(out)?.[1] ?? /^(?:New|Reused), (\S+),/m.exec(out)?.[1];
  return versions[protocol ?? ''];
}

/** OpenSSL 3.2 says Peer for Server, and 3.5 names the group of TLS 1.3 in a line of its own. */
function groupIn(out: string): string | undefined {
  const named = /^Negotiated TLS1\.3 group: (\S+)/m.exec(out)?.[1];
  const key = /^(?:Server|Peer) Temp Key: (?:ECDH, )?([^,\n]+)/m.exec(out)?.[1];
  const group = named ?? key;
  return group === undefined ? undefined : ianaGroup(group);
}

function signatureIn(out: string, among: readonly SignatureScheme[] | undefined): string | undefined {
  const type = /^Peer signature type: (\S+)/m.exec(out)?.[1];
  const digest = /^Peer signing digest: (\S+)/m.exec(out)?.[1];
  return type === undefined
    ? undefined
    : ianaScheme(digest === undefined ? type : `${type} ${digest}`, among);
}

/** s_server prints its session in DER only: SEQUENCE { version 1, the protocol's version, the suite ... }. */
function sessionVersion(out: string): VersionName | undefined {
  const pem = /BEGIN SSL SESSION PARAMETERS-----\n([^-]*)-/.exec(out)?.[1] ?? '';
  const hex = Buffer.from(pem, 'base64').toString('hex');
  const minor = /^30(?:8[12])?(?:..){1,2}02010102020(3..)/.exec(hex)?.[1];
  return minor === '304' ? '1.3' : minor === '303' ? '1.2' : undefined;
}
