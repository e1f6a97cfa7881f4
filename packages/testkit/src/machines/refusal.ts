import type { MachineEnd } from './end.ts';
import { begin, type MachinePair, shuttle } from './pair.ts';
import { type AnyBodies, type Rewrite, rewriting } from './rewrite.ts';
import { machinePairFor, type Scene } from './set-up.ts';

/** How a machine ended: the row of its error by code, and the alert that the peer got. */
export interface Refusal {
  readonly code: string;
  readonly alert: string;
}

/** What the test of a refusal is called: `a cookie: unsolicited-extension (RFC 9846 §4.3)`. */
export function titled<Case extends { readonly what: string; readonly row: Refusal; readonly rule: string }>(
  cases: readonly Case[],
): readonly (readonly [title: string, one: Case])[] {
  return cases.map((one) => [`${one.what}: ${one.row.code} (${one.rule})`, one]);
}

/** What becomes of the side that gets a changed message. Throws when nothing was changed, or nothing came of it. */
export function refusalOf<Name extends keyof AnyBodies>(scene: Scene, rewrite: Rewrite<Name>): Refusal {
  let changed = false;
  const change: Rewrite<Name>['change'] = (body, raw) => {
    changed = true;
    return rewrite.change(body, raw);
  };
  const pair = begin(machinePairFor(scene), scene.session);
  const receiver = pair[rewrite.from === 'client' ? 'server' : 'client'] as MachineEnd;
  shuttle(pair, rewriting({ ...rewrite, change }), () => receiver.state.at === 'failed');
  if (!changed) throw new Error(`no ${rewrite.message} of the ${rewrite.from} came by: ${story(pair)}`);
  return failureOf(receiver);
}

/** How a machine failed, with the assurance that a fatal alert and the end of the connection were its last effects. */
export function failureOf(end: MachineEnd): Refusal {
  const { error } = end;
  if (error === undefined) throw new Error(`the ${end.role} is content, in ${end.state.at}`);
  const [alert, close, ...more] = end.steps.at(-1)?.effects ?? [];
  if (alert?.effect !== 'alert' || alert.level !== 'fatal' || close?.effect !== 'close' || more.length > 0) {
    throw new Error(`the ${end.role} failed without a fatal alert`, { cause: error });
  }
  const { code } = error as Error & { readonly code?: string };
  if (code === 'internal')
    throw new Error(`the ${end.role} failed for a reason of its own`, { cause: error });
  return { code: String(code), alert: alert.description };
}

/** The states that both sides went through. */
export function story({ client, server }: MachinePair): string {
  const told = ({ role, steps, error }: MachineEnd): string =>
    `${role}: ${steps.map(({ event, to }) => `${event} > ${to}`).join(', ')}${error === undefined ? '' : ` (${error.message})`}`;
  return `${told(client as MachineEnd)}; ${told(server as MachineEnd)}`;
}
