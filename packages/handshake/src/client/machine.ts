import type { Bodies13 } from '@tlsmith/codec';
import { client12 } from '../client12/table.ts';
import { client13 } from '../client13/table.ts';
import { type At, machine, type Machine, type Table } from '../machine.ts';
import type { ClientPolicy } from '../policy.ts';
import { onHelloRetryRequest, onSecondRetry } from './hello-retry.ts';
import { onStart } from './start.ts';
import { type ClientFacts, type ClientStartFacts, edge } from './states.ts';
import { onServerHello, onServerHelloAfterRetry } from './wait-server-hello.ts';

/** Any state of a client. */
export type ClientState = At<ClientFacts, keyof ClientFacts>;

/** A client before ServerHello. */
const clientStart: Table<ClientFacts, keyof ClientStartFacts, Bodies13, ClientPolicy> = {
  'client/start': {
    start: edge(onStart, { 'client/wait-server-hello': 'sends ClientHello' }),
  },
  'client/wait-server-hello': {
    hello_retry_request: edge(onHelloRetryRequest, {
      'client/wait-server-hello-after-retry': 'sends ClientHello again',
    }),
    server_hello: edge(onServerHello, {
      'client13/wait-encrypted-extensions': 'TLS 1.3',
      'client12/wait-certificate': 'TLS 1.2',
      'client12/wait-new-session-ticket': 'TLS 1.2 resumption, ticket promised',
      'client12/wait-change-cipher-spec': 'TLS 1.2 resumption',
    }),
  },
  'client/wait-server-hello-after-retry': {
    hello_retry_request: edge(onSecondRetry, {}),
    server_hello: edge(onServerHelloAfterRetry, { 'client13/wait-encrypted-extensions': '' }),
  },
};

/** The whole client. */
export const clientMachine: Machine<ClientState, ClientPolicy> = machine(clientStart, client13, client12);
