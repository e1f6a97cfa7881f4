import type { Workshop } from '../bench/bench.ts';
import { serverName } from '../bench/pki.ts';
import { opensslGroup, opensslSuite } from '../openssl/names.ts';
import { oldSuites } from '../openssl/s-client.ts';
import { greeting, type ServerSetup } from '../side.ts';

/** What a configuration is written from. */
export interface NginxParts {
  readonly home: string;
  readonly port: number;
  /** Port of the server that uploads are passed on to. */
  readonly sink: number | undefined;
  readonly setup: ServerSetup;
  readonly workshop: Workshop;
}

/** A configuration for one process in the foreground with one TLS server on the loopback. */
export function nginxConfiguration(parts: NginxParts): string {
  const { home, port, sink, setup, workshop } = parts;
  const { chainPath, keyPath } = workshop.pki.server(setup.keyType);
  return `daemon off; master_process off; pid ${home}/pid;
error_log stderr info;
events { worker_connections 64; }
http {
  log_format facts '$ssl_protocol|$ssl_cipher|$ssl_curve|$ssl_session_reused|$ssl_alpn_protocol|$ssl_client_s_dn';
  access_log ${home}/facts.log facts;
  ${temporary.map((kind) => `${kind}_temp_path ${home}/${kind};`).join(' ')}
  server {
    listen 127.0.0.1:${port} ssl${setup.alpn?.includes('h2') === true ? ' http2' : ''};
    server_name ${serverName};
    ssl_certificate ${chainPath};
    ssl_certificate_key ${keyPath};
    ${tlsDirectives(setup, workshop).join('\n    ')}
    client_max_body_size 0;
    root ${workshop.folder};
    location = /${greeting} { return 200 ${greeting}; }
    ${sink === undefined ? '' : `location = /upload { proxy_pass http://127.0.0.1:${sink}; }`}
  }
}
`;
}

const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

function tlsDirectives(setup: ServerSetup, { pki }: Workshop): string[] {
  const of12 = setup.suites?.filter(({ version }) => version === 'tls12').map(opensslSuite) ?? [];
  const of13 = setup.suites?.filter(({ version }) => version === 'tls13').map(opensslSuite) ?? [];
  return [
    `ssl_protocols ${setup.versions.map((version) => `TLSv${version}`).join(' ')};`,
    'ssl_session_cache shared:sessions:1m;',
    `ssl_session_tickets ${setup.resumption === 'session-ids' ? 'off' : 'on'};`,
    ...(setup.versions.includes('1.1') ? [`ssl_ciphers ${oldSuites};`] : []),
    ...(of12.length === 0 ? [] : [`ssl_ciphers ${of12.join(':')};`]),
    ...(of13.length === 0 ? [] : [`ssl_conf_command Ciphersuites ${of13.join(':')};`]),
    ...(setup.groups === undefined ? [] : [`ssl_ecdh_curve ${setup.groups.map(opensslGroup).join(':')};`]),
    ...(setup.clientCertificates === undefined
      ? []
      : [`ssl_verify_client on; ssl_verify_depth 3; ssl_client_certificate ${pki.rootPath};`]),
  ];
}
