import type { Socket } from 'node:net';
import { Inbox, isConnected, messageContext, serverMachine, step } from '@tlsmith/handshake';
import type { MachineEvent, ServerState } from '@tlsmith/handshake';
import { type OpenedRecord, RecordChannel } from '@tlsmith/record';
import { type Bytes, violation, violations } from '@tlsmith/types';
import { serverAnswers, type Site } from './core/answers.ts';
import { farewell, perform, readAlert, truncated } from './core/effects.ts';
import { now, type Plaintext, type User } from './core/state.ts';

/** A TLS server's side by hand: bytes -> records -> messages -> events -> step -> effects -> records -> bytes. */
export function tlsAccept(socket: Socket, site: Site, user: User): Plaintext {
  const channel = new RecordChannel({ role: 'server' });
  const inbox = new Inbox();
  const answer = serverAnswers(site);
  let state: ServerState = { at: 'server/wait-client-hello' };
  socket.on('data', (bytes) => {
    try {
      channel.feed(new Uint8Array(bytes));
      for (let record = channel.next(); record !== undefined; record = channel.next()) read(record);
    } catch (error) {
      finish(error as Error);
    }
  });
  socket.once('end', () => finish(truncated())).once('error', finish);

  function read({ type, content }: OpenedRecord): void {
    if (type === 'handshake') inbox.feed(content);
    else if (!inbox.aligned) throw violation(violations.interleavedMessage);
    else if (type === 'change_cipher_spec') on({ event: 'change-cipher-spec', aligned: true });
    else if (type === 'alert') finish(readAlert(content));
    else if (isConnected(state)) user.data(content);
    else throw violation(violations.unexpectedApplicationData);
    for (let m = inbox.take(messageContext(state)); m !== undefined; m = inbox.take(messageContext(state)))
      on({ event: m.type, body: m.body, raw: m.raw, aligned: inbox.aligned });
  }
  function on(event: MachineEvent): void {
    const { next, effects } = now(step(serverMachine, site.policy, state, event), answer);
    if (next.at === 'failed') throw next.error;
    channel.setVersion(messageContext(next).version);
    for (const effect of effects) perform(effect, channel);
    const isNews = isConnected(next) && !isConnected(state);
    state = next;
    send();
    if (isNews) user.connected(next.negotiated);
  }
  function send(bytes?: Bytes): void {
    if (bytes !== undefined) channel.send('application_data', bytes);
    for (const records of channel.takeOutput()) socket.write(records);
  }
  function finish(error?: Error): void {
    if (socket.writableEnded) return;
    for (const alert of farewell(error)) channel.send('alert', alert);
    send();
    channel.close();
    socket.end();
    user.closed(error);
  }
  return { send, close: finish };
}
