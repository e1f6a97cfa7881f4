import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { clientMachine } from './client/machine.ts';
import { arrows, diagram, type Drawable, paths } from './diagram.ts';
import { serverMachine } from './server/machine.ts';

const tiny: Drawable = {
  'a/start': { go: { to: { 'a/middle': 'x: y; z', 'a/end': '' } } },
  'a/middle': {
    again: { to: { 'a/middle': '' } },
    on: { to: { 'a/end': '' } },
    back: { to: { 'a/start': '' } },
  },
  'a/end': { more: { to: { 'a/end': '' } }, never: { to: {} } },
};

test('a diagram has a name, a beginning, and an arrow for every landing', () => {
  expect(diagram(tiny)).toBe(
    [
      'stateDiagram-v2',
      '  state "a/start" as a_start',
      '  state "a/middle" as a_middle',
      '  state "a/end" as a_end',
      '  a_start --> a_middle: go (x – y, z)',
      '  a_start --> a_end: go',
      '  a_middle --> a_middle: again',
      '  a_middle --> a_end: on',
      '  a_middle --> a_start: back',
      '  a_end --> a_end: more',
      '',
    ].join('\n'),
  );
});

test('a part of a diagram has what leads out of its states, and begins where nothing leads to', () => {
  expect(diagram(tiny, (state) => state === 'a/end')).toBe(
    ['stateDiagram-v2', '  state "a/end" as a_end', '  [*] --> a_end', '  a_end --> a_end: more', ''].join(
      '\n',
    ),
  );
});

test('paths touch no state twice, and have loops once in parentheses', () => {
  expect(paths(tiny, 'a/start')).toEqual([
    ['go', '(again)', 'on', '(more)'],
    ['go', '(more)'],
  ]);
});

describe('the paths of the machines are those of the RFCs', () => {
  const after13 = ['(new_session_ticket)', '(key_update)', '(update-keys)'];
  const hello = [['server_hello'], ['hello_retry_request', 'server_hello']];

  /** RFC 9846 §A.1: WAIT_EE, then WAIT_FINISHED under a PSK, else WAIT_CERT_CR, [WAIT_CERT,] WAIT_CV. */
  const client13 = hello.flatMap((start) =>
    [
      [],
      ['certificate', 'certificate_verify'],
      ['certificate_request', 'certificate', 'certificate_verify'],
    ].map((middle) => ['start', ...start, 'encrypted_extensions', ...middle, 'finished', ...after13]),
  );

  /**
   * RFC 5246 §7.3 figure 1 with its starred messages there or not; RFC 5077 §3.1 figure 1 and 3. A status that was not
   * promised, and one that was and did not come, make the same messages over different states: those paths come twice.
   */
  const full12 = [[], [], ['certificate_status']].flatMap((status) =>
    [[], ['server_key_exchange']].flatMap((exchange) =>
      [[], ['certificate_request']].flatMap((request) =>
        [[], ['new_session_ticket']].map((ticket) => [
          'certificate',
          ...status,
          ...exchange,
          ...request,
          'server_hello_done',
          ...ticket,
        ]),
      ),
    ),
  );

  /** RFC 5246 §7.3 figure 2; RFC 5077 §3.1 figure 2. */
  const abbreviated12 = [[], ['new_session_ticket']];

  const client12 = [...full12, ...abbreviated12].map((middle) => [
    'start',
    'server_hello',
    ...middle,
    'change-cipher-spec',
    'finished',
    '(hello_request)',
  ]);

  /** RFC 9846 §A.2 without 0-RTT: START, [HelloRetryRequest,] WAIT_FINISHED, [WAIT_CERT, [WAIT_CV]]. */
  const server13 = [['client_hello'], ['client_hello', 'client_hello']].flatMap((start) =>
    [[], ['certificate'], ['certificate', 'certificate_verify']].map((middle) => [
      ...start,
      ...middle,
      'finished',
      '(key_update)',
      '(update-keys)',
    ]),
  );

  /** RFC 5246 §7.3 figures 1 and 2: the client's flight. */
  const server12 = [
    [],
    ['client_key_exchange'],
    ['certificate', 'client_key_exchange'],
    ['certificate', 'client_key_exchange', 'certificate_verify'],
  ].map((middle) => ['client_hello', ...middle, 'change-cipher-spec', 'finished', '(client_hello)']);

  const sorted = (list: readonly (readonly string[])[]) => list.map((one) => one.join(' ')).toSorted();

  test.each([
    ['client', clientMachine, 'client/start', [...client13, ...client12], 32],
    ['server', serverMachine, 'server/wait-client-hello', [...server13, ...server12], 10],
  ] as const)('for the %s', (_role, machine, from, wanted, count) => {
    const found = paths(machine, from);
    expect(sorted(found)).toEqual(sorted(wanted));
    expect(found).toHaveLength(count);
  });
});

test('every state can be reached from the start, and every landing is a state', () => {
  for (const [machine, from] of [
    [clientMachine, 'client/start'],
    [serverMachine, 'server/wait-client-hello'],
  ] as const) {
    const all = arrows(machine);
    const reached = new Set([from as string]);
    for (let size = 0; size !== reached.size; ) {
      size = reached.size;
      for (const arrow of all) if (reached.has(arrow.from)) reached.add(arrow.to);
    }
    expect([...reached].toSorted()).toEqual(Object.keys(machine).toSorted());
  }
});

describe('docs/state-machines.md', () => {
  const file = new URL('../../../docs/state-machines.md', import.meta.url);
  const text = readFileSync(file, 'utf8');
  const drawn: Readonly<Record<string, string>> = {
    client13: diagram(clientMachine, (state) => !state.startsWith('client12/')),
    client12: diagram(clientMachine, (state) => state.startsWith('client12/')),
    server13: diagram(serverMachine, (state) => !state.startsWith('server12/')),
    server12: diagram(serverMachine, (state) => state.startsWith('server12/')),
  };
  const block = /<!-- diagram (\w+) -->\n[^]*?<!-- end -->/g;

  test('has a place for each of the four diagrams', () => {
    expect([...text.matchAll(block)].map(([, name]) => name)).toEqual(Object.keys(drawn));
  });

  // `pnpm exec vitest run packages/handshake/src/diagram.test.ts -u` draws them anew.
  test('shows the tables as they are', async () => {
    const current = text.replaceAll(
      block,
      (_old, name: string) => `<!-- diagram ${name} -->\n\`\`\`mermaid\n${drawn[name]}\`\`\`\n<!-- end -->`,
    );
    await expect(current).toMatchFileSnapshot(fileURLToPath(file));
  });
});
