import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { node } from '@tlsmith/crypto/node';
import { accessDescriptions, crlDistributionPoints } from '@tlsmith/testkit';
import { issue, makeAuthority, makeCrl, makeOcspResponse } from '@tlsmith/testkit/node';
import { drive, isCertificateRejected } from '@tlsmith/types';
import { type FetchAsk, trustAnchor, type VerifiedChain, verifyChain } from '@tlsmith/x509';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type FetchLimits, fetchingAnswer, isPublicUrl } from './fetching.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

let origin = '';
let routes: Record<string, Handler> = {};
let seen: {
  readonly method: string | undefined;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}[] = [];
const server = createServer((request, response) => {
  const url = request.url ?? '';
  seen.push({ method: request.method, url, headers: request.headers });
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const name = Object.keys(routes).find((prefix) => url.startsWith(prefix));
    const handler = name === undefined ? undefined : routes[name];
    if (handler === undefined) response.writeHead(404).end('nothing here');
    else handler(request, response, Buffer.concat(chunks));
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  routes = {};
  seen = [];
});

const serve =
  (bytes: Uint8Array): Handler =>
  (_, response) =>
    response.end(bytes);
const ask = (path: string, what: FetchAsk['what'] = 'crl', request?: Uint8Array): FetchAsk => ({
  ask: 'fetch',
  what,
  url: `${origin}${path}`,
  ...(request === undefined ? {} : { request }),
});
const anywhere: FetchLimits = { permit: () => true };
const fetching = (limits: FetchLimits = {}) => {
  const answer = fetchingAnswer(node, { ...anywhere, ...limits });
  return async (one: FetchAsk) => {
    const bytes = (await answer(one)) as Uint8Array | undefined;
    return bytes === undefined ? undefined : Buffer.from(bytes).toString();
  };
};

test('a verification gets issuer, OCSP responses and CRLs from the network', async () => {
  const at = Date.UTC(2026, 6, 1);
  const root = makeAuthority({ name: 'Root' });
  const between = makeAuthority({
    name: 'Between',
    under: root,
    extensions: [crlDistributionPoints([{ names: { uri: [`${origin}/root.crl`] } }])],
  });
  const leaf = issue(between, {
    subject: 'a.example',
    extensions: [accessDescriptions({ caIssuers: [`${origin}/between.cer`], ocsp: [`${origin}/ocsp`] })],
  });
  routes = {
    '/between.cer': serve(between.certificate),
    '/root.crl': serve(makeCrl(root)),
    '/ocsp': serve(makeOcspResponse(between, { responses: [{ about: leaf.certificate }] })),
  };
  const verify = () =>
    drive(
      verifyChain({
        chain: [leaf.certificate],
        anchors: [trustAnchor(root.certificate)],
        at,
        purpose: 'server',
        revocation: { mode: 'hard' },
        fetch: ['issuer', 'ocsp', 'crl'],
      }),
      fetchingAnswer(node, anywhere),
    ) as Promise<VerifiedChain>;
  const { statuses } = await verify();
  expect(statuses.map((one) => one.status === 'good' && one.source)).toEqual(['ocsp', 'crl']);
  expect(seen.map(({ url }) => url.slice(0, 5))).toEqual(['/betw', '/root', '/ocsp']);
  routes['/ocsp'] = serve(
    makeOcspResponse(between, { responses: [{ about: leaf.certificate, status: { revokedAt: 0 } }] }),
  );
  await expect(verify()).rejects.toSatisfy(
    (error) => isCertificateRejected(error) && error.code === 'revoked',
  );
});

test('a short OCSP request goes into the URL, a long one is posted (RFC 5019 §5, RFC 6960 appendix A.1)', async () => {
  const bodies: string[] = [];
  routes['/o'] = (_, response, body) => {
    bodies.push(body.toString('hex'));
    response.end('answer');
  };
  const short = Uint8Array.from({ length: 80 }, (_, i) => 255 - i);
  const long = new Uint8Array(200).fill(7);
  expect(await fetching()(ask('/o', 'ocsp', short))).toBe('answer');
  expect(await fetching()(ask('/o/', 'ocsp', short))).toBe('answer');
  expect(await fetching()(ask('/o', 'ocsp', long))).toBe('answer');
  const encoded = encodeURIComponent(Buffer.from(short).toString('base64'));
  expect(encoded).toContain('%2F');
  expect(seen.map(({ method, url }) => [method, url])).toEqual([
    ['GET', `/o/${encoded}`],
    ['GET', `/o/${encoded}`],
    ['POST', '/o'],
  ]);
  expect(seen.map(({ headers }) => headers['content-type'])).toEqual([
    undefined,
    undefined,
    'application/ocsp-request',
  ]);
  expect(seen[0]?.headers.accept).toBe('application/ocsp-response');
  expect(bodies).toEqual(['', '', Buffer.from(long).toString('hex')]);
});

