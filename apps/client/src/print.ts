import type { Writable } from 'node:stream';
import type { CertificateSummary } from './certificates.ts';
import type { Agreed, ClientEvent, Direction } from './events.ts';
import type { Failure } from '@tlsmith/app-terminal';
import type { Settings } from './flags.ts';
import { proseName } from './messages.ts';

/** Takes events as they happen. */
export type Print = (event: ClientEvent) => void;

/** JSON goes to stdout, one event a line; words go to stderr, so that stdout holds the peer's data and nothing else. */
export function printer(show: Settings['show'], stdout: Writable, stderr: Writable): Print {
  if (show.json) return (event) => void stdout.write(`${JSON.stringify(event)}\n`);
  return (event) => {
    if (!show.summary && event.event !== 'failed') return;
    const lines = linesOf(event);
    if (lines.length > 0) stderr.write(`${lines.join('\n')}\n`);
  };
}

/** An event in words; application data has none. */
export function linesOf(event: ClientEvent): readonly string[] {
  switch (event.event) {
    case 'connecting':
      return [
        `connecting${event.attempt === 0 ? '' : ' again'} to ${event.host}:${event.port}${event.resuming ? ', with a session to resume' : ''}`,
      ];
    case 'starttls':
      return [`${event.protocol} server agreed to TLS`];
    case 'record': {
      const inner = event.innerType === undefined ? '' : ` holding ${event.innerType}`;
      const padding = (event.padding ?? 0) > 0 ? `, ${event.padding} bytes of padding` : '';
      const dropped = event.dropped === undefined ? '' : `, dropped (${event.dropped})`;
      return [
        `${arrow(event.direction)} record ${event.type}${inner}, ${event.length} bytes, ${event.epoch}${padding}${dropped}`,
      ];
    }
    case 'message': {
      const name = proseName(event.message).padEnd(20);
      const size = `${event.length} bytes`.padStart(11);
      const line = `${arrow(event.direction)} ${name} ${size}  ${event.epoch.padEnd(11)}  ${event.facts}`;
      return [line.trimEnd(), ...(event.bytes ?? []).map((row) => `     ${row}`)];
    }
    case 'alert':
      return [`${arrow(event.direction)} alert ${event.level} ${event.description}`];
    case 'connected':
      return summary(event);
    case 'session':
      return [`session to resume within ${event.lifetime} seconds (${event.version})`];
    case 'data':
      return [];
    case 'closed':
      return [`closed; ${event.sent} bytes sent, ${event.received} bytes received`];
    case 'failed':
      return failure(event);
  }
}

function summary(agreed: Agreed): readonly string[] {
  const { version, serverName, resumed, helloRetryRequest } = agreed;
  const rows: readonly (readonly [string, string])[] = [
    ['verdict', `${agreed.verdict}: ${agreed.sentence}`],
    ['suite', agreed.suite],
    ['key exchange', `${agreed.keyExchange}${helloRetryRequest ? ', after HelloRetryRequest' : ''}`],
    ['signature', agreed.peerSignature ?? 'none'],
    ['ALPN', agreed.alpn ?? 'none'],
    ['name sent', serverName ?? 'none'],
    ['resumed', resumed ? 'yes' : 'no'],
    ...(agreed.extendedMasterSecret ? [] : [['warning', 'no extended master secret (RFC 7627)'] as const]),
  ];
  return [
    `connected, ${version}`,
    'certificates',
    ...agreed.chain.flatMap(certificate),
    'checks',
    ...agreed.checks.map((line) => `  ${line}`),
    ...rows.map(([name, value]) => `${name.padEnd(13)} ${value}`),
  ].filter((line, index, all) => line !== 'checks' || all[index + 1]?.startsWith('  ') === true);
}

function certificate(one: CertificateSummary, index: number): readonly string[] {
  const names = one.names.length === 0 ? [] : [`     for ${one.names.join(', ')}`];
  return [
    `  ${index}  ${one.subject} (${one.key})`,
    `     issued by ${one.issuer}`,
    ...names,
    `     valid from ${one.notBefore} to ${one.notAfter}`,
    `     sha256:${one.sha256}`,
  ];
}

function failure({ code, sentence, section, alert, checks = [], facts = '' }: Failure): readonly string[] {
  const sent = alert?.direction === 'write' ? [`  alert ${alert.description} sent`] : [];
  return [
    `failed: ${code}`,
    `  ${sentence}${section === undefined ? '' : ` (${section})`}`,
    ...(facts === '' ? [] : [`  ${facts}`]),
    ...checks.map((line) => `  ${line}`),
    ...sent,
  ];
}

const arrow = (direction: Direction): string => (direction === 'write' ? '-->' : '<--');
