import { X509Certificate } from 'node:crypto';
import { alertName, groups, schemes, suites } from '@tlsmith/types';
import type { VersionName } from '../cell.ts';
import { commonName } from '../openssl/names.ts';
import type { Result } from '../side.ts';

/** What Chromium's net log (`--log-net-log`) tells of its TLS connections, in their order. */
export function netLogReports(log: string): readonly Result[] {
  const { constants, events } = JSON.parse(log) as NetLog;
  const typeOf = (name: string): number | undefined => constants.logEventTypes[name];
  const connections = new Map<number, Partial<Record<string, Facts>>>();
  for (const { type, source, params } of events) {
    const name = eventNames.find((one) => typeOf(one) === type);
    if (name === undefined) continue;
    const known = connections.get(source.id) ?? {};
    connections.set(source.id, { ...known, ...(params === undefined ? {} : { [name]: params }) });
  }
  return [...connections.values()].map(reportOf);
}

function reportOf(facts: Partial<Record<string, Facts>>): Result {
  const connected = facts['SSL_CONNECT'];
  const alert = facts['SSL_ALERT_SENT'] ?? facts['SSL_ALERT_RECEIVED'];
  const description = Number.parseInt(alert?.hex_encoded_bytes?.slice(2, 4) ?? '0', 16);
  const wrong: Result = {
    // close_notify is an alert as well (0).
    alert: description === 0 ? '' : alertName(description),
    error: facts['SSL_HANDSHAKE_ERROR'] === undefined ? '' : String(connected?.net_error ?? 'handshake'),
  };
  if (connected?.version === undefined) return wrong;
  const leaf = facts['SSL_CERTIFICATES_RECEIVED']?.certificates?.[0];
  return {
    ...wrong,
    version: connected.version.replace('TLS ', '') as VersionName,
    suite: named(suites, connected.cipher_suite),
    group: named(groups, connected.key_exchange_group),
    peerScheme: named(schemes, connected.peer_signature_algorithm),
    resumed: connected.is_resumed,
    peerName: leaf === undefined ? undefined : commonName(new X509Certificate(leaf).subject),
    alpn: connected.next_proto === 'unknown' ? '' : connected.next_proto,
  };
}

const eventNames = [
  'SSL_CONNECT',
  'SSL_HANDSHAKE_ERROR',
  'SSL_ALERT_SENT',
  'SSL_ALERT_RECEIVED',
  'SSL_CERTIFICATES_RECEIVED',
];

const named = (
  registry: Readonly<Record<string, { readonly name: string; readonly code: number }>>,
  code: number | undefined,
): string | undefined => Object.values(registry).find((entry) => entry.code === code)?.name;

interface NetLog {
  readonly constants: { readonly logEventTypes: Readonly<Record<string, number>> };
  readonly events: readonly {
    readonly type: number;
    readonly source: { readonly id: number };
    readonly params?: Facts;
  }[];
}

/** Parameters of the events that are looked at. */
interface Facts {
  readonly version?: string;
  readonly cipher_suite?: number;
  readonly key_exchange_group?: number;
  readonly peer_signature_algorithm?: number;
  readonly is_resumed?: boolean;
  readonly next_proto?: string;
  readonly net_error?: number;
  readonly hex_encoded_bytes?: string;
  /** PEM. */
  readonly certificates?: readonly string[];
}
