import { readFileSync } from 'node:fs';
import type { Bodies13, Certificate13, Finished } from '@tlsmith/codec';
import { expect, test } from 'vitest';
import { now } from './ask.ts';
import { edge as clientEdge, type ClientFacts, go, type In, type Landing } from './client/states.ts';
import { onCertificate as onCertificate12 } from './client12/server-flight.ts';
import { onKeyUpdate } from './client13/connected.ts';
import { onCertificate } from './client13/wait-certificate.ts';
import { onCertificateVerify } from './client13/wait-certificate-verify.ts';
import { onFinished } from './client13/wait-finished.ts';
import type { PossessionProved } from './certificate-verify.ts';
import type { Effect } from './effect.ts';
import type { MessageEvent } from './event.ts';
import type { FinishedChecked } from './finished.ts';
import type { Table } from './machine.ts';
import { type ClientPolicy, clientPolicy, type ServerPolicy, serverPolicy } from './policy.ts';
import { edge as serverEdge, type ServerFacts } from './server/states.ts';
import { onFinished as onClientFinished } from './server13/wait-finished.ts';

/*
 * What the compiler has to refuse. Nothing below is run: each comment is an error of the type check where the line after it
 * is accepted.
 */

declare const waiting: In<'client13/wait-finished'>;
declare const proof: FinishedChecked;
declare const clientDecisions: ClientPolicy;
declare const serverDecisions: ServerPolicy;
declare const known: Omit<ClientFacts['client13/connected'], 'proof'>;

type Client13 = Table<
  ClientFacts,
  'client13/wait-finished' | 'client13/wait-certificate',
  Bodies13,
  ClientPolicy
>;
type Server13 = Table<ServerFacts, 'server13/wait-finished', Bodies13, ServerPolicy>;

export const tables = (): readonly object[] => {
  const good: Client13 = {
    'client13/wait-finished': { finished: clientEdge(onFinished, { 'client13/connected': '' }) },
    'client13/wait-certificate': {},
  };
  const otherMachine: Server13 = {
    'server13/wait-finished': {
      // @ts-expect-error -- an edge of the client in the server's table
      finished: clientEdge(onFinished, { 'client13/connected': '' }),
    },
  };
  const otherState: Client13 = {
    'client13/wait-finished': {},
    // @ts-expect-error -- the edge of another state: what it needs to know is not known here
    'client13/wait-certificate': { finished: clientEdge(onFinished, { 'client13/connected': '' }) },
  };
  const otherEvent: Client13 = {
    // @ts-expect-error -- the edge of another message
    'client13/wait-finished': { certificate: clientEdge(onFinished, { 'client13/connected': '' }) },
    'client13/wait-certificate': {},
  };
  const otherVersion: Client13 = {
    'client13/wait-finished': {},
    'client13/wait-certificate': {
      // @ts-expect-error -- the edge of the other version
      certificate: clientEdge(onCertificate12, {
        'client12/wait-server-key-exchange': '',
        'client12/wait-certificate-request-or-done': '',
      }),
    },
  };
  const noSuchEvent: Client13 = {
    // @ts-expect-error -- a message that the version does not have
    'client13/wait-finished': { server_hello_done: clientEdge(onFinished, { 'client13/connected': '' }) },
    'client13/wait-certificate': {},
  };
  // @ts-expect-error -- a state without its row
  const missingRow: Client13 = { 'client13/wait-finished': {} };
  return [good, otherMachine, otherState, otherEvent, otherVersion, noSuchEvent, missingRow];
};

export const landings = (): readonly object[] => [
  clientEdge(onCertificateVerify, { 'client13/wait-finished': '' }),
  // @ts-expect-error -- a landing that is missing
  clientEdge(onCertificateVerify, {}),
  // @ts-expect-error -- a landing that the edge does not have
  clientEdge(onCertificateVerify, { 'client13/wait-finished': '', 'client13/connected': '' }),
  // @ts-expect-error -- another landing than the edge's
  clientEdge(onKeyUpdate, { 'client13/wait-finished': '' }),
  // @ts-expect-error -- a landing that is no state
  clientEdge(onCertificate, { 'client13/wait-certificate-verify': '', 'client13/nowhere': '' }),
  // @ts-expect-error -- the maker of another machine's edges
  serverEdge(onFinished, { 'client13/connected': '' }),
  serverEdge(onClientFinished, { 'server13/connected': '' }),
];

