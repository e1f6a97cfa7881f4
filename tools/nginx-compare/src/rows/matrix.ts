import { type Attempt, connect, kind } from '../client.ts';
import type { Configuration, Group, Observation, Side } from '../side.ts';

const ticketsFull = 'TLS 1.3: tickets after a full handshake';
const again13 = 'TLS 1.3: the same ticket again, again';
const ticketsResumed = 'TLS 1.3: tickets after a resumed one';
const noMatterHowMany =
  'OpenSSL renews the one ticket that was used; tlsmith sends as many as after a full handshake, so that clients that open parallel connections always have fresh ones (RFC 9846 §C.4)';
const useless =
  'OpenSSL sends tickets that it will not remember; tlsmith sends none when it can resume nothing';

const caches = ['off', 'none', 'builtin', 'builtin:1000', 'shared:SSL:1m', 'builtin:1000 shared:SSL:1m'];

/** Every kind of cache with tickets on and off, and every way to resume. */
export const matrix: readonly Group[] = caches.flatMap((cache) =>
  ['on', 'off'].map((tickets) => ({
    name: `ssl_session_cache ${cache}; ssl_session_tickets ${tickets}`,
    observe: (side: Side) => everyWay(side, `ssl_session_cache ${cache}; ssl_session_tickets ${tickets};`),
    reasons: {
      [ticketsResumed]: noMatterHowMany,
      ...(tickets === 'off' && (cache === 'off' || cache === 'none')
        ? { [ticketsFull]: useless, [ticketsResumed]: useless }
        : {}),
    },
  })),
);

async function* everyWay(side: Side, directives: string): AsyncGenerator<Observation> {
  await side.start(one(directives));
  yield* tls12(side, { version: '1.2' }, 'TLS 1.2, tickets taken');
  yield* tls12(side, { version: '1.2', tickets: false }, 'TLS 1.2, no tickets taken');
  const full = await connect(side, { version: '1.3', save: 'tls13' });
  yield { row: ticketsFull, seen: String(full.tickets) };
  if (full.tickets === 0) {
    yield { row: again13, seen: 'full, full' };
    yield { row: ticketsResumed, seen: '0' };
  } else {
    const [once, twice] = [
      await connect(side, { version: '1.3', resume: 'tls13' }),
      await connect(side, { version: '1.3', resume: 'tls13' }),
    ];
    yield { row: again13, seen: `${kind(once)}, ${kind(twice)}` };
    yield { row: ticketsResumed, seen: String(once.tickets) };
  }
  await side.stop();
}

/** What a full handshake gives, and whether it comes back, twice. */
async function* tls12(side: Side, attempt: Attempt, title: string): AsyncGenerator<Observation> {
  const full = await connect(side, { ...attempt, save: 'tls12' });
  const given = full.ticket !== undefined ? 'ticket' : full.sessionId ? 'session ID' : 'nothing';
  yield { row: `${title}: full handshake gives`, seen: given };
  if (given === 'nothing') {
    yield { row: `${title}: again, again`, seen: 'full, full' };
    return;
  }
  const [once, twice] = [
    await connect(side, { ...attempt, resume: 'tls12' }),
    await connect(side, { ...attempt, resume: 'tls12' }),
  ];
  yield { row: `${title}: again, again`, seen: `${kind(once)}, ${kind(twice)}` };
}

export const one = (directives: string, certificate: 'a' | 'b' = 'a'): Configuration => [
  [{ name: 'a.example', certificate, directives }],
];
