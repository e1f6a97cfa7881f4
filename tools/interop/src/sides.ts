import { visitWithChromium } from './chromium/chromium.ts';
import { visitWithCurl } from './curl/curl.ts';
import { visitWithGnutls } from './gnutls/client.ts';
import { startGnutlsServer } from './gnutls/server.ts';
import { visitWithGo } from './go/client.ts';
import { startGoServer } from './go/server.ts';
import { startHaproxy, visitWithHaproxy } from './haproxy/haproxy.ts';
import { startNginx } from './nginx/nginx.ts';
import { visitWithNode } from './node/client.ts';
import { startNodeServer } from './node/server.ts';
import { requestedOf, startSelfserv } from './nss/selfserv.ts';
import { visitWithTstclnt } from './nss/tstclnt.ts';
import { visitWithOpenssl } from './openssl/s-client.ts';
import { startOpensslServer } from './openssl/s-server.ts';
import { visitWithOurs } from './ours/client.ts';
import { startOurServer } from './ours/server.ts';
import { startStunnel, visitWithStunnel } from './stunnel/stunnel.ts';
import type { ClientSide, ServerSide } from './side.ts';

const lines = (): 'lines' => 'lines';
const http = (): 'http' => 'http';

/** Our client speaks what the server wants. */
export const ourClient: ClientSide = { speech: lines, visit: visitWithOurs };
/** Our server speaks what the client wants. */
export const ourServer: ServerSide = { speech: lines, start: startOurServer };
export const opensslClient: ClientSide = { speech: lines, visit: visitWithOpenssl };
export const opensslServer: ServerSide = {
  speech: (talk) => (talk === 'farewell' || talk === 'download' ? 'http' : 'lines'),
  start: startOpensslServer,
};
export const curlClient: ClientSide = { speech: http, visit: visitWithCurl };
export const nginxServer: ServerSide = { speech: http, start: startNginx };
export const nodeClient: ClientSide = { speech: lines, visit: visitWithNode };
export const nodeServer: ServerSide = { speech: lines, start: startNodeServer };
export const goClient: ClientSide = { speech: lines, visit: visitWithGo };
export const goServer: ServerSide = { speech: lines, start: startGoServer };
export const haproxyClient: ClientSide = { speech: lines, visit: visitWithHaproxy };
export const haproxyServer: ServerSide = { speech: lines, start: startHaproxy };
export const gnutlsClient: ClientSide = { speech: lines, visit: visitWithGnutls };
export const gnutlsServer: ServerSide = {
  speech: (talk) => (talk === 'echo' ? 'lines' : 'http'),
  start: startGnutlsServer,
};
export const nssClient: ClientSide = { speech: lines, visit: visitWithTstclnt };
export const nssServer: ServerSide = { speech: http, start: startSelfserv, said: requestedOf };
export const stunnelClient: ClientSide = { speech: lines, visit: visitWithStunnel };
export const stunnelServer: ServerSide = { speech: lines, start: startStunnel };
export const chromiumClient: ClientSide = { speech: http, visit: visitWithChromium };
