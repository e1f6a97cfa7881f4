/** What drawing needs of a machine: its tables without their generators. */
export type Drawable = Readonly<
  Record<string, Readonly<Record<string, { readonly to: Readonly<Record<string, string>> }>>>
>;

/** One arrow of a diagram. */
export interface Arrow {
  readonly from: string;
  readonly event: string;
  readonly to: string;
  /** Under which condition the event leads there; empty where it always does. */
  readonly when: string;
}

/**
 * A machine as the text of a Mermaid state diagram. Not drawn is what every state has: any other event leads to `failed`.
 * `has` picks the states whose arrows are drawn; all by default.
 *
 * @example
 * ```ts
 * import { clientMachine, diagram } from '@tlsmith/handshake';
 * diagram(clientMachine, (state) => state.startsWith('client12/')); // 'stateDiagram-v2\n  ...'
 * ```
 */
export function diagram(machine: Drawable, has: (state: string) => boolean = () => true): string {
  const drawn = arrows(machine).filter(({ from }) => has(from));
  const states = [...new Set(drawn.flatMap(({ from, to }) => [from, to]))];
  const targets = new Set(drawn.filter(({ from, to }) => from !== to).map(({ to }) => to));
  return [
    'stateDiagram-v2',
    ...states.map((state) => `  state "${state}" as ${identifier(state)}`),
    ...states.filter((state) => !targets.has(state)).map((state) => `  [*] --> ${identifier(state)}`),
    ...drawn.map((arrow) => `  ${identifier(arrow.from)} --> ${identifier(arrow.to)}: ${label(arrow)}`),
    '',
  ].join('\n');
}

/**
 * Every way from a state to one that nothing leads on from, as the events on it. An event that leads from a state back
 * to itself stands there once, in parentheses: it may be left out, or come again as far as the edge allows.
 *
 * @example
 * ```ts
 * import { paths, serverMachine } from '@tlsmith/handshake';
 * paths(serverMachine, 'server13/wait-finished'); // [['finished', '(key_update)', '(update-keys)']]
 * ```
 */
export function paths(machine: Drawable, from: string): readonly (readonly string[])[] {
  return walk(arrows(machine), from, []);
}

/** All arrows in the order of the tables. */
export function arrows(machine: Drawable): readonly Arrow[] {
  return Object.entries(machine).flatMap(([from, row]) =>
    Object.entries(row).flatMap(([event, { to: landings }]) =>
      Object.entries(landings).map(([to, when]) => ({ from, event, to, when })),
    ),
  );
}

/** Ways from a state that touch none of the states behind them again. */
function walk(all: readonly Arrow[], at: string, behind: readonly string[]): readonly (readonly string[])[] {
  const leaving = all.filter(({ from }) => from === at);
  const loops = leaving.filter(({ to }) => to === at).map(({ event }) => `(${event})`);
  const onward = leaving.filter(({ to }) => to !== at && !behind.includes(to));
  if (onward.length === 0) return [loops];
  return onward.flatMap(({ event, to }) =>
    walk(all, to, [...behind, at]).map((rest) => [...loops, event, ...rest]),
  );
}

// Mermaid takes neither slashes and hyphens in names nor colons and semicolons in labels.
const identifier = (state: string): string => state.replaceAll(/[^a-z0-9]/g, '_');
const label = ({ event, when }: Arrow): string =>
  (when === '' ? event : `${event} (${when})`).replaceAll(':', ' –').replaceAll(';', ',');
