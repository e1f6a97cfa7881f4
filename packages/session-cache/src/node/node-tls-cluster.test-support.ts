import cluster from 'node:cluster';
import { createServer } from 'node:tls';
import { fromHex } from '@tlsmith/types';
import { resilientStore } from '../resilient.ts';
import { serveClusterStore } from './cluster-primary.ts';
import { clusterStore } from './cluster-store.ts';
import { shareSessions } from './node-tls-example.test-support.ts';
import { systemTimers } from './resilient-timers.ts';

// Two workers of a cluster serve node:tls on one port, and say in which process.
const { TEST_KEY: key, TEST_CERTIFICATE: cert, TEST_SECRET: secret = '' } = process.env;

if (cluster.isPrimary) {
  serveClusterStore();
  let listening = 0;
  for (const worker of [cluster.fork(), cluster.fork()]) {
    worker.on('message', (message: { readonly port?: number }) => {
      if (message.port !== undefined && ++listening === 2) process.send?.({ port: message.port });
    });
  }
} else {
  const server = createServer({ key, cert }, (socket) => {
    socket.on('error', () => undefined).once('data', () => socket.end(String(process.pid)));
  });
  const store = resilientStore(clusterStore(), { timers: systemTimers });
  shareSessions(server, store, fromHex(secret));
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }));
}
