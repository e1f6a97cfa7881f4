import { connect, kind } from '../client.ts';
import type { Configuration, Group, Observation, Side } from '../side.ts';

const bySni =
  'nginx looks sessions up in the port’s default server, whatever name is asked for; tlsmith does not resume a session under another name (RFC 6066 §3)';
const sharedKeys =
  'ticket keys in a shared cache are common to all its servers; nginx has this since 1.23.2, Debian’s is 1.22.1';
const zone = 'ssl_session_cache shared:SSL:1m;';

/** A second server with another name or certificate, on the same port and on another. */
export const virtual: readonly Group[] = (['on', 'off'] as const).flatMap((tickets) =>
  (['a', 'b'] as const).map((certificate) => ({
    name: `second server with ${certificate === 'a' ? 'the same' : 'another'} certificate; ${zone} ssl_session_tickets ${tickets}`,
    observe: (side: Side) => between(side, certificate, `${zone} ssl_session_tickets ${tickets};`),
    reasons: {
      ...reasonsFor(['same port, name a to name b', 'same port, name b to name a'], bySni),
      ...(tickets === 'on' && certificate === 'a'
        ? reasonsFor(['name a to another port, same name'], sharedKeys)
        : {}),
      ...(tickets === 'off' && certificate === 'a'
        ? reasonsFor(['name a to another port, name b'], bySni)
        : {}),
    },
  })),
);

async function* between(side: Side, certificate: 'a' | 'b', directives: string): AsyncGenerator<Observation> {
  await side.start(configuration(certificate, directives));
  for (const version of ['1.2', '1.3'] as const) {
    // TLS 1.2 without tickets resumes by session ID.
    const attempt = { version, tickets: !directives.includes('tickets off') };
    const a = { serverName: 'a.example' };
    const b = { serverName: 'b.example' };
    const fullA = await connect(side, { ...attempt, ...a, save: 'a' });
    const fullB = await connect(side, { ...attempt, ...b, save: 'b' });
    yield { row: `TLS ${version}: certificates of a and b`, seen: `${fullA.subject}, ${fullB.subject}` };
    const rows = [
      ['same port, name a', { ...a, resume: 'a' }],
      ['same port, name b', { ...b, resume: 'b' }],
      ['same port, name a to name b', { ...b, resume: 'a' }],
      ['same port, name b to name a', { ...a, resume: 'b' }],
      ['name a to another port, same name', { ...a, resume: 'a', listener: 1 }],
      ['name a to another port, name b', { ...b, resume: 'a', listener: 1 }],
    ] as const;
    for (const [title, change] of rows) {
      yield { row: `TLS ${version}: ${title}`, seen: kind(await connect(side, { ...attempt, ...change })) };
    }
  }
  await side.stop();
}

/** Two names at the first port; at the second port the second server’s certificate for both. */
function configuration(certificate: 'a' | 'b', directives: string): Configuration {
  return [
    [
      { name: 'a.example', certificate: 'a', directives },
      { name: 'b.example', certificate, directives },
    ],
    [{ name: 'b.example', certificate, directives }],
  ];
}

function reasonsFor(rows: readonly string[], reason: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    rows.flatMap((row) => ['1.2', '1.3'].map((version) => [`TLS ${version}: ${row}`, reason] as const)),
  );
}
