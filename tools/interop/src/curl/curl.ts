import type { Bench } from '../bench/bench.ts';
import { pathOf } from '../bench/conversation.ts';
import { serverName } from '../bench/pki.ts';
import { Program } from '../bench/program.ts';
import type { VersionName } from '../cell.ts';
import { ianaSuite, opensslGroup, opensslSuite } from '../openssl/names.ts';
import { faults } from '../openssl/output.ts';
import { oldSuites } from '../openssl/s-client.ts';
import type { ClientSetup, Result } from '../side.ts';

/** Visits a server with curl: one run makes all connections, since it keeps sessions in memory only. */
export async function visitWithCurl(
  bench: Bench,
  port: number,
  setup: ClientSetup,
): Promise<readonly Result[]> {
  const { talk, visits = 1 } = setup;
  const bulk = talk === 'download';
  const curl = new Program(bench, 'curl', curlOptions(bench, port, setup), {
    output: bulk ? 'digest' : 'text',
  });
  const status = await curl.ended;
  const connections = curl.err.split(/^\* Closing connection/m).slice(0, visits);
  return connections.map((part) => ({
    ...curlReport(part),
    ending: status === 0 ? 'clean' : `curl exit ${status}`,
    received: bulk ? curl.out : (curl.out.trim().split('\n')[0] ?? ''),
  }));
}

function curlOptions({ workshop }: Bench, port: number, setup: ClientSetup): string[] {
  const { pki, content } = workshop;
  const { talk, versions, suites, groups, alpn, certificate, trust, visits = 1 } = setup;
  const url = `https://${serverName}:${port}${pathOf(talk, content)}`;
  const identity = certificate === undefined ? undefined : pki.client(certificate);
  return [
    ...['--silent', '--show-error', '--verbose', ...(talk === 'download' ? [] : ['--write-out', '\\n'])],
    ...['--resolve', `${serverName}:${port}:127.0.0.1`, '--noproxy', '*'],
    ...['--cacert', trust === 'stranger' ? pki.strangerPath : pki.rootPath],
    ...['--tls-max', [...versions].sort().at(-1) as string, `--tlsv${[...versions].sort()[0]}`],
    ...(versions.includes('1.1') ? ['--ciphers', oldSuites] : []),
    ...(suites === undefined ? [] : suiteOptions(suites)),
    ...(groups === undefined ? [] : ['--curves', groups.map(opensslGroup).join(':')]),
    alpn?.includes('h2') === true ? '--http2' : '--http1.1',
    ...(identity === undefined ? [] : ['--cert', identity.chainPath, '--key', identity.keyPath]),
    ...(talk === 'upload' ? ['--upload-file', content.path] : []),
    // A connection that is kept would make the second visit none.
    ...(visits > 1 ? ['--header', 'Connection: close'] : []),
    ...Array<string>(visits).fill(url),
  ];
}

function suiteOptions(suites: NonNullable<ClientSetup['suites']>): string[] {
  return suites.flatMap((suite) => [
    suite.version === 'tls13' ? '--tls13-ciphers' : '--ciphers',
    opensslSuite(suite),
  ]);
}

/** What `curl --verbose` tells of one connection. Since 8.3 the line of the suite names the group as well. */
export function curlReport(printed: string): Result {
  const agreed = /^\* SSL connection using TLSv(1\.[23]) \/ ([^\s/]+)/m.exec(printed);
  if (agreed === null) return faults(printed);
  return {
    ...faults(printed),
    version: agreed[1] as VersionName,
    suite: ianaSuite(agreed[2] as string),
    resumed: /^\* SSL (?:re-using session ID|reusing session)/m.test(printed),
    alpn: /^\* ALPN: server accepted (\S+)/m.exec(printed)?.[1] ?? '',
    peerName: /^\* +subject: .*CN=([^;,\n]+)/m.exec(printed)?.[1] ?? '',
  };
}
