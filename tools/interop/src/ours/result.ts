import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'tlsmith/node';
import type { Heard } from '../bench/conversation.ts';
import { commonName } from '../openssl/names.ts';
import { exporterLabel, exporterLength, type Result } from '../side.ts';
import type { Watch } from './watch.ts';

/** What our side tells of a connection: asked for before it opens, told when `heard` is known. */
export async function ourResult(
  socket: TLSSocket,
  watch: Watch,
  heard: Promise<Heard>,
  exporter?: true,
): Promise<Result> {
  const exported = exporter === true ? await exportWhenOpen(socket) : undefined;
  const { received, ending, failure } = await heard;
  const error = failure === undefined ? '' : ending;
  const ticketed = watch.passed('new_session_ticket');
  return { ...negotiatedBy(socket), ticketed, received, ending, alert: watch.alert, error, exported };
}

function negotiatedBy({ negotiated }: TLSSocket): Result {
  if (negotiated === undefined) return {};
  const [leaf] = negotiated.peerChain;
  return {
    version: negotiated.version === 'tls13' ? '1.3' : '1.2',
    suite: negotiated.suite.name,
    group: negotiated.group,
    peerScheme: negotiated.peerScheme,
    resumed: negotiated.resumed,
    retried: negotiated.retried,
    alpn: negotiated.alpn ?? '',
    peerName: leaf === undefined ? '' : commonName(new X509Certificate(leaf).subject),
  };
}

async function exportWhenOpen(socket: TLSSocket): Promise<string> {
  if (socket.connecting) await new Promise<void>((resolve) => socket.once('secureConnect', resolve));
  return (await socket.exportKeyingMaterial(exporterLength, exporterLabel)).toString('hex');
}
