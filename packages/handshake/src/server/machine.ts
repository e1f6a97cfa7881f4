import type { Bodies13 } from '@tlsmith/codec';
import { type At, machine, type Machine, type Table } from '../machine.ts';
import type { ServerPolicy } from '../policy.ts';
import { server12 } from '../server12/table.ts';
import { server13 } from '../server13/table.ts';
import { edge, type ServerFacts, type ServerStartFacts } from './states.ts';
import { onClientHello } from './wait-client-hello.ts';

/** Any state of a server. */
export type ServerState = At<ServerFacts, keyof ServerFacts>;

/** A server before the version is known. */
const serverStart: Table<ServerFacts, keyof ServerStartFacts, Bodies13, ServerPolicy> = {
  'server/wait-client-hello': {
    client_hello: edge(onClientHello, {
      'server13/wait-second-client-hello': 'TLS 1.3, no usable share: sends HelloRetryRequest',
      'server13/wait-certificate': 'TLS 1.3, client authentication',
      'server13/wait-finished': 'TLS 1.3',
      'server12/wait-certificate': 'TLS 1.2, client authentication',
      'server12/wait-client-key-exchange': 'TLS 1.2',
      'server12/wait-change-cipher-spec':
        'TLS 1.2 resumption: sends ServerHello, [NewSessionTicket,] ChangeCipherSpec, Finished',
    }),
  },
};

/** The whole server. */
export const serverMachine: Machine<ServerState, ServerPolicy> = machine(serverStart, server13, server12);
