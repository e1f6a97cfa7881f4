import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../client.ts';
import type { Group, Observation, Side } from '../side.ts';
import { one } from './matrix.ts';

// prettier-ignore
const caches = [
  'off',
  'none',
  'builtin',
  'builtin:1000',
  'builtin:0',
  'shared:SSL:10m',
  'shared:SSL:10M',
  'shared:SSL:32k',
  'builtin:1000 shared:SSL:10m',
  'shared:SSL:10m builtin:1000',
  'off none',
  'off shared:SSL:10m',
  'none builtin',
  'shared:a:1m shared:b:2m',
  'builtin:1 builtin:2',
  'shared:SSL:32768',
  'foo',
  'OFF',
  'builtin:',
  'builtin:-1',
  'builtin:abc',
  'builtin:10k',
  'builtin:99999999999999999999',
  'shared',
  'shared:',
  'shared:SSL',
  'shared:SSL:',
  'shared::10m',
  'shared::',
  'shared:SSL:abc',
  'shared:SSL:10g',
  'shared:SSL:10',
  'shared:SSL:32767',
  'shared:SSL:31k',
  'shared:SSL:-1',
  'shared:SSL:0',
  'shared:SSL:10m:20',
  'shared:SSL:10 m',
  '',
  'shared:a:m',
  'shared:a:10MB',
  'shared:a:99999999999999m',
  'shared:a:1m shared:a:2m',
];

// prettier-ignore
const times = [
  '5m',
  '0',
  '1',
  '08',
  '1s',
  '1h',
  '1h30m',
  '"1h 30m"',
  '"1h  30m"',
  '"1m "',
  '1m30',
  '"1m 5"',
  '1s1',
  '"30 1"',
  '"30 "',
  '1hm',
  'ym1',
  '1d',
  '1w',
  '1M',
  '1y',
  '1y1M1w1d1h1m1s',
  '"1m s"',
  '" 1"',
  '"  1"',
  '292471208677y',
  '1ms',
  '500ms',
  '1x',
  '1S',
  '1H',
  '1D',
  '1W',
  'm',
  'y',
  '-1',
  '+5',
  '1.5h',
  '5.',
  '0x10',
  '1m1h',
  '1m1m',
  '" 1m"',
  '"1 h"',
  '"5 5 5"',
  '"1s 5 "',
  '1s5s',
  'm1h',
  '1M1m1M',
  '1Mms',
  '""',
  '" "',
  '5 m',
  '',
  '99999999999999999999',
  '292471208678y',
  '1h-5m',
];

const others = [
  'ssl_session_tickets on;',
  'ssl_session_tickets OFF;',
  'ssl_session_tickets On;',
  'ssl_session_tickets yes;',
  'ssl_session_tickets 1;',
  'ssl_session_tickets;',
  'ssl_session_tickets on off;',
  'ssl_session_tickets on; ssl_session_tickets on;',
  'ssl_session_timeout 5m; ssl_session_timeout 5m;',
  'ssl_session_cache none; ssl_session_cache builtin;',
  'ssl_session_cache shared:a:1m; ssl_session_cache shared:a:2m;',
  'ssl_session_ticket_key 48.key;',
  'ssl_session_ticket_key 80.key; ssl_session_ticket_key 48.key;',
  'ssl_session_ticket_key 47.key;',
  'ssl_session_ticket_key 80.key; ssl_session_ticket_key 47.key;',
  'ssl_session_ticket_key 0.key;',
  'ssl_session_ticket_key 200.key;',
  'ssl_session_ticket_key none.key;',
  'ssl_session_ticket_key .;',
  'ssl_session_ticket_key;',
  'ssl_session_ticket_key 80.key 48.key;',
  'ssl_session_cash none;',
  'ssl_session_cache none',
];

// Values whose meaning shows in the lifetime that comes with a ticket.
const measured = ['5m', '90', '1h 30m', '1m5', '1m 5', '1s1', '30 1', '1hm', '1d', '1w'];
const long = ['8d', '1M'];

/** What is taken and refused at start-up, and what a time means. */
export const directives: readonly Group[] = [
  { name: 'directives at start-up', observe: atStart, reasons: {} },
  {
    name: 'the lifetime that ssl_session_timeout announces',
    observe: announced,
    reasons: {
      ...reasonFor(measured, 'tlsmith announces the whole seconds that are left, which may be one less'),
      ...reasonFor(
        long,
        'no session lives longer than seven days (RFC 9846 §4.7.1); tlsmith holds TLS 1.2 to it too',
      ),
    },
  },
];

async function* atStart(side: Side): AsyncGenerator<Observation> {
  for (const length of [0, 47, 48, 80, 200]) {
    writeFileSync(join(side.folder, `${length}.key`), Buffer.alloc(length, length));
  }
  const all = [
    ...caches.map((value) => `ssl_session_cache ${value};`),
    ...times.map((value) => `ssl_session_timeout ${value};`),
    ...others,
  ];
  for (const text of all) {
    const refusal = await side.refusal(text);
    yield {
      row: text,
      seen: refusal === undefined ? 'taken' : 'refused',
      ...(refusal && { detail: refusal }),
    };
  }
}

async function* announced(side: Side): AsyncGenerator<Observation> {
  for (const time of [...measured, ...long]) {
    await side.start(one(`ssl_session_timeout "${time}";`));
    const tls12 = await connect(side, { version: '1.2' });
    const tls13 = await connect(side, { version: '1.3' });
    yield { row: `ssl_session_timeout "${time}"`, seen: `TLS 1.2 ${tls12.hint} s, TLS 1.3 ${tls13.hint} s` };
    await side.stop();
  }
}

function reasonFor(times: readonly string[], reason: string): Readonly<Record<string, string>> {
  return Object.fromEntries(times.map((time) => [`ssl_session_timeout "${time}"`, reason]));
}