/** An edge that says less than it does. */
export function* understated(
  state: In<'client13/wait-finished'>,
  _event: MessageEvent<'finished', Finished>,
): Landing<'client13/wait-finished'> {
  const { at: _at, ...facts } = state;
  // @ts-expect-error -- lands where its type does not say
  if ((yield* now()) > 0) return go('client13/connected', { ...known, proof });
  return go('client13/wait-finished', facts);
}

export const steps = (): readonly object[] => {
  const { at: _at, ...facts } = waiting;
  return [
    go('client13/connected', { ...known, proof }),
    // @ts-expect-error -- a surplus fact: the handshake secret would live on in the connected state
    go('client13/connected', { ...known, proof, handshake: waiting.handshake }),
    // @ts-expect-error -- a whole state is no set of facts: its name is a surplus one
    go('client13/wait-finished', waiting),
    // @ts-expect-error -- a fact that is missing
    go('client13/wait-finished', { ...facts, log: undefined }),
    // @ts-expect-error -- connected without a checked Finished
    go('client13/connected', known),
    // @ts-expect-error -- connected with a proof that is none
    go('client13/connected', { ...known, proof: {} }),
    // @ts-expect-error -- connected with a proof that says so itself
    go('client13/connected', { ...known, proof: { checked: true } }),
    // @ts-expect-error -- connected with the proof of something else
    go('client13/connected', { ...known, proof: {} as PossessionProved }),
    // @ts-expect-error -- a state that there is not
    go('client13/finished', { ...known, proof }),
    // @ts-expect-error -- an effect that there is not
    go('client13/connected', { ...known, proof }, { effect: 'seal', bytes: new Uint8Array(0) }),
  ];
};

export const plainData = (effect: Effect): void => {
  // @ts-expect-error -- a state is never changed
  waiting.log = [];
  // @ts-expect-error -- nor is an effect
  effect.effect = 'close';
};

export const policies = (): readonly object[] => {
  const { extendedMasterSecret: _secret, ...undecidedMaster } = clientDecisions;
  const { resumption: _resumption, ...undecidedResumption } = clientDecisions;
  const { middleboxCompatibility: _compatibility, ...undecidedCamouflage } = clientDecisions;
  const { serverName: _name, ...undecidedName } = clientDecisions;
  const { versions: _versions, ...undecidedVersions } = clientDecisions;
  const { clientAuthentication: _authentication, ...undecidedAuthentication } = serverDecisions;
  const { context: _context, ...undecidedContext } = serverDecisions;
  const { tickets: _tickets, ...undecidedTickets } = serverDecisions;
  return [
    // @ts-expect-error -- what if the server lacks RFC 7627?
    clientPolicy(undecidedMaster),
    // @ts-expect-error -- are sessions resumed?
    clientPolicy(undecidedResumption),
    // @ts-expect-error -- are middleboxes to be deceived?
    clientPolicy(undecidedCamouflage),
    // @ts-expect-error -- is the name sent? `undefined` has to be said
    clientPolicy(undecidedName),
    // @ts-expect-error -- which versions?
    clientPolicy(undecidedVersions),
    // @ts-expect-error -- are clients authenticated?
    serverPolicy(undecidedAuthentication),
    // @ts-expect-error -- whose sessions are these?
    serverPolicy(undecidedContext),
    // @ts-expect-error -- how many tickets?
    serverPolicy(undecidedTickets),
    // @ts-expect-error -- a union, not a boolean
    serverPolicy({ ...serverDecisions, clientAuthentication: true }),
    // @ts-expect-error -- TLS 1.1 is none of the versions
    clientPolicy({ ...clientDecisions, versions: ['tls11'] }),
    // @ts-expect-error -- the policy of the other role
    clientPolicy(serverDecisions),
  ];
};

/** The body of a message is that of its version. */
export const bodies = (certificate: Certificate13): object => ({
  // @ts-expect-error -- a certificate of TLS 1.3 is more than its bytes
  certificateList: certificate.certificateList satisfies readonly Uint8Array[],
});

test('the refusals in this file are for the compiler, and none gets lost', () => {
  const source = readFileSync(new URL(import.meta.url), 'utf8');
  expect(source.match(/^\s*\/\/ @ts-expect-error -- /gm)).toHaveLength(35);
});
