import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectNode, createServer as createNodeServer } from 'node:tls';
import { node } from '@tlsmith/crypto/node';
import { groups, type NamedGroup } from '@tlsmith/types';
import { type TrustAnchor, trustAnchors } from '@tlsmith/x509';
import { identity } from 'tlsmith';
import { connect, createServer, type TLSSocket } from 'tlsmith/node';
import { type Identified, type Pki, serverName } from '../bench/pki.ts';
import { nodeOptions, withoutTickets } from '../node/options.ts';
import type { Outcome, Series } from './series.ts';
import { tapped } from './tap.ts';

/** Plays so many handshakes over the loopback, a few at a time. */
export async function playSeries(series: Series, count: number, pki: Pki): Promise<Outcome> {
  const certificate = pki.server(series.authentication === 'rsa' ? 'rsa' : 'p256');
  const { provider, counts } = tapped(node, certificate.key.spki);
  const setting = { series, certificate, provider, pki };
  const failures: string[] = [];
  const complain = (what: string): void => void failures.push(what);
  const server = (series.role === 'client' ? nodeServer : ourServer)(setting, complain);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const visit = (series.role === 'client' ? ourVisitor : nodeVisitor)(
    setting,
    (server.address() as AddressInfo).port,
  );
  let begun = 0;
  let done = 0;
  const caller = async (): Promise<void> => {
    while (begun < count) {
      const number = begun++;
      try {
        await visit(number);
        done++;
      } catch (error) {
        complain(`handshake ${number}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  server.close();
  return { ...series, done, failures, ...counts };
}

interface Setting {
  readonly series: Series;
  readonly certificate: Identified;
  readonly provider: ReturnType<typeof tapped>['provider'];
  readonly pki: Pki;
}

type Complain = (what: string) => void;
type Visit = (number: number) => Promise<void>;

function nodeServer({ series, certificate }: Setting, complain: Complain): Server {
  const { chainPem, privateKeyPem } = certificate;
  const options = { ...nodeOptions(setupOf(series)), ...withoutTickets, cert: chainPem, key: privateKeyPem };
  const server = createNodeServer(options, (socket) => serve(socket, complain));
  return server.on('tlsClientError', (error) => complain(`node's server: ${error.message}`));
}

function ourServer({ series, certificate, provider }: Setting, complain: Complain): Server {
  const { chain, privateKeyPem } = certificate;
  const server = createServer(
    {
      ...ourOptions(series),
      provider,
      identity: [identity(provider, { chain, key: privateKeyPem })],
      sessions: 'off',
      handshakeTimeout: deadline,
    },
    (socket) => {
      const otherwise = differs(series, socket);
      if (otherwise !== undefined) complain(otherwise);
      serve(socket, complain);
    },
  );
  return server.on('tlsClientError', (error: Error) => complain(`our server: ${error.message}`));
}

/** Says back what it hears; the end of the other side ends it. */
function serve(socket: Duplex, complain: Complain): void {
  socket.on('data', (chunk: Buffer) => socket.write(chunk));
  socket.on('error', (error) => complain(`the server: ${error.message}`));
}

function ourVisitor({ series, provider, pki }: Setting, port: number): Visit {
  const roots = trustAnchors([pki.root.certificate]) as [TrustAnchor];
  return async (number) => {
    const socket = connect({
      ...ourOptions(series),
      provider,
      host: '127.0.0.1',
      port,
      serverName,
      trust: { roots },
      resumption: 'off',
      handshakeTimeout: deadline,
    });
    await talk(socket, number);
    const otherwise = differs(series, socket);
    if (otherwise !== undefined) throw new Error(otherwise);
  };
}

function nodeVisitor({ series, pki }: Setting, port: number): Visit {
  const options = { ...nodeOptions(setupOf(series)), ca: pki.root.certificatePem, servername: serverName };
  return (number) => {
    const transport = connectTcp({ host: '127.0.0.1', port, noDelay: true });
    return talk(connectNode({ ...options, socket: transport }), number);
  };
}

/** Sends something that only this connection has, waits until it comes back, and closes; both sides have to close in order. */
async function talk(socket: Duplex, number: number): Promise<void> {
  const said = `this is ${number}`;
  let heard = '';
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString();
    if (heard.length >= said.length) socket.end();
  });
  socket.write(said);
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(new Error('nothing comes')), deadline);
    let ended = false;
    socket.once('end', () => (ended = true));
    socket.once('error', reject);
    socket.once('close', () => {
      clearTimeout(timer);
      if (heard === said && ended) resolve();
      else reject(new Error(ended ? `it said ${heard}` : 'closed out of order'));
    });
  });
}

/** What our side negotiated that the series is not about. */
function differs({ version, group }: Series, { negotiated }: TLSSocket): string | undefined {
  const wanted = `${tlsVersion[version]} ${group}`;
  const got = `${negotiated?.version} ${negotiated?.group}${negotiated?.resumed === false ? '' : ' resumed'}`;
  return got === wanted ? undefined : `negotiated ${got}, not ${wanted}`;
}

const ourOptions = ({ version, group }: Series) => ({
  versions: [tlsVersion[version]],
  groups: groupsOf(group),
});

const setupOf = ({ version, group }: Series) => ({ versions: [version], groups: groupsOf(group) });

const tlsVersion = { '1.2': 'tls12', '1.3': 'tls13' } as const;

/** TLS 1.2 has the certificate's curve among the client's groups as well (RFC 8422 §5.1). */
const groupsOf = (group: Series['group']): readonly NamedGroup[] => [
  ...new Set([groups[group], groups.secp256r1]),
];

/** More than one, so that the two sides work while the loopback carries. */
const atOnce = 4;

/** Milliseconds for one handshake with all that follows. */
const deadline = 20_000;
