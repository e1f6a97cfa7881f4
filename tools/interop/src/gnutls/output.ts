import { alertName } from '@tlsmith/types';
import type { Role, VersionName } from '../cell.ts';
import type { Result } from '../side.ts';
import { groupIn, suiteIn } from './names.ts';

/** What gnutls-cli or gnutls-serv tells of one connection. */
export function gnutlsReport(role: Role, printed: string): Result {
  const description = /^- Description: (\S+)/m.exec(printed)?.[1];
  const wrong = gnutlsFaults(printed);
  if (description === undefined) return wrong;
  const subject =
    role === 'client'
      ? /^- Certificate\[0\] info:\n - subject `CN=([^',]+)/m.exec(printed)?.[1]
      : /^- Certificate\[0\] info:\n[^]*?Subject: CN=([^,\n]+)/m.exec(printed)?.[1];
  return {
    ...wrong,
    version: /^\(TLS(1\.\d)/.exec(description)?.[1] as VersionName,
    suite: suiteIn(description),
    group: groupIn(description),
    resumed: /This is a resumed session/.test(printed),
    alpn: /^- Application protocol: (\S+)/m.exec(printed)?.[1] ?? '',
    // Of a resumed session it shows no certificate.
    peerName: /This is a resumed session/.test(printed) ? undefined : (subject ?? ''),
    exported: /^- Key material: ([0-9a-f]+)/m.exec(printed)?.[1],
  };
}

function gnutlsFaults(printed: string): Result {
  const alert = /Received alert \[(\d+)\]/.exec(printed)?.[1];
  const error = /(?:\*\*\* Fatal error|Error in handshake): (.*)/.exec(printed)?.[1] ?? '';
  // An alert of its own it does not tell.
  return { alert: alert === undefined ? (error === '' ? '' : undefined) : alertName(Number(alert)), error };
}