test('an answer that is too long is none, whether its length is announced or not', async () => {
  routes = {
    '/told': serve(new Uint8Array(101)),
    '/untold': (_, response) => {
      response.write('x'.repeat(60));
      response.end('x'.repeat(41));
    },
    '/fits': serve(new Uint8Array(100).fill(0x78)),
    '/endless': (_, response) => {
      const more = (): void => {
        if (!response.destroyed) response.write('x'.repeat(1000), more);
      };
      more();
    },
  };
  const get = fetching({ bytes: { crl: 100 } });
  expect(await get(ask('/told'))).toBeUndefined();
  expect(await get(ask('/untold'))).toBeUndefined();
  expect(await get(ask('/endless'))).toBeUndefined();
  expect(await get(ask('/fits'))).toBe('x'.repeat(100));
  // Another kind has its own limit.
  expect(await get(ask('/told', 'ocsp'))).toHaveLength(101);
});

test('who does not answer in time has not answered', async () => {
  routes = {
    '/silent': () => undefined,
    '/slow': (_, response) => {
      response.write('x');
    },
    '/fast': serve(Buffer.from('here')),
  };
  const get = fetching({ timeout: 60 });
  expect(await get(ask('/silent'))).toBeUndefined();
  expect(await get(ask('/slow'))).toBeUndefined();
  expect(await get(ask('/fast'))).toBe('here');
  const short = fetching({ totalTime: 60 });
  expect(await short(ask('/silent'))).toBeUndefined();
  expect(await short(ask('/fast'))).toBeUndefined();
});

test('only so many things are fetched', async () => {
  routes['/a'] = serve(Buffer.from('a'));
  const get = fetching({ count: 2 });
  expect([await get(ask('/a')), await get(ask('/none')), await get(ask('/a'))]).toEqual([
    'a',
    undefined,
    undefined,
  ]);
  expect(seen).toHaveLength(2);
});

test('redirections are followed a few times, for what anybody may ask', async () => {
  const to =
    (location: string, status = 302): Handler =>
    (_, response) =>
      response.writeHead(status, { location }).end();
  routes = {
    '/one': to('/two'),
    '/two': to('/three', 301),
    '/three': to('/end', 307),
    '/end': serve(Buffer.from('end')),
    '/round': to('/round'),
    '/nowhere': (_, response) => response.writeHead(302).end(),
    '/elsewhere': to('http://192.0.2.1/secret'),
    '/file': to('file:///etc/hostname'),
  };
  expect(await fetching()(ask('/one'))).toBe('end');
  expect(await fetching({ redirects: 2 })(ask('/one'))).toBeUndefined();
  expect(await fetching()(ask('/round'))).toBeUndefined();
  expect(await fetching()(ask('/nowhere'))).toBeUndefined();
  expect(await fetching()(ask('/file'))).toBeUndefined();
  const here: FetchLimits = { permit: ({ hostname }) => hostname === '127.0.0.1' };
  expect(await fetching(here)(ask('/elsewhere'))).toBeUndefined();
  expect(await fetching()(ask('/one', 'ocsp', new Uint8Array(300)))).toBeUndefined();
});

test('errors of the server and of the network are answered with nothing', async () => {
  routes['/error'] = (_, response) => response.writeHead(500).end('oops');
  routes['/cut'] = (request) => request.socket.destroy();
  expect(await fetching()(ask('/error'))).toBeUndefined();
  expect(await fetching()(ask('/cut'))).toBeUndefined();
  expect(await fetching()({ ask: 'fetch', what: 'crl', url: 'http://127.0.0.1:1/' })).toBeUndefined();
  expect(await fetching()({ ask: 'fetch', what: 'crl', url: 'http://[' })).toBeUndefined();
});

test('a caller that gives up waits for nobody', async () => {
  routes['/silent'] = () => undefined;
  const controller = new AbortController();
  const pending = fetchingAnswer(node, anywhere)(ask('/silent'), controller);
  controller.abort();
  expect(await pending).toBeUndefined();
});

test.each([
  ['http://crl.example.com/x.crl', true],
  ['http://crl.example.com:8080/x.crl', true],
  ['https://crl.example.com/x.crl', false],
  ['ftp://crl.example.com/x.crl', false],
  ['http://localhost/', false],
  ['http://a.localhost/', false],
  ['http://printer/', false],
  ['http://db.internal/', false],
  ['http://nas.local/', false],
  ['http://127.0.0.1/', false],
  ['http://0x7f.1/', false],
  ['http://2130706433/', false],
  ['http://10.0.0.1/', false],
  ['http://[::1]/', false],
  ['http://[::ffff:10.0.0.1]/', false],
  ['http://192.0.2.1.example.com/', true],
])('%s is public: %s', (url, expected) => {
  expect(isPublicUrl(new URL(url))).toBe(expected);
});

test('what is not public is not asked by default', async () => {
  routes['/a'] = serve(Buffer.from('a'));
  expect(await fetchingAnswer(node)(ask('/a'))).toBeUndefined();
  expect(seen).toEqual([]);
});
