import { styleText } from 'node:util';
import type { ChainExplanation, ExplainedCertificate, ExplainedCheck } from '@tlsmith/x509';

/** An explanation as lines: the verdict, then the search as a tree, leaf on top. */
export function treeLines(explanation: ChainExplanation): readonly string[] {
  const { leaf, unreadable, paths } = explanation;
  return [
    ...verdictLines(explanation),
    '',
    `${paths.length === 1 ? 'One path was' : `${paths.length} paths were`} tried:`,
    '',
    ...certificateLines(leaf, ''),
    ...unreadable.flatMap((of) => ['', ...certificateLines(of, '')]),
  ];
}

function verdictLines({ verified, rejection }: ChainExplanation): readonly string[] {
  if (rejection === undefined) {
    const policies = verified?.policies ?? [];
    const title = styleText(['bold', 'green'], 'VERIFIED');
    return policies.length === 0 ? [title] : [title, `for the policies ${policies.join(', ')}`];
  }
  const { code, browser, sentence, section, facts } = rejection;
  return [
    `${styleText(['bold', 'red'], 'REFUSED')}: ${code}`,
    browser,
    `${sentence} (${section})`,
    ...factLines(facts),
  ];
}

function certificateLines(of: ExplainedCertificate, indent: string): readonly string[] {
  const title = of.subject ?? '(cannot be read)';
  const rest = of.issuers.length > 0 ? `${indent}│ ` : `${indent}  `;
  return [
    `${indent}${styleText('bold', title)}`,
    ...of.checks.flatMap((check) => checkLines(check, rest)),
    ...of.issuers.flatMap((issuer, index) => issuerLines(issuer, indent, index === of.issuers.length - 1)),
  ];
}

function issuerLines(issuer: ExplainedCertificate, indent: string, isLast: boolean): readonly string[] {
  const [first = '', ...rest] = certificateLines(issuer, '');
  return [
    `${indent}${isLast ? '└' : '├'}─ ${first}`,
    ...rest.map((line) => `${indent}${isLast ? ' ' : '│'}  ${line}`),
  ];
}

function checkLines({ check, passed, sentence, section, facts, code }: ExplainedCheck, indent: string) {
  const mark = passed ? styleText('green', '✓') : styleText('red', '✗');
  const reason = code === undefined ? check : `${check}: ${styleText('red', code)}`;
  const line = `${indent}${mark} ${reason}: ${sentence} ${styleText('dim', `(${section})`)}`;
  return [line, ...factLines(facts).map((fact) => `${indent}  ${fact}`)];
}

function factLines(facts: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(facts).map(([name, value]) => `  ${name}: ${shown(value)}`);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(shown).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
