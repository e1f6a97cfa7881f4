import { disagreementClasses } from './classes.ts';
import type { DisagreementClass } from './disagreement-class.ts';

/** Where the document is committed. */
export const documentUrl: URL = new URL('../../../docs/x509-differential.md', import.meta.url);

/** docs/x509-differential.md: the classes as a person reads them. */
export function renderDocument(): string {
  const sections = (['openssl', 'go'] as const).flatMap((peer) => [
    `## ${titles[peer]}`,
    '',
    ...(['theirs', 'ours'] as const).flatMap((side) => sectionOf(peer, side)),
  ]);
  return `${introduction}\n${sections.join('\n').trimEnd()}\n`;
}

const titles = { openssl: 'OpenSSL', go: 'Go' } as const;

function sectionOf(peer: 'openssl' | 'go', side: 'ours' | 'theirs'): readonly string[] {
  const classes = disagreementClasses.filter((one) => one.peer === peer && one.refusedBy === side);
  if (classes.length === 0) return [];
  const title = side === 'ours' ? 'We refuse, it accepts' : 'It refuses, we accept';
  return [
    `### ${title}`,
    '',
    '| class | mutations | seed | the refusal says | decided by | right |',
    '| --- | --- | --- | --- | --- | --- |',
    ...classes.map(rowOf),
    '',
  ];
}

function rowOf(of: DisagreementClass): string {
  const cells = [
    of.name,
    of.mutations.join('; '),
    `${of.seed}`,
    `\`${of.reason.source.replaceAll('|', ' or ')}\``,
    `${of.section}: ${of.decidedBy}`,
    { ours: 'we', theirs: titles[of.peer], both: 'both' }[of.right],
  ];
  return `| ${cells.join(' | ')} |`;
}

const introduction = `# Where verdicts on certificate chains differ

\`npm run differential\` makes 20,000 certificate chains, most of them with one to three named mutations, and asks
\`@tlsmith/x509\` (profile \`default\`), \`openssl verify -purpose sslserver\` and Go's \`crypto/x509\` about each, for the same
name, moment and trust anchor. Every disagreement belongs to one of the classes below, or the run fails. A class is known
by one of its mutations and by the words of the side that refuses. \`npm run differential -- --from SEED --count 1\` shows
its example.

This page is generated from the table in \`tools/differential/src/classes.ts\` (\`npm run differential -- --document\`).
`;
