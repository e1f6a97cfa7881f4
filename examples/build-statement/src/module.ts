import { defineExtension, type ExtensionModule } from '@tlsmith/handshake';
import { type Bytes, defineViolation, type Violation, violation } from '@tlsmith/types';
import { buildStatement } from './extension.ts';

/** Digests and their lengths in bytes. */
export const digests = { sha256: { number: 1, length: 32 }, sha384: { number: 2, length: 48 } } as const;
export type DigestName = keyof typeof digests;

/** What the program learns: on a server what it said, on a client what it was told. */
export interface BuildStatement {
  readonly label: string;
  readonly digest: DigestName;
  /** Undefined on resumption, where no certificate is shown to carry it. */
  readonly value: Bytes | undefined;
}

/** The server chose a digest that the client did not list. */
export const unofferedDigest: Violation<'build-statement-unoffered-digest'> = defineViolation({
  code: 'build-statement-unoffered-digest',
  alert: 'illegal_parameter',
  blame: 'broken',
});
/** The digest is missing, or not as long as it should be. */
export const wrongDigest: Violation<'build-statement-wrong-digest'> = defineViolation({
  code: 'build-statement-wrong-digest',
  alert: 'illegal_parameter',
  blame: 'broken',
});
/** The server says nothing of its build although the client insists. */
export const noStatement: Violation<'build-statement-missing'> = defineViolation({
  code: 'build-statement-missing',
  alert: 'missing_extension',
  blame: 'incompatible',
});

/** For a client: asks for a statement, and insists on one or not. */
export function askForBuild(
  wanted: readonly DigestName[],
  absence: 'insist' | 'go-on',
): ExtensionModule<BuildStatement> {
  return defineExtension({
    extension: buildStatement,
    client: {
      offer: () => ({ digests: wanted.map((name) => digests[name].number) }),
      accept({ encrypted_extensions: said, certificate: value }, _query, { resumed }): BuildStatement {
        const digest = wanted.find((name) => digests[name].number === said?.digest);
        if (said === undefined || digest === undefined) {
          throw violation(unofferedDigest, { digest: said?.digest });
        }
        const expected = resumed ? undefined : digests[digest].length;
        if (value?.length !== expected) throw violation(wrongDigest, { digest, length: value?.length });
        return { label: said.label, digest, value };
      },
      ifMissing(): undefined {
        if (absence === 'insist') throw violation(noStatement);
      },
    },
  });
}

/** For a server: states its build to clients that ask. */
export function stateBuild(
  label: string,
  values: Partial<Readonly<Record<DigestName, Bytes>>>,
): ExtensionModule<BuildStatement> {
  return defineExtension({
    extension: buildStatement,
    server: {
      answer({ digests: wanted }, { resumed }) {
        const known = (Object.keys(values) as DigestName[]).map((name) => ({ name, ...digests[name] }));
        const chosen = wanted.flatMap((number) => known.filter((one) => one.number === number))[0];
        // Nothing in common is no error: the client hears no answer.
        if (chosen === undefined) return {};
        const value = resumed ? undefined : values[chosen.name];
        const result: BuildStatement = { label, digest: chosen.name, value };
        return { encrypted_extensions: { digest: chosen.number, label }, certificate: value, result };
      },
    },
  });
}
