import { node } from '@tlsmith/crypto/node';
import { issue, makeAuthority } from '@tlsmith/testkit/node';
import { trustAnchors } from '@tlsmith/x509';
import { expect, test } from 'vitest';
import { Client, defineClient, defineServer, identity, Server, type TlsEnd } from './index.ts';

function pump(a: TlsEnd, b: TlsEnd): void {
  for (let i = 0; i < 20; i++) {
    const x = a.takeOutput();
    const y = b.takeOutput();
    if (x.length + y.length === 0) return;
    for (const o of x) b.receive(o, 'owned');
    for (const o of y) a.receive(o, 'owned');
  }
}
const ca = makeAuthority({ name: 'root' } as never);
for (const keyType of ['p256', 'rsa'] as const)
  for (const version of ['tls13', 'tls12'] as const)
    test(`${version} ${keyType}`, () => {
      const leaf = issue(ca, {
        subject: 'example.com',
        dns: ['example.com'],
        keyType,
        eku: ['server'],
      } as never);
      const cfg = defineServer({
        provider: node,
        identity: [identity(node, { chain: leaf.chain, key: leaf.privateKeyPem })],
      });
      const c = defineClient({
        provider: node,
        serverName: 'example.com',
        trust: { roots: trustAnchors([ca.certificate]) },
        versions: [version],
      });
      const client = new Client(c);
      const server = new Server(cfg);
      pump(client, server);
      const ev = client.events(),
        sv = server.events();
      console.log(
        ev.map((e) => (e.event === 'failed' ? e.error : e.event)),
        sv.map((e) => (e.event === 'failed' ? e.error : e.event)),
      );
      client.write(new TextEncoder().encode('hi'));
      pump(client, server);
      console.log(server.events(), client.negotiated?.suite.name);
      expect(client.connected).toBe(true);
    });
